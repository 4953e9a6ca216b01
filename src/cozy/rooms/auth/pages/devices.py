"""Where the owner is connected, which programs are, and the way to end it."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Permission
from cozy.ui import N_
from cozy.web.call import Call
from cozy.web.pages import page

from .. import service
from ..errors import NoClient, NoSession
from ..model.clients import Client
from .door import done, routes

URL = "/my/settings/devices"
PHONES = {"Android", "iPhone", "iPad"}
_ICONS = {"mobile": "smartphone", "desktop": "laptop", "browser": "globe", "web": "globe"}


@routes.on("GET", URL, OWNER)
def devices(work: Work, call: Call) -> Response:
    """Each connected device and program, the last seen first. 200."""
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
    programs = [_program(work, client) for client in service.clients.connected(work)]
    passwords = [_password(work, each) for each in service.device_passwords.listed(work)]
    return page(
        work, call, "auth/devices.html", room="settings", sessions=sessions, programs=programs, passwords=passwords
    )  # fmt: skip


def _program(work: Work, client: Client) -> dict[str, Any]:
    granted = permissions.of_source(work, "oauth", client.id)
    ends_at = parse(granted.expires_at) if granted and granted.expires_at else None
    return {
        "id": client.id, "name": client.client_name, "icon": _ICONS.get(client.client_kind, "plug"),
        "seen_at": parse(client.seen_at) if client.seen_at else None,
        "lines": permissions.lines(work, granted.rules) if granted else [],
        "until": permissions.last_day(work, ends_at) if ends_at else None,
    }  # fmt: skip


def _password(work: Work, granted: Permission) -> dict[str, Any]:
    seen_at = permissions.ledger.last_access(work, granted)
    ends_at = parse(granted.expires_at) if granted.expires_at else None
    return {
        "id": granted.id, "name": granted.title, "seen_at": parse(seen_at) if seen_at else None,
        "lines": permissions.lines(work, granted.rules), "is_over": permissions.has_ended(work, granted),
        "until": permissions.last_day(work, ends_at) if ends_at else None,
    }  # fmt: skip


@routes.on("POST", f"{URL}/{{session_id}}/end", OWNER)
async def end(call: Call, form: FormData, session_id: str) -> Response:
    """Log a device out, at once. 303."""
    try:
        await call.write(service.sessions.end, session_id)
    except NoSession:
        pass
    return await done(call, URL, N_("Logged out there."))


@routes.on("POST", f"{URL}/programs/{{client_id}}/end", OWNER)
async def end_program(call: Call, form: FormData, client_id: str) -> Response:
    """Take back what a program was granted, and forget it, at once. 303."""
    try:
        await call.write(_forget, client_id)
    except NoClient:
        pass
    return await done(call, URL, N_("It sees nothing of your home any more."))


def _forget(work: Work, client_id: str) -> None:
    service.clients.remove(work, service.clients.find(work, client_id))


@routes.on("POST", f"{URL}/others/end", OWNER)
async def end_others(call: Call, form: FormData) -> Response:
    """Log every other device out. 303."""
    await call.write(service.sessions.end_others)
    return await done(call, URL, N_("Every other device is logged out."))
