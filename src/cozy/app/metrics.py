"""What a monitor asks: figures for Prometheus, and whether this process lives and is ready. On an address of its own, without names or ids.

Figures count; they tell neither which home nor whom. What is asked for is told by the first word of its path, where one of our routes begins with it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cozy import __version__
from cozy.app import signs
from cozy.app.wiring import DOORS
from cozy.kernel.house import House
from cozy.rooms.homes import service as homes

REGISTRY = CollectorRegistry()
for _collector in (ProcessCollector, PlatformCollector, GCCollector):
    _collector(registry=REGISTRY)
_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 60.0)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "PROPPATCH", "REPORT"}

REQUESTS = Counter("cozy_requests", "Requests answered.", ["method", "area", "status"], registry=REGISTRY)
LATENCY = Histogram(
    "cozy_request_seconds", "Time until an answer began.", ["area"], buckets=_SECONDS, registry=REGISTRY
)
SOCKETS = Gauge("cozy_sockets", "Websockets that are open.", registry=REGISTRY)
JOBS = Counter(
    "cozy_jobs", "Jobs that ended, or were put off after a failure.", ["job", "outcome"], registry=REGISTRY
)
HOMES = Gauge("cozy_homes", "Homes on the list.", ["state"], registry=REGISTRY)
DUE = Gauge("cozy_homes_due", "Homes that wait for the worker by now.", registry=REGISTRY)
DISK = Gauge("cozy_disk_bytes", "Of the disk that the homes are on.", ["of"], registry=REGISTRY)
STORAGE = Gauge("cozy_storage", "Of the databases: what is open, and who waits.", ["of"], registry=REGISTRY)
VERSION = Gauge("cozy_version", "This program.", ["version"], registry=REGISTRY)
VERSION.labels(__version__).set(1)

_AREAS = {
    word
    for door in DOORS
    for route in door.table
    if door.site == "home" and (word := route.path.split("/")[1]) and "{" not in word
}


def area(path: str) -> str:
    """The first word of a path, when our own routes begin with it; else `other`, as everything of apps on origins of their own."""
    word = path.split("/", 2)[1] if path.startswith("/") else ""
    return word if word in _AREAS else "other"


def job_ended(job: str, outcome: str) -> None:
    """A job of this kind is `done`, or `failed` a try. job: the name of a kind, never of one job."""
    JOBS.labels(job, outcome).inc()


class Counted:
    """An ASGI application whose answers are counted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "websocket":
            with SOCKETS.track_inprogress():
                await self._app(scope, receive, send)
            return
        began, where = perf_counter(), area(scope["path"])
        method = scope["method"] if scope["method"] in _METHODS else "other"

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                REQUESTS.labels(method, where, message["status"]).inc()
                LATENCY.labels(where).observe(perf_counter() - began)
            await send(message)

        await self._app(scope, receive, counting)


def monitor(house: House, *others: Route) -> ASGIApp:
    """The ASGI application that monitors ask. others: what else is answered to who runs this host."""

    async def metrics(request: Request) -> Response:
        """Every figure. 200."""
        await _look(house)
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    async def healthz(request: Request) -> Response:
        """That this process lives: restart it when it does not say so. 200."""
        return PlainTextResponse("ok\n")

    async def readyz(request: Request) -> Response:
        """Whether requests should be sent here: databases and contents can be reached, and it is not about to stop. 200; 503."""
        is_going = house.draining.is_set() or house.leaving.is_set()
        troubles = ["stopping"] if is_going else await signs.troubles(house)
        return PlainTextResponse("\n".join([*troubles, ""]) or "ok\n", 503 if troubles else 200)

    asked: dict[str, Callable[[Request], object]] = {
        "/metrics": metrics,
        "/healthz": healthz,
        "/readyz": readyz,
    }
    return Starlette(routes=[*(Route(path, fn) for path, fn in asked.items()), *others])


async def _look(house: House) -> None:
    """Bring those figures up to date that nobody counts; what cannot be read keeps its last value."""
    with suppress(Exception):
        for state, count in (await house.read_host(homes.count_by_state)).items():
            HOMES.labels(state).set(count)
        DUE.set(await house.read_host(homes.count_due))
    usage = shutil.disk_usage(Path(house.settings.data))
    for name in ("total", "used", "free"):
        DISK.labels(name).set(getattr(usage, name))
    for name, value in house.storage.figures().items():
        STORAGE.labels(name).set(value)
