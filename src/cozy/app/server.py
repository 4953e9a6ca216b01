"""The server: one ASGI application over all doors, on uvicorn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import structlog
import uvicorn
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cozy.app.errors import refuse
from cozy.app.house import home_of, opened
from cozy.app.shell import render
from cozy.app.wiring import DOORS
from cozy.app.worker import Worker
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Unavailable
from cozy.kernel.routes import Route
from cozy.kernel.settings import Settings
from cozy.rooms.auth import service as auth
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy import ui
from cozy.web.call import Call
from cozy.web.dispatch import Dispatcher
from cozy.web.headers import EVERY_HEADER, HSTS

log = structlog.get_logger()
_KNOWN_FOR_S = 1.0  # how long the list of homes is trusted: changes by the command line show within a second


class Homes:
    """Which home a Host header names, remembered for a moment."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._known: dict[str, tuple[float, Home]] = {}

    async def at(self, host: str) -> Home:
        """The home at this Host header. Raises NoHome, Unavailable when it is blocked."""
        domain = host.lower().partition(":")[0].rstrip(".")
        until, home = self._known.get(domain, (0.0, None))
        if home is None or until < monotonic():
            listing = await self._house.read_host(homes.at, domain)
            home = home_of(self._house.settings, listing)
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[domain] = (monotonic() + _KNOWN_FOR_S, home)
        if home.state == "blocked":
            raise Unavailable("This home is closed for now: ask the person who hosts it.")
        return home


async def identify(call: Call) -> None:
    """Find out who asks: a bearer token, else the session of the owner."""
    call.notes["renderer"] = render
    call.notes["page_headers"] = {"x-assets": ui.assets.version()}
    scheme, _, value = call.header("authorization").partition(" ")
    if scheme.lower() == "bearer":
        call.notes["bearer"] = True
        call.caller = await call.read(auth.caller_of, value)


def admit(call: Call, route: Route) -> None:
    """Let the caller through this route, or not."""
    permissions.admit(call.caller, route.need)


def client_of(request: Request) -> str:
    """The address of the other side (uvicorn has put X-Forwarded-For of trusted proxies in its place)."""
    return request.client.host if request.client else ""


class Application:
    """The dispatcher, with the headers that every answer carries."""

    def __init__(self, app: ASGIApp, *, is_secure: bool) -> None:
        self._app = app
        every = {**EVERY_HEADER, "strict-transport-security": HSTS} if is_secure else EVERY_HEADER
        self._headers = [(name.encode(), value.encode()) for name, value in every.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers]
            await send(message)

        await self._app(scope, receive, sending)


@asynccontextmanager
async def application(settings: Settings) -> AsyncIterator[ASGIApp]:
    """The whole program as an ASGI application, its worker at work beside it."""
    worker = Worker()
    async with opened(settings, wake=worker.wake) as house, worker.running(house):
        yield serving(house)


def serving(house: House) -> ASGIApp:
    """The ASGI application over an open house."""
    dispatcher = Dispatcher(
        DOORS, house, find_home=Homes(house).at, identify=identify, admit=admit, refuse=refuse, client_of=client_of
    )
    return Application(dispatcher, is_secure=house.settings.public_url.startswith("https:"))


async def serve(settings: Settings) -> None:
    """Answer until told to stop."""
    async with application(settings) as app:
        proxies = settings.trusted_proxies
        config = uvicorn.Config(
            app, host=settings.host, port=settings.port, loop="uvloop", http="httptools", lifespan="off",
            log_level="warning", access_log=False, server_header=False, proxy_headers=bool(proxies),
            forwarded_allow_ips=proxies or None, timeout_graceful_shutdown=10, timeout_keep_alive=75,
        )  # fmt: skip
        await uvicorn.Server(config).serve()
