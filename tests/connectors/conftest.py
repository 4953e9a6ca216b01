"""A house that answers on a port of this machine, as boxes need one, with its worker at work."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cozy.app.house import opened
from cozy.app.server import Server, configured, listening, serving
from cozy.app.worker import Worker
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.settings import Settings
from cozy.rooms.apps import service as apps
from cozy.rooms.apps.model import App, Kind
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.model import JOBS, Options
from cozy.rooms.jobs.service.running import Asked
from tests.apps.world import World
from tests.conftest import Clock
from tests.jobs.conftest import every

HERE = Path(__file__).parent
Run = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def postgres() -> str:
    """SQLite alone: what runs programs holds no SQL, and a program takes a while to start."""
    return ""


@pytest.fixture
async def house(settings: Settings, clock: Clock) -> AsyncIterator[House]:
    """The house, which other programs of this machine can reach, and which may ask servers of it."""
    sockets = listening(msgspec.structs.replace(settings, port=0))
    settings = msgspec.structs.replace(
        settings, port=sockets[0].getsockname()[1], outside_allowed="127.0.0.0/8", box_memory_mb=256
    )
    worker = Worker(poll_s=0.02)
    async with opened(settings, clock=clock) as house:
        working = replace(house, wake=worker.wake)
        server = Server(configured(serving(working), settings))
        answering = asyncio.create_task(server.serve(sockets))
        async with worker.running(working):
            yield working
        server.stop()
        server.stop()
        await answering


@pytest.fixture
def site() -> Any:
    """The site that the connector Books asks."""
    with World() as world:
        world.tell("/books.json", [{"title": "Emma", "price": 12}, {"title": "Candide", "price": 8}])
        yield world


async def installed(house: House, home: Home, slug: str, kind: Kind) -> App:
    """One of the programs beside this file."""
    return await apps.installing.install(house, home, SYSTEM, slug, kind, f"file://{HERE / slug}")


@pytest.fixture
async def run(house: House, home: Home) -> Run:
    """`await run("konnector", konnector="books")`: a job, once it has ended. `manual=`, `trigger=`, `payload=`, `limit_s=` as of a job."""

    async def run(
        worker: str,
        *,
        manual: bool = True,
        trigger: str = "",
        payload: Any = None,
        limit_s: int = 0,
        **message: Any,
    ) -> dict[str, Any]:
        asked = Asked(
            worker=worker, message=message, is_manual=manual, trigger_id=trigger, payload=payload, options=Options(timeout=limit_s),
        )  # fmt: skip
        pushed = await house.write(home, SYSTEM, jobs.running.push, asked)
        return await ended(house, home, pushed.id)

    return run


async def ended(house: House, home: Home, job_id: str) -> dict[str, Any]:
    """A job, once it has ended or waits for its next try."""
    for _ in range(3_000):
        found = {each["_id"]: each for each in await house.read(home, SYSTEM, every, JOBS)}[job_id]
        if found["state"] in {"done", "errored"} or found.get("try_count"):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(found)


async def last_job(house: House, home: Home) -> dict[str, Any]:
    """The last job of a connector, once it has ended."""
    pushed = max(await house.read(home, SYSTEM, every, JOBS), key=lambda job: job["queued_at"])
    return await ended(house, home, pushed["_id"])
