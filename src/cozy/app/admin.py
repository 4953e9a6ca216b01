"""The administration: an application of its own, on an address of its own, for who holds one of its tokens."""

from __future__ import annotations

import base64
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from cozy.app.errors import refuse
from cozy.app.shell import render
from cozy.app.wiring import ADMIN_DOORS
from cozy.kernel.caller import Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Unavailable
from cozy.kernel.routes import Route
from cozy.rooms.hosting.model import Token
from cozy.rooms.hosting.service import tokens
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NobodyIn
from cozy.web import jsonapi
from cozy.web.answers import json
from cozy.web.call import Call
from cozy.web.csrf import SAFE
from cozy.web.dispatch import Dispatcher

log = structlog.get_logger()
_HELD = "cozy.admin"  # where the gate leaves the token in the scope of a request
_ON_DISK = "unix:"


def administration(house: House) -> ASGIApp:
    """The ASGI application over an open house, behind its gate."""
    dispatcher = Dispatcher(
        ADMIN_DOORS,
        house,
        find_home=nowhere,
        identify=identify,
        admit=admit,
        refuse=refuse,
        client_of=client_of,
        render=render,
    )
    return Gate(dispatcher, house)


class Gate:
    """Lets nobody through who shows no token; they are answered the same, whatever they ask for."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app = app
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request({**scope, "type": "http"}, receive)
        held = await tokens.holder(self._house, shown(request), client_of(request))
        if scope["type"] != "http" or held is None:
            await _unknown()(scope, receive, send)
            return
        if request.method not in SAFE:
            log.info("administration", method=scope["method"], path=scope["path"], token=held.id)
        await self._app({**scope, _HELD: held}, receive, send)


def shown(request: Request) -> str:
    """The token that came along: as bearer, or as the password of a Basic authorization, whatever the name (RFC 7617)."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        with suppress(ValueError):
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
    return ""


def _unknown() -> Response:
    problem = NobodyIn("Bring a token of the administration.")
    headers = {"www-authenticate": 'Basic realm="Cozy administration", charset="UTF-8"'}
    body = {"errors": [jsonapi.problem(problem, 401)]}
    return json(body, 401, media_type=jsonapi.MEDIA_TYPE, headers=headers)


async def nowhere(host: str) -> tuple[Home, str]:
    """No home: what is done here is done on the host's list."""
    return Home("", host, f"http://{host}"), ""


async def identify(call: Call, route: Route) -> None:
    """Who asks is who holds the token that the gate saw."""
    held: Token | None = call.request.scope.get(_HELD)
    if held is not None:
        call.has_token = True
        call.caller = Caller("hoster", name=held.id)


def admit(call: Call, route: Route, holes: Mapping[str, str]) -> None:
    """The gate let them in; a door that is not the administration's stays closed."""
    permissions.admit(call.caller, route.need)


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
