"""The administration: an application of its own, on an address of its own, for who holds one of its tokens."""

from __future__ import annotations

import base64
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import structlog
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from cozy import ui
from cozy.app.errors import follow, refuse
from cozy.app.shell import dressed, shell_for_nobody
from cozy.app.wiring import ADMIN_DOORS
from cozy.backends.outside import OutsideByHttp
from cozy.kernel.caller import Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Unavailable
from cozy.kernel.routes import Route
from cozy.kernel.work import Work
from cozy.rooms.hosting.model import Token
from cozy.rooms.hosting.pages.door import COOKIE, LOG_IN
from cozy.rooms.hosting.service import entering, telling, tokens, webhooks
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NobodyIn
from cozy.ui import N_
from cozy.web import jsonapi
from cozy.web.answers import json, see_other
from cozy.web.call import Call
from cozy.web.csrf import SAFE, Forged, is_from_here
from cozy.web.dispatch import Dispatcher

log = structlog.get_logger()
_HELD = "cozy.admin"  # where the gate leaves the token in the scope of a request
_ON_DISK = "unix:"
PORCH = {LOG_IN, "/my/language", "/my/sw.js", "/my/manifest.webmanifest", "/my/offline"}
ROOMS = (
    ui.Room("homes", N_("Homes"), "/my", "house"),
    ui.Room("invitations", N_("Invitations"), "/my/invitations", "mail", more=True),
    ui.Room("costs", N_("What homes cost"), "/my/costs", "layers", N_("Costs")),
    ui.Room("jobs", N_("What fails"), "/my/jobs", "circle-alert"),
    ui.Room("messages", N_("Messages"), "/my/messages", "bell", more=True),
    ui.Room("webhooks", N_("Webhooks"), "/my/webhooks", "waypoints", more=True),
    ui.Room("health", N_("Health"), "/my/health", "info", more=True),
)


def administration(house: House) -> ASGIApp:
    """The ASGI application over an open house, behind its gate."""
    dispatcher = Dispatcher(
        ADMIN_DOORS,
        house,
        find_home=nowhere,
        identify=identify,
        admit=admit,
        refuse=refuse,
        follow=follow,
        client_of=client_of,
        render=render,
    )
    return Gate(dispatcher, house)


@asynccontextmanager
async def at_work(house: House) -> AsyncIterator[None]:
    """What the administration does by itself while it answers: it tells homes, and programs of the host, what there is to tell.

    Where those programs are is the host's own choice, and may be inside its network: nobody else's requests go this way.
    """
    outside = OutsideByHttp(replace(house.settings, outside_allowed="0.0.0.0/0, ::/0"))
    try:
        async with telling.going_on(house), webhooks.going_on(house, outside):
            yield
    finally:
        await outside.close()


class Gate:
    """Lets nobody through who shows no token; they are answered the same, whatever they ask for.

    Of the console they see the page where one comes in, and what this page is made of.
    """

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app = app
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request({**scope, "type": "http"}, receive)
        held = await self._holder(request)
        if scope["type"] != "http" or (held is None and not _is_porch(request.url.path)):
            await _unknown(request)(scope, receive, send)
            return
        if held is not None and request.method not in SAFE:
            log.info("administration", method=scope["method"], path=scope["path"], token=held.id)
        await self._app({**scope, _HELD: held}, receive, send)

    async def _holder(self, request: Request) -> Token | None:
        token = shown(request)
        if token:
            return await tokens.holder(self._house, token, client_of(request))
        name = f"__Host-cozy-{COOKIE}" if request.url.scheme == "https" else f"cozy-{COOKIE}"
        secret = request.cookies.get(name, "")
        return await self._house.read_host(entering.holder, secret) if secret else None


def _is_porch(path: str) -> bool:
    """What is there for who is not in: where one comes in, and the files of pages."""
    return path in PORCH or path.startswith("/my/assets/")


def shown(request: Request) -> str:
    """The token that came along: as bearer, or as the password of a Basic authorization, whatever the name (RFC 7617)."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        with suppress(ValueError):
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
    return ""


def _unknown(request: Request) -> Response:
    if request.url.path in {"/", "/my"} or request.url.path.startswith("/my/"):
        return see_other(LOG_IN)
    problem = NobodyIn("Bring a token of the administration.")
    headers = {"www-authenticate": 'Basic realm="Cozy administration", charset="UTF-8"'}
    body = {"errors": [jsonapi.problem(problem, 401)]}
    return json(body, 401, media_type=jsonapi.MEDIA_TYPE, headers=headers)


async def nowhere(host: str) -> tuple[Home, str]:
    """No home: what is done here is done on the host's list."""
    return Home("", host, f"http://{host}"), ""


async def identify(call: Call, route: Route) -> None:
    """Who asks is who holds the token that the gate saw, in the request or behind the cookie of a browser.

    A browser in which a person typed the token as a password sends it by itself, also for pages of other sites. Raises Forged.
    """
    call.home = replace(call.home, origin=f"{call.request.url.scheme}://{call.home.domain}")
    held: Token | None = call.request.scope[_HELD]
    if held is not None:
        if call.request.method not in SAFE and not is_from_here(call):
            raise Forged
        call.has_token = bool(shown(call.request))
        call.caller = Caller("hoster", name=held.id)


def admit(call: Call, route: Route, holes: Mapping[str, str]) -> None:
    """The gate let them in; a door that is not the administration's stays closed."""
    permissions.admit(call.caller, route.need)


def render(work: Work, call: Call, template: str, status: int, context: dict[str, Any]) -> Response:
    """A page of the console, inside its shell."""
    shell = shell_for_nobody(call)
    if call.caller.kind == "hoster":
        here = ui.Home(ui.words(shell.locale).gettext(N_("Administration")), call.home.domain)
        shell = replace(shell, home=here, rooms=ROOMS, room=context.get("room", ""), log_out="/my/logout")
    return dressed(ui.render(template, shell=shell, **context), status)


def client_of(request: Request) -> str:
    """The address of the other side; "" on a socket of this machine."""
    return request.client.host if request.client else ""


def listening(wanted: str, setting: str = "admin_listen") -> list[socket.socket]:
    """The socket that a setting names. Raises Unavailable when it cannot be had."""
    try:
        if wanted.startswith(_ON_DISK):
            return [_on_disk(Path(wanted.removeprefix(_ON_DISK)))]
        host, _, port = wanted.rpartition(":")
        address = (host.strip("[]"), int(port))
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        return [socket.create_server(address, family=family)]
    except (OSError, ValueError) as error:
        raise Unavailable(
            f"Cannot listen on {wanted}: {error}. Set `{setting}` to an address and a port."
        ) from error


def _on_disk(path: Path) -> socket.socket:
    """A socket that only our own user may open; one that a killed server left is put away."""
    if path.is_socket():
        path.unlink()
    made = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        made.bind(str(path))
    finally:
        os.umask(before)
    made.listen(64)
    return made
