"""The owner's dialog "Share": by a link here, and whatever other ways are plugged."""

from __future__ import annotations

from typing import Any, get_args

from msgspec import UNSET, UnsetType
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.problem import NotFound, Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.service import passwords
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.forms import text
from cozy.web.pages import flash, page

from .. import service
from ..errors import NothingToShare
from ..model import DOCTYPES, KINDS, Kind, Mode, Thing
from ..ports import Sharers
from ..service.making import DAYS, Known, Wish
from .door import SHARE, owners_url, routes, share_url, words

ONE = f"{SHARE}/{{kind}}/{{thing_id}}"
TITLE_LIMIT = 100  # characters


@routes.on("GET", ONE, OWNER)
async def share(call: Call, kind: str, thing_id: str) -> Response:
    """Who can open this, and how to let others: by a link, and with people. 200; 404."""
    await permissions.ledger.flush_home(call.house, call.home)
    return await call.read(_shown, call, kind, thing_id)


@routes.on("POST", ONE, OWNER)
async def make(call: Call, kind: str, thing_id: str, form: FormData) -> Response:
    """Make a link. 303 to the dialog; 404; 422 the dialog again."""
    sealed = await passwords.seal(text(form, "password"))
    return await call.write(_make, call, kind, thing_id, form, sealed)


def _make(work: Work, call: Call, kind: str, thing_id: str, form: FormData, sealed: str) -> Response:
    thing = _thing(work, kind, thing_id)
    try:
        with work.attempt():
            service.making.make(work, thing, _wish(work, form, sealed))
    except Problem as problem:
        return _shown(work, call, kind, thing_id, 422, **_typed(work, form, problem))
    flash(call, words(work).gettext("The link is there: copy it, and send it to whom you want."))
    return see_other(share_url(thing))


def _shown(work: Work, call: Call, kind: str, thing_id: str, status: int = 200, **typed: Any) -> Response:
    thing = _thing(work, kind, thing_id)
    links = service.making.of(work, thing)
    asked = {"mode": "see", "end": str(DAYS), "day": "", "title": "", "errors": {}, "open": not links}
    return page(
        work, call, "links/share.html", status, room=_ROOMS[thing.kind], thing=thing, here=share_url(thing), back=owners_url(thing),
        parts=_parts(work, thing), links=[_told(work, each) for each in links], **{**asked, **typed},
    )  # fmt: skip


_ROOMS = {"file": "files", "album": "photos", "calendar": "calendars", "contact": "contacts"}


def _parts(work: Work, thing: Thing) -> list[dict[str, Any]]:
    found = [port(work, DOCTYPES[thing.kind], thing.id) for port in work.plugged(Sharers)]
    return [{"template": part[0], **part[1]} for part in found if part is not None]


def _told(work: Work, known: Known) -> dict[str, Any]:
    """A link as the templates show it. until: its last day, None for no end."""
    end = known.link.expires_at
    return {
        "known": known,
        "link": known.link,
        "until": permissions.last_day(work, parse(end)) if end else None,
    }


def _thing(work: Work, kind: str, thing_id: str) -> Thing:
    """Raises NotFound."""
    found: Kind | None = next((each for each in KINDS if each == kind), None)
    if found is None:
        raise NothingToShare
    return service.things.of(work, found, thing_id)


def _wish(work: Work, form: FormData, sealed: str | UnsetType) -> Wish:
    """Raises BadEnd."""
    mode: Mode = next((each for each in get_args(Mode) if each == text(form, "mode")), "see")
    end = permissions.end_of(work, text(form, "end"), text(form, "day"))
    return Wish(
        mode=mode, expires_at=end, sealed=sealed, title=" ".join(text(form, "title").split())[:TITLE_LIMIT]
    )


def _typed(work: Work, form: FormData, problem: Problem) -> dict[str, Any]:
    """What the form holds, and what is wrong with it."""
    errors = {str(problem.facts.get("parameter", "mode")): words(work).gettext(problem.detail)}
    fields = {name: text(form, name) for name in ("mode", "end", "day", "title")}
    return {**fields, "errors": errors, "open": True}


@routes.on("GET", f"{ONE}/links/{{link_id}}", OWNER)
def ask_for_changes(work: Work, call: Call, kind: str, thing_id: str, link_id: str) -> Response:
    """What shall this link allow? 200; 404."""
    return _asked(work, call, _thing(work, kind, thing_id), link_id)


def _asked(work: Work, call: Call, thing: Thing, link_id: str, status: int = 200, **typed: Any) -> Response:
    known = service.making.one(work, thing, link_id)
    told = _told(work, known)
    now = {
        "mode": known.mode, "end": "date" if told["until"] else "", "day": told["until"].isoformat() if told["until"] else "",
        "title": known.link.title, "errors": {},
    }  # fmt: skip
    return page(
        work, call, "links/change.html", status, room=_ROOMS[thing.kind], thing=thing, here=share_url(thing), **told,
        **{**now, **typed},
    )  # fmt: skip


@routes.on("POST", f"{ONE}/links/{{link_id}}", OWNER)
async def change(call: Call, kind: str, thing_id: str, link_id: str, form: FormData) -> Response:
    """Change it, at once. 303 to the dialog; 404; 422 the question again."""
    typed = text(form, "password")
    kept: str | UnsetType = UNSET if not form.get("no_password") else ""
    return await call.write(
        _change, call, kind, thing_id, link_id, form, await passwords.seal(typed) if typed else kept
    )


def _change(
    work: Work, call: Call, kind: str, thing_id: str, link_id: str, form: FormData, sealed: str | UnsetType
) -> Response:  # fmt: skip
    thing = _thing(work, kind, thing_id)
    try:
        with work.attempt():
            service.making.change(work, thing, link_id, _wish(work, form, sealed))
    except NotFound:
        raise
    except Problem as problem:
        return _asked(work, call, thing, link_id, 422, **_typed(work, form, problem))
    flash(call, words(work).gettext("The link is changed."))
    return see_other(share_url(thing))


@routes.on("POST", f"{ONE}/links/{{link_id}}/stop", OWNER)
def stop(work: Work, call: Call, kind: str, thing_id: str, link_id: str, form: FormData) -> Response:
    """End it, at once. 303 to the dialog, with a way to undo it; 404."""
    thing = _thing(work, kind, thing_id)
    before = service.making.stop(work, thing, link_id)
    undo = f"/my/access/grants/{before.id}/again?until={before.expires_at}"
    flash(call, words(work).gettext("The link is dead. Whoever has it sees nothing any more."), undo_url=undo)
    return see_other(share_url(thing))
