"""For apps that run elsewhere, the flagship above all: their files, what their pages need, what they have to log."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.problem import Forbidden
from cozy.kernel.routes import Routes, may
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.permissions import service as permissions
from cozy.web import jsonapi
from cozy.web.answers import nothing
from cozy.web.call import Call
from cozy.web.cookies import cookie_name, read_cookie

from .. import service
from ..errors import BadLog, NotYours, OtherVersion
from ..model import APPS, DOCTYPES, KONNECTORS, Kind

routes = Routes()
log = structlog.get_logger()
LOGS = "io.cozy.apps.logs"
LINES = 1000  # of one request
_LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "warn": "warning", "error": "error", "critical": "critical", "fatal": "critical"}  # fmt: skip


@routes.on("GET", "/apps/{slug}/download", may("GET", APPS))
async def download_app(call: Call, slug: str) -> Response:
    """The files of an installed app, as a .tar.gz. 200; 401, 403, 404."""
    return await _download(call, slug, "app")


@routes.on("GET", "/apps/{slug}/download/{version}", may("GET", APPS))
async def download_app_version(call: Call, slug: str, version: str) -> Response:
    """The same, if this version is installed. 200; 401, 403, 404, 412."""
    return await _download(call, slug, "app", version)


@routes.on("GET", "/konnectors/{slug}/download", may("GET", KONNECTORS))
async def download_konnector(call: Call, slug: str) -> Response:
    """The files of an installed connector, as a .tar.gz. 200; 401, 403, 404."""
    return await _download(call, slug, "konnector")


@routes.on("GET", "/konnectors/{slug}/download/{version}", may("GET", KONNECTORS))
async def download_konnector_version(call: Call, slug: str, version: str) -> Response:
    """The same, if this version is installed. 200; 401, 403, 404, 412."""
    return await _download(call, slug, "konnector", version)


async def _download(call: Call, slug: str, kind: Kind, version: str = "") -> Response:
    app = await call.read(service.manifest, slug, kind)
    await call.read(permissions.guard, "GET", DOCTYPES[kind], {app.id, slug}, app.body)
    if version and version != app.manifest.version:
        raise OtherVersion(installed=app.manifest.version, parameter="version")
    await service.installing.ensure(call.house, call.home, app)
    packed = await asyncio.to_thread(service.packing.tarball, call.house.shelf, app)
    return Response(packed, media_type="application/gzip")


@routes.on("GET", "/apps/{slug}/open", may("GET", "*"))
async def open_app(call: Call, slug: str) -> Response:
    """What a page of an app needs, with a session for it, for a program that may do everything. 200; 401, 403, 404."""
    app = await call.read(service.manifest, slug)
    if not permissions.may_all(call.caller, "POST", "*") or call.caller.kind not in {"client", "cli"}:
        raise NotYours
    cookie = read_cookie(call, "session")
    session = await call.read(auth.sessions.of, cookie) if cookie else None
    if session is None:
        visitor = Visitor(address=call.client, user_agent=call.header("user-agent")[:500])
        cookie = (await call.write(auth.sessions.open_, visitor)).session
        session = await call.read(auth.sessions.of, cookie)
    assert session is not None
    values = await call.read(service.opening.values, app, session.id)
    secure = "; Secure" if call.is_secure else ""
    kept = f"{cookie_name(call, 'session')}={cookie}; Path=/; HttpOnly{secure}; SameSite=Lax"
    shown: dict[str, Any] = {
        "type": "io.cozy.apps.open",
        "id": slug,
        "attributes": {"Cookie": kept, **values},
    }
    return jsonapi.answer({**shown, "meta": {}, "links": {"self": f"/apps/{slug}/open"}})


class Line(Struct, frozen=True):
    """A line of a log."""

    timestamp: str = ""
    level: str = "info"
    msg: str = ""


@routes.on("POST", "/apps/{slug}/logs", may("POST", LOGS))
async def app_logs(call: Call, slug: str) -> Response:
    """Lines for the host's log, of an app or a program that may do everything. 204; 400, 401, 403, 404, 422."""
    return await _log(call, slug, "app")


@routes.on("POST", "/konnectors/{slug}/logs", may("POST", LOGS))
async def konnector_logs(call: Call, slug: str) -> Response:
    """The same of a connector."""
    return await _log(call, slug, "konnector")


async def _log(call: Call, slug: str, kind: Kind) -> Response:
    if not permissions.may_all(call.caller, "POST", "*"):
        if call.caller.kind != kind or not permissions.may_all(call.caller, "POST", LOGS):
            raise Forbidden
        slug = call.caller.name
    await call.read(service.manifest, slug, kind)
    lines = await call.decoded(list[Line])
    if len(lines) > LINES or any(line.level.lower() not in _LEVELS for line in lines):
        raise BadLog(limit=LINES)
    for line in lines:
        say = getattr(log, _LEVELS[line.level.lower()])
        say(
            "app says",
            slug=slug,
            home=call.home.id,
            job=call.query("job_id")[:64],
            said=line.msg[:2000],
            at=line.timestamp[:40],
        )
    return nothing()
