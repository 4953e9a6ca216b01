"""Leave: what one gets, what is ready or being prepared; one of them, its parts, removing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.ui import N_
from cozy.web.call import Call

from .. import service
from ..errors import NoExport
from ..model import COZY_ARCHIVE, Export
from . import say
from .door import LEAVE, ONE, asked, confirm, done, let_fetch, may_fetch, page, routes
from .sending import address, name_of, name_of_tar


@routes.on("GET", LEAVE, OWNER)
def listed(work: Work, call: Call) -> Response:
    """What one gets, and what is there. 200."""
    found = service.all_(work)
    kept = [
        (
            each,
            say.STATES[each.body.state],
            parse(each.body.created_at),
            say.what_of(each.body),
            _since(each.body),
        )
        for each in found
    ]
    is_busy = any(not each.body.is_over for each in found)
    return page(
        work,
        call,
        "list.html",
        backups=[
            (each, say.BACKUPS[each.body.state], parse(each.body.made_at) if each.body.made_at else None)
            for each in service.places.all_(work)
        ],
        kept=kept,
        is_busy=is_busy,
        seq=documents.last_seq(work),
    )


def _since(body: Export) -> datetime | None:
    """From when on it holds what changed; None for one that holds all."""
    return parse(body.since) if body.since else None


class Link(Struct, frozen=True):
    """A part that can be fetched."""

    name: str
    url: str
    size: int


@routes.on("GET", ONE, OWNER)
def show(work: Work, call: Call, export_id: str) -> Response:
    """How far it is, or its parts, once the passphrase was asked for in this browser. 200; 404."""
    return _shown(work, call, export_id)


def _shown(
    work: Work, call: Call, export_id: str, status: int = 200, problem: Problem | None = None
) -> Response:
    found = service.one(work, export_id)
    body = found.body
    is_open = body.state == "ready" and may_fetch(work, call, export_id)
    return page(
        work, call, "one.html", status, found=found, body=body, state=say.STATES[body.state], what=say.what_of(body)[1], seq=documents.last_seq(work),
        until=parse(body.expires_at) if body.expires_at else None, at=parse(body.created_at), since=_since(body), is_open=is_open, origin=call.home.origin,
        links=_links(work, call, found) if is_open else (), name=_name(work, call, found) if is_open else "", **asked(work, call, problem),
    )  # fmt: skip


def _name(work: Work, call: Call, found: service.Kept) -> str:
    """What another Cozy wants to fetch an archive by itself; "" for what is none."""
    if found.body.kind != COZY_ARCHIVE:
        return ""
    return f"{call.home.origin}/#/exports/{service.name_of(work, found.id)}"


def _links(work: Work, call: Call, found: service.Kept) -> Sequence[Link]:
    """Every part as zip, then all of it as tar."""
    body = found.body
    start = f"{LEAVE}/{found.id}/{service.secret(work, found.id)}"
    parts = [
        Link(name_of(call.home, body, number), address(start, str(number), name_of(call.home, body, number)), part.size)
        for number, part in enumerate(body.parts, start=1)
    ]  # fmt: skip
    tar = name_of_tar(call.home, body)
    return [*parts, Link(tar, address(start, "tar", tar), body.size)]


@routes.on("POST", f"{ONE}/open", OWNER)
async def let(call: Call, export_id: str, form: FormData) -> Response:
    """Show the parts in this browser, to somebody who knows the passphrase. 303; 404, 422."""
    await call.read(service.one, export_id)
    try:
        await confirm(call, form)
    except Problem as problem:
        return await call.read(_shown, call, export_id, 422, problem)
    await let_fetch(call, export_id)
    return await done(call, f"{LEAVE}/{export_id}", N_("Here are its parts."))


@routes.on("POST", f"{ONE}/remove", OWNER)
async def remove(call: Call, export_id: str, form: FormData) -> Response:
    """Remove it, or stop making it. 303."""
    try:
        found = await call.read(service.one, export_id)
    except NoExport:
        return await done(call, LEAVE, N_("Removed. Nothing in your home has changed."))
    await service.remove(call.house, call.home, export_id)
    text = (
        N_("Removed. Nothing in your home has changed.")
        if found.body.is_over
        else N_("Stopped. Nothing in your home has changed.")
    )
    return await done(call, LEAVE, text)
