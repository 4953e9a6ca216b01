"""The host's own addresses, at which no home is: where people get one below it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from msgspec.structs import replace
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from cozy.app.admin import client_of
from cozy.app.errors import follow, refuse
from cozy.app.shell import render
from cozy.app.wiring import LOBBY_DOORS
from cozy.kernel.home import Home, Hosted, origin_of
from cozy.kernel.house import House
from cozy.kernel.routes import Route
from cozy.kernel.settings import Settings
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.web.call import Call
from cozy.web.dispatch import Dispatcher


def beside(app: ASGIApp, house: House) -> ASGIApp:
    """The ASGI application, with what answers at the host's own addresses, where the settings name some."""
    lobbies = homes.contexts.lobbies(house.settings)
    if not lobbies:
        return app
    dispatcher = Dispatcher(
        LOBBY_DOORS,
        house,
        find_home=partial(_nobodys, house.settings, lobbies),
        identify=identify,
        admit=admit,
        refuse=refuse,
        follow=follow,
        client_of=client_of,
        render=render,
    )

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        is_here = scope["type"] == "http" and _domain(Request(scope).headers.get("host", "")) in lobbies
        await (dispatcher if is_here else app)(scope, receive, send)

    return either


def _domain(host: str) -> str:
    return host.lower().partition(":")[0].rstrip(".")


async def _nobodys(settings: Settings, lobbies: Mapping[str, str], host: str) -> tuple[Home, str]:
    """No home, and the context that homes will be of which are made here."""
    domain = _domain(host)
    return Home("", domain, origin_of(settings, domain), hosted=Hosted(context=lobbies[domain])), ""


async def identify(call: Call, route: Route) -> None:
    """Nobody is in here, whatever they bring."""
    call.home = replace(call.home, origin=origin_of(call.house.settings, call.home.domain))


def admit(call: Call, route: Route, holes: Mapping[str, str]) -> None:
    """All of it is open."""
    permissions.admit(call.caller, route.need)
