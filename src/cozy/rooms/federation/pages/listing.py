"""What is shared with servers of another kind, both ways: a part of the page *Shared*, and a page of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.contacts.model import names
from cozy.ui import N_
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.forms import stripped
from cozy.web.pages import flash, page

from .. import service
from ..model import PAGES, SHARED, Share
from ..model.addresses import own_address
from .door import routes, url_of, words


def on_page_of_shared(work: Work, shown: str) -> tuple[str, Mapping[str, Any]] | None:
    """The part of the page of everything that is shared; None where there is nothing. shown: with-me, by-me, or ""."""
    part = _part(work, SHARED)
    if shown == "by-me":
        part |= {"waiting": [], "theirs": []}
    if shown == "with-me":
        part |= {"ours": []}
    there_is = part["waiting"] or part["theirs"] or part["ours"]
    return ("federation/_on_shared.html", part) if there_is else None


def _part(work: Work, back: str) -> dict[str, Any]:
    shares = service.keeping.listed(work)
    came = [each for each in shares if each.direction == "received"]
    return {
        "waiting": [told(work, each) for each in came if each.state == "waiting"],
        "theirs": [told(work, each) for each in came if each.state in {"accepted", "ended"}],
        "ours": [
            {"share": each, "url": f"{PAGES}/sent/{each.id}"}
            for each in shares
            if each.direction == "sent" and each.state != "ended"
        ],
        "back": back,
    }


def told(work: Work, share: Share) -> dict[str, Any]:
    """What came from elsewhere, as the owner sees it. contact: the name under which they know who shares; "" of a stranger."""
    person = service.receiving.contact_of(work, share)
    return {
        "share": share, "url": url_of(share.id), "contact": names.display(person.body) if person else "",
        "host": share.server.partition("://")[2],
    }  # fmt: skip


@routes.on("GET", PAGES, OWNER)
def everything(work: Work, call: Call) -> Response:
    """All of it, the owner's own address, and whether shares are taken. 200."""
    part = _part(work, PAGES)
    return page(
        work, call, "federation/elsewhere.html", room="shared", part=part, own=own_address(work.origin),
        receives=service.receiving.is_on(work), invites=_invites(work),
    )  # fmt: skip


def _invites(work: Work) -> list[dict[str, Any]]:
    """Invitations, with what is handed on of those that wait for somebody."""
    return [
        {"invite": each, "text": service.inviting.text_of(work, each) if each.locked else ""}
        for each in service.inviting.listed(work)
    ]


@routes.on("POST", f"{PAGES}/receiving", OWNER)
def choose(work: Work, call: Call, form: FormData) -> Response:
    """Take shares from other servers from now on, or none. 303."""
    receives = stripped(form, "receives") == "yes"
    service.receiving.choose(work, receives=receives)
    said = (
        N_("Shares from other servers are taken.")
        if receives
        else N_("Shares from other servers are refused from now on.")
    )
    flash(call, words(work).gettext(said))
    return see_other(PAGES)
