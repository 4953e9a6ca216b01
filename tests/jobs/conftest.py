"""Workers of the tests' own, a house in which they are at work, and what a home writes down of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from cozy.app.worker import Worker
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Query
from cozy.rooms.jobs.model import JOBS, Task
from cozy.rooms.jobs.ports import WorkerType

NOTES = "test.notes"


def note(work: Work, task: Task) -> None:
    """Write down, in the home, what there was to do."""
    doc = task.event["doc"] if task.event else {}
    documents.create(work, NOTES, {"job": task.id, "says": task.message, "about": doc.get("_id", "")})


PRINT = WorkerType(name="print", run=note)


T = TypeVar("T", House, Work)


def plugged(into: T, *workers: WorkerType) -> T:
    """The house, or a unit of work, with these workers beside its own."""
    known = into.ports.get(WorkerType, [])
    return replace(into, ports={**into.ports, WorkerType: [*known, *workers]})


@pytest.fixture
def printing(house: House) -> House:
    """A house with the worker `print`, which nobody has started."""
    return plugged(house, PRINT)


@asynccontextmanager
async def at_work(house: House, *workers: WorkerType) -> AsyncIterator[House]:
    """The whole house at work, with these workers beside its own."""
    worker = Worker(poll_s=0.02)
    working = replace(plugged(house, *workers), wake=worker.wake)
    async with worker.running(working):
        yield working


async def until(house: House, home: Home, fn: Callable[[Work], Any], wanted: Any) -> None:
    """Wait until a read gives what is wanted."""
    found = None
    for _ in range(6_000):
        found = await house.read(home, SYSTEM, fn)
        if found == wanted:
            return
        await asyncio.sleep(0.01)
    assert found == wanted


def every(work: Work, doctype: str) -> list[dict[str, Any]]:
    """All documents of a doctype, oldest first."""
    found = documents.find(work, doctype, Query(selector={}, limit=1_000)).documents
    return [{"_id": each.id, **each.body} for each in sorted(found, key=lambda each: each.seq)]


def states(work: Work) -> list[str]:
    """How the jobs of apps stand."""
    return sorted(str(job["state"]) for job in every(work, JOBS))


def says(work: Work) -> list[Any]:
    """What the worker `print` was told."""
    return [each["says"] for each in every(work, NOTES)]
