"""The homes that this one knows, by address and key; and taking a new key for one."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.ui import N_, words
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.pages import flash, page

from .. import service
from ..model import Neighbour, fingerprint
from .door import NEIGHBOURS, routes


@routes.on("GET", NEIGHBOURS, OWNER)
def listed(work: Work, call: Call) -> Response:
    """The homes that are known, those that are refused first, and the key of this one. 200."""
    own = service.introduction(work, "").public_key
    rows = [_row(each) for each in service.listed(work)]
    return page(
        work, call, "neighbours/neighbours.html", room="settings", rows=rows, own=fingerprint(own), domain=call.home.domain
    )  # fmt: skip


@routes.on("GET", f"{NEIGHBOURS}/accept", OWNER)
def ask(work: Work, call: Call) -> Response:
    """Whether the owner really takes the new key. 200; 404."""
    row = _row(service.fetch(work, call.query("address")))
    return page(work, call, "neighbours/accept.html", room="settings", row=row)


@routes.on("POST", f"{NEIGHBOURS}/accept", OWNER)
def accept(work: Work, call: Call, form: FormData) -> Response:
    """Take it. 303; 404."""
    service.accept(work, str(form.get("address", "")))
    flash(call, words(homes.profile(work).locale).gettext(N_("Saved.")))
    return see_other(NEIGHBOURS)


def _row(neighbour: Neighbour) -> dict[str, object]:
    return {
        "address": neighbour.address,
        "host": neighbour.address.partition("://")[2],
        "key": fingerprint(neighbour.public_key),
        "met_at": parse(neighbour.met_at),
        "is_refused": neighbour.is_refused,
        "refused_at": parse(neighbour.refused_at) if neighbour.refused_at else None,
        "refused_key": fingerprint(neighbour.refused_key),
    }
