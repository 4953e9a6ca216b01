"""HTTPS in one command: Caddy in front of us, which asks here before it gets a certificate for a host."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from cozy.backends import caddy
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Problem
from cozy.kernel.settings import Settings
from cozy.rooms.apps import service as apps
from cozy.rooms.homes import service as homes

_HTTPS = 443
Finder = Callable[[str], Awaitable[tuple[Home, str]]]


def behind(settings: Settings) -> Settings:
    """The settings of a server that is reached through Caddy alone: on loopback, by https. Raises Unavailable."""
    caddy.program()
    caddy.make_sure(settings.public_host, settings.public_http_port, settings.public_https_port)
    port = settings.public_https_port
    return replace(
        settings,
        host="127.0.0.1",
        public_url="https://" if port == _HTTPS else f"https://:{port}",
        trusted_proxies="127.0.0.1",
    )


def asking() -> socket.socket:
    """Where Caddy asks: a port of loopback that nobody else is told of."""
    return socket.create_server(("127.0.0.1", 0))


def front(settings: Settings, ask: socket.socket) -> caddy.Front:
    """What Caddy is to do."""
    return caddy.Front(
        folder=Path(settings.data).absolute() / "caddy",
        upstream=f"127.0.0.1:{settings.port}",
        ask=f"http://127.0.0.1:{ask.getsockname()[1]}/",
        host=settings.public_host,
        http_port=settings.public_http_port,
        https_port=settings.public_https_port,
        is_internal=settings.public_issuer == "internal",
    )


def answering(house: House, find: Finder) -> ASGIApp:
    """What our own Caddy asks."""
    return Starlette(routes=[certificates("/", house, find)])


def certificates(path: str, house: House, find: Finder) -> Route:
    """Says whether a host may have a certificate: a home of this host, an app that a home has, where the first
    home is made, and where people get one.
    """

    async def asked(request: Request) -> Response:
        """200; 404."""
        domain = request.query_params.get("domain", "").lower()
        return PlainTextResponse("", 200 if await _is_ours(house, find, domain) else 404)

    return Route(path, asked)


async def _is_ours(house: House, find: Finder, domain: str) -> bool:
    if domain in homes.contexts.lobbies(house.settings):
        return True
    home, slug = await find(domain)
    if slug:
        return bool(home.id) and await _has_app(house, home, slug)
    if home.id or home.moved_to:
        return True
    return domain == house.settings.public and await house.read_host(homes.is_vacant)


async def _has_app(house: House, home: Home, slug: str) -> bool:
    """Whether a home has an app: names that anybody makes up get no certificate."""
    with suppress(Problem):
        await house.read(home, SYSTEM, apps.manifest, slug)
        return True
    return False
