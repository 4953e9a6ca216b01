"""Sharing with somebody at another server: the part of the dialog "Share" that is about it, and the questions around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.files.errors import NoFile
from cozy.rooms.permissions import service as permissions
from cozy.ui import N_
from cozy.web import pages
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.forms import stripped

from .. import service
from ..errors import NoShare, NoThing
from ..model import FILES, PAGES, SHARED, Share
from ..service.sending import Wish
from .door import routes, words

WITH = f"{PAGES}/with/{{thing_id}}"
SENT = f"{PAGES}/sent/{{share_id}}"
_SAID = N_("%(name)s is asked whether they want it.")


def at_servers(work: Work, doctype: str, id_: str) -> tuple[str, Mapping[str, Any]] | None:
    """The part about other servers of the owner's dialog "Share", for a folder or file; None for what cannot be shared so."""
    if doctype != FILES:
        return None
    try:
        return "federation/_at_servers.html", _part(work, id_)
    except (NoThing, NoFile):
        return None


def _part(work: Work, thing_id: str, who: str = "", may: str = "look") -> dict[str, Any]:
    thing = service.sending.thing_of(work, thing_id)
    shares = service.keeping.listed(work, direction="sent", thing=thing.id)
    return {
        "url": f"{PAGES}/with/{quote(thing.id, safe='')}", "thing": thing, "who": who, "may": may, "error": "", "known": _known(work),
        "shares": [_told(work, each) for each in shares if each.state != "ended"], "frame": f"/my/share/file/{quote(thing.id, safe='')}",
    }  # fmt: skip


def _known(work: Work) -> list[str]:
    """Addresses that something was shared with before, or that an invitation told."""
    before = [each.who for each in service.keeping.listed(work) if each.is_open]
    return sorted({*before, *(each.who for each in service.inviting.listed(work) if each.who)})


def _told(work: Work, share: Share) -> dict[str, Any]:
    """A share as its owner sees it. seen: when they last used it."""
    grant = permissions.of_source(work, "federated", share.id)
    seen = permissions.ledger.last_access(work, grant) if grant else ""
    return {"share": share, "url": f"{PAGES}/sent/{share.id}", "seen": seen}


@routes.on("GET", WITH, OWNER)
def ask(work: Work, call: Call, thing_id: str) -> Response:
    """With whom shall it be shared? 200; 404."""
    return _ask(work, call, thing_id)


def _ask(
    work: Work, call: Call, thing_id: str, form: FormData | None = None, problem: Problem | None = None
) -> Response:
    part = _part(
        work, thing_id, stripped(form, "who") if form else "", stripped(form, "may") if form else "look"
    )
    part["error"] = words(work).gettext(problem.detail) if problem else ""
    back = pages.way_back(call, form, part["frame"])
    return pages.page(
        work, call, "federation/send.html", 422 if problem else 200, room="files", part=part, back=back
    )


@routes.on("POST", WITH, OWNER)
async def send(call: Call, thing_id: str, form: FormData) -> Response:
    """Share it with them. 303; 404; 422 the question again."""
    wish = Wish(thing_id, stripped(form, "who"), stripped(form, "may") == "change")
    try:
        share = await service.sending.send(call.house, call.home, call.caller, wish)
    except NoThing:
        raise
    except Problem as problem:
        return await call.read(_ask, call, thing_id, form, problem)
    pages.flash(call, (await call.read(words)).gettext(_SAID, name=share.person))
    return see_other(pages.way_back(call, form, f"/my/share/file/{quote(thing_id, safe='')}"))


@routes.on("POST", f"{SENT}/rights", OWNER)
def change(work: Work, call: Call, share_id: str, form: FormData) -> Response:
    """Let them change it, or only look. 303; 404."""
    share = service.sending.change(work, share_id, may_write=stripped(form, "may") == "change")
    said = (
        N_("%(name)s may change it from now on.")
        if share.may_write
        else N_("%(name)s may only look from now on.")
    )
    pages.flash(call, words(work).gettext(said, name=share.person))
    return see_other(pages.way_back(call, form, SHARED))


@routes.on("POST", f"{SENT}/stop", OWNER)
def stop(work: Work, call: Call, share_id: str, form: FormData) -> Response:
    """End it; of one that they did not want, nothing is left. 303; 404."""
    share = service.sending.sent(work, share_id)
    if share.state == "declined":
        service.keeping.remove(work, share)
    elif share.is_open:
        service.sending.stop(work, share_id)
    else:
        raise NoShare(id=share_id[:100])
    pages.flash(call, words(work).gettext(N_("%(name)s no longer sees it."), name=share.person))
    return see_other(pages.way_back(call, form, SHARED))
