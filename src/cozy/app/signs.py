"""What a host says of itself to anybody, whether there is a home at this address or not."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import perf_counter

import structlog
from starlette.responses import PlainTextResponse, Response

from cozy import __version__
from cozy.kernel.house import House
from cozy.kernel.problem import NotFound
from cozy.kernel.routes import OPEN, Routes
from cozy.rooms.homes import service as homes
from cozy.web.answers import json, nothing
from cozy.web.call import Call

log = structlog.get_logger()
routes = Routes()
PATIENCE_S = 5.0
ROBOTS = "User-agent: *\nDisallow: /\n"
KEPT = {"cache-control": "public, max-age=86400"}


@routes.on("GET", "/version", OPEN)
async def version(call: Call) -> Response:
    """Which program this is. 200."""
    said = {
        "version": __version__,
        "build_mode": "production",
        "build_time": "",
        "runtime_version": f"Python {platform.python_version()}",
    }
    return json(said)


@routes.on("GET", "/connection_check", OPEN)
async def connection_check(call: Call) -> Response:
    """Only that there is an answer. 204."""
    return nothing()


@routes.on("GET", "/status", OPEN)
async def status(call: Call) -> Response:
    """Whether databases and contents can be reached, and how fast; names as cozy-stack's. 200; 502."""
    found = await _probed(call.house)
    said = "OK" if all(latency is not None for latency in found.values()) else "KO"
    health = {name: "unreachable" if latency is None else "healthy" for name, latency in found.items()}
    latencies = {name: f"{latency * 1000:.3f}ms" for name, latency in found.items() if latency is not None}
    body = {"cache": "healthy", **health, "status": said, "latency": latencies, "message": said}
    return json(body, 200 if said == "OK" else 502)


async def troubles(house: House) -> list[str]:
    """What cannot be reached now: `database`, `contents`."""
    names = {"couchdb": "database", "fs": "contents"}
    return [names[name] for name, latency in (await _probed(house)).items() if latency is None]


async def _probed(house: House) -> dict[str, float | None]:
    probes: dict[str, Callable[[House], Awaitable[None]]] = {"couchdb": _database, "fs": _contents}
    results = await asyncio.gather(*(_timed(name, probe, house) for name, probe in probes.items()))
    return dict(zip(probes, results, strict=True))


async def _timed(name: str, probe: Callable[[House], Awaitable[None]], house: House) -> float | None:
    """How many seconds it took; None when it failed."""
    begun = perf_counter()
    try:
        async with asyncio.timeout(PATIENCE_S):
            await probe(house)
    except Exception as error:  # whatever it is, this is where it is told
        log.error("not healthy", probe=name, exc_info=error)
        return None
    return perf_counter() - begun


async def _database(house: House) -> None:
    await house.read_host(homes.is_vacant)


async def _contents(house: House) -> None:
    await house.blobs.reach()


@routes.on("GET", "/robots.txt", OPEN)
async def robots(call: Call) -> Response:
    """Nothing here is for search engines. 200."""
    return PlainTextResponse(ROBOTS, headers=KEPT)


@routes.on("GET", "/security.txt", OPEN)
@routes.on("GET", "/.well-known/security.txt", OPEN)
async def security(call: Call) -> Response:
    """Whom to tell of a weakness (RFC 9116). 200; 404 when the host says nobody."""
    contact = call.house.settings.security_contact
    if not contact:
        raise NotFound
    expires = (call.house.clock() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return PlainTextResponse(f"Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en, fr\n")
