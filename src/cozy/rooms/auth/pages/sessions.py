"""Where the owner is connected, and the way to end it."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import N_
from cozy.web.call import Call
from cozy.web.pages import page

from .. import service
from ..errors import NoSession
from .door import done, routes

URL = "/my/settings/devices"
PHONES = {"Android", "iPhone", "iPad"}


@routes.on("GET", URL, OWNER)
def devices(work: Work, call: Call) -> Response:
    """Each connected device, the last seen first. 200."""
    sessions = [
        {
            "id": session.id,
            "browser": session.details.browser,
            "os": session.details.os,
            "is_phone": session.details.os in PHONES,
            "address": session.details.address,
            "seen_at": parse(session.seen_at),
            "is_here": session.id == call.caller.session,
        }
        for session in service.sessions.living(work)
    ]
    return page(work, call, "auth/devices.html", room="settings", sessions=sessions)


@routes.on("POST", f"{URL}/{{session_id}}/end", OWNER)
async def end(call: Call, form: FormData, session_id: str) -> Response:
    """Log a device out, at once. 303."""
    try:
        await call.write(service.sessions.end, session_id)
    except NoSession:
        pass
    return await done(call, URL, N_("Logged out there."))


@routes.on("POST", f"{URL}/others/end", OWNER)
async def end_others(call: Call, form: FormData) -> Response:
    """Log every other device out. 303."""
    await call.write(service.sessions.end_others)
    return await done(call, URL, N_("Every other device is logged out."))
