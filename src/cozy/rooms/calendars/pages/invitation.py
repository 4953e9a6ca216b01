"""The page on which somebody who is invited answers, without a calendar and without logging in."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.routes import OPEN
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.web import pages
from cozy.web.call import Call

from ..service import invitations, wording
from ..service.invitations import Invited
from .door import routes, text, zone

URL = "/public/invitations/{code}"


@routes.on("GET", URL, OPEN)
def invitation(work: Work, call: Call, code: str) -> Response:
    """The event, and the three answers: a link of the mail picks one, and only the person's press notes it. 200; 404."""
    return _shown(work, call, code, invitations.opened(work, code), call.query("answer"))


@routes.on("POST", URL, OPEN)
def answer(work: Work, call: Call, code: str, form: FormData) -> Response:
    """Note an answer. 200; 404."""
    return _shown(work, call, code, invitations.answer(work, code, text(form, "answer")), is_noted=True)


def _shown(
    work: Work, call: Call, code: str, invited: Invited, picked: str = "", *, is_noted: bool = False
) -> Response:
    when = wording.when(invited.event.body, zone(work), homes.profile(work).locale)
    shown = pages.page(
        work, call, "calendars/invitation.html", event=invited.event, organizer=invited.organizer, email=invited.email,
        code=code, chosen=picked or invited.status, is_noted=is_noted, when=when, zone=str(zone(work)),
    )  # fmt: skip
    shown.headers["referrer-policy"] = "no-referrer"
    shown.headers["x-robots-tag"] = "noindex"
    return shown
