"""Yes or no to what somebody at another server shares, and letting go of it later."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import N_
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.pages import flash, page

from .. import service
from ..model import PAGES, SHARED, Share
from .door import routes, url_of, words
from .listing import told

ONE = f"{PAGES}/{{share_id}}"
_LEFT = {"waiting": N_("You declined “%(name)s”."), "ended": N_("“%(name)s” is forgotten.")}


def invitation(work: Work, call: Call, share: Share) -> Response:
    """The question whether to take it."""
    return page(work, call, "federation/invitation.html", room="shared", each=told(work, share))


@routes.on("POST", f"{ONE}/accept", OWNER)
def accept(work: Work, call: Call, share_id: str, form: FormData) -> Response:
    """Take it. 303; 404."""
    share = service.receiving.accept(work, share_id)
    flash(call, words(work).gettext(N_("You take part. Their server is told.")))
    return see_other(url_of(share.id))


@routes.on("GET", f"{ONE}/leave", OWNER)
def ask_to_leave(work: Work, call: Call, share_id: str) -> Response:
    """Shall it be declined, or let go of? 200; 404."""
    share = service.receiving.received(work, share_id)
    return page(work, call, "federation/leave.html", room="shared", each=told(work, share), back=SHARED)


@routes.on("POST", f"{ONE}/leave", OWNER)
def leave(work: Work, call: Call, share_id: str, form: FormData) -> Response:
    """Say no, or no longer. 303; 404."""
    share = service.receiving.received(work, share_id)
    service.receiving.decline(work, share_id)
    said = _LEFT.get(share.state, N_("You let go of “%(name)s”."))
    flash(call, words(work).gettext(said, name=share.name))
    return see_other(SHARED)
