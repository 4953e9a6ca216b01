"""Backups that are made by themselves: naming a place, how it goes, now, no more."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.ui import N_
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.forms import text

from .. import service
from ..errors import BadPlace
from ..model import By, Often, Place
from . import say
from .door import LEAVE, asked, confirm, done, page, routes, words

PLACES = f"{LEAVE}/places"
ONE = f"{PLACES}/{{place_id}}"
_LONGEST = 2000


@routes.on("GET", f"{PLACES}/new", OWNER)
def ask(work: Work, call: Call) -> Response:
    """Where to, how often, and the passphrase. 200."""
    return _asked(work, call, 200, None, {})


@routes.on("POST", f"{PLACES}/new", OWNER)
async def add(call: Call, form: FormData) -> Response:
    """Name a place that can be reached; the first backup begins. 303 to its page; 422."""
    said = {
        name: text(form, name)[:_LONGEST].strip() for name in ("by", "address", "login", "region", "every")
    }
    often: Often = "month" if said["every"] == "month" else "week"
    password = text(form, "secret")
    try:
        await confirm(call, form)
        place = _wanted(call, said)
        await service.places.shelf(call.house, place, said["login"], password).expect()
        made = await call.write(
            service.places.add, place.url, said["login"], password, often, place.by, place.region
        )
    except Problem as problem:
        return await call.read(_asked, call, 422, problem, said)
    return see_other(f"{PLACES}/{made.id}")


def _wanted(call: Call, said: Mapping[str, str]) -> Place:
    """The place that a form names. Raises BadPlace."""
    kind, _, folder = said["by"].partition(":")
    if kind == "disk" and folder in service.disk.folders(call.house.settings):
        return Place(url=service.disk.address(folder, call.home.domain), account="", by="disk")
    if kind == "disk" or not said["address"].startswith(("https://", "http://")):
        raise BadPlace(parameter="address")
    by: By = "s3" if kind == "s3" else "webdav"
    return Place(url=said["address"], account="", by=by, region=said["region"])


def _asked(work: Work, call: Call, status: int, problem: Problem | None, said: Mapping[str, str]) -> Response:
    said_in = words(work)
    disks = [
        (f"disk:{each}", said_in.gettext(N_("The disk %(folder)s"), folder=each))
        for each in service.disk.folders(call.house.settings)
    ]
    return page(work, call, "place_new.html", status, said=said, disks=disks, **asked(work, call, problem))


@routes.on("GET", ONE, OWNER)
def show(work: Work, call: Call, place_id: str) -> Response:
    """How it goes with backups to a place. 200; 404."""
    found = service.places.one(work, place_id)
    body = found.body
    return page(
        work, call, "place.html", found=found, body=body, state=say.BACKUPS[body.state], seq=documents.last_seq(work),
        made=parse(body.made_at) if body.made_at else None, due=parse(body.due_at) if body.due_at else None,
    )  # fmt: skip


@routes.on("POST", f"{ONE}/begin", OWNER)
async def begin(call: Call, place_id: str, form: FormData) -> Response:
    """Make a backup now. 303; 404."""
    await call.write(service.places.begin, place_id)
    return await done(call, f"{PLACES}/{place_id}", N_("A backup is made now."))


@routes.on("POST", f"{ONE}/remove", OWNER)
async def remove(call: Call, place_id: str, form: FormData) -> Response:
    """Make no more backups there. 303."""
    await call.write(service.places.remove, place_id)
    return await done(call, LEAVE, N_("No more backups are made there. What lies there stays."))
