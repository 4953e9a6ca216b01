"""The worker, in a whole house: what was published gets done, after a while, whatever happens."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import structlog

from cozy.app import worker
from cozy.app.worker import Worker
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, Job, job
from cozy.kernel.problem import OutOfSpace
from cozy.kernel.work import Event, Work
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.model import next_hour

NOTES = "test.notes"


class Rang(Event, frozen=True):
    """The bell rang."""

    times: int


class Listened(Event, frozen=True):
    """Somebody hears it."""


def ring(work: Work, times: int = 1) -> None:
    work.publish(Rang(times))


@job("bell.note", retries=3)
def note(work: Work, event: Rang) -> None:
    """For tests."""
    documents.create(work, NOTES, {"times": event.times})


@job("bell.polish")
def polish(work: Work, event: DayPassed) -> None:
    """For tests."""
    documents.create(work, NOTES, {"times": 0})


def noted(work: Work) -> list[int]:
    return [change.body["times"] for change in documents.changes(work, NOTES)]


@asynccontextmanager
async def at_work(house: House, *reactions: Job) -> AsyncIterator[House]:
    """The house with a worker, and reactions of the test's own."""
    table: dict[type[Event], list[Job]] = {}
    for reaction in reactions:
        table.setdefault(reaction.event, []).append(reaction)
    worker = Worker(table, poll_s=0.02)
    working = replace(
        house,
        wake=worker.wake,
        enqueue=lambda work, event, at=None: jobs.enqueue(work, table.get(type(event), []), event, at),
    )
    async with worker.running(working):
        yield working


async def idle(house: House) -> None:
    """Wait until no home has anything due."""
    for _ in range(6_000):
        if not await house.read_host(homes.due, 10):
            return
        await asyncio.sleep(0.01)
    pytest.fail("there is always something due")


async def until(house: House, home: Home, fn: Callable[[Work], Any], wanted: Any) -> None:
    """Wait until a read gives what is wanted."""
    found = None
    for _ in range(6_000):
        found = await house.read(home, SYSTEM, fn)
        if found == wanted:
            return
        await asyncio.sleep(0.01)
    assert found == wanted


def waiting(work: Work) -> bool:
    return jobs.next_due(work) < "9999"


async def test_a_home_is_woken_though_nobody_waits_any_more_for_what_was_written(house, home):
    woken: list[Home] = []
    is_writing, may_go_on = threading.Event(), threading.Event()

    def slow(work: Work) -> None:
        ring(work)
        is_writing.set()
        may_go_on.wait(20)

    waking = replace(
        house,
        wake=woken.append,
        enqueue=lambda work, event, at=None: jobs.enqueue(work, [note], event, at),
    )
    writing = asyncio.create_task(waking.write(home, SYSTEM, slow))
    assert await asyncio.to_thread(is_writing.wait, 20)
    writing.cancel()
    may_go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await house.write(home, SYSTEM, lambda work: None)  # the next one in the queue
    assert woken == [home]


async def test_what_is_published_is_done(house: House, home: Home):
    async with at_work(house, note) as house:
        await house.write(home, SYSTEM, ring, 7)
        await until(house, home, noted, [7])
        await until(house, home, waiting, False)


async def test_what_is_undone_is_not_done(house: House, home: Home):
    def ring_and_fail(work: Work) -> None:
        ring(work)
        raise ZeroDivisionError

    async with at_work(house, note) as house:
        with pytest.raises(ZeroDivisionError):
            await house.write(home, SYSTEM, ring_and_fail)
        await house.write(home, SYSTEM, ring, 2)
        await until(house, home, noted, [2])


async def test_what_was_published_before_a_stop_is_done_after_the_start(house: House, home: Home):
    stopped = replace(
        house,
        enqueue=lambda work, event, at=None: jobs.enqueue(work, [note], event, at),
        wake=lambda home: None,
    )
    await stopped.write(home, SYSTEM, ring, 7)
    async with at_work(house, note):
        await until(house, home, noted, [7])


async def test_a_home_that_was_woken_as_its_worker_stopped_is_left_to_the_next_one(house: House, home: Home):
    async with at_work(house, note):
        await idle(house)
    stopping = Worker({Rang: [note]}, poll_s=0.02)
    waking = replace(
        house,
        wake=stopping.wake,
        enqueue=lambda work, event, at=None: jobs.enqueue(work, [note], event, at),
    )
    await waking.write(home, SYSTEM, ring, 7)
    assert await house.read_host(homes.due, 10) == []
    async with stopping.running(waking):
        pass
    assert [each.id for each in await house.read_host(homes.due, 10)] == [home.id]
    async with at_work(house, note):
        await until(house, home, noted, [7])


async def test_what_another_process_leaves_while_a_hint_is_written_is_found(house, home, monkeypatch):
    another = replace(
        house,
        wake=lambda home: None,
        enqueue=lambda work, event, at=None: jobs.enqueue(work, [note], event, at),
    )
    hint, left = worker._hint, [7]

    async def late(house: House, home: Home, due_at: str) -> None:
        while left:
            await another.write(home, SYSTEM, ring, left.pop())
            await another.write_host(homes.hasten, home.id)
        await hint(house, home, due_at)

    monkeypatch.setattr(worker, "_hint", late)
    async with at_work(house, note):
        await until(house, home, noted, [7])


async def test_a_job_that_fails_undoes_its_writes_and_is_tried_again(house: House, home: Home, clock):
    attempts = []

    @job("bell.stumble", retries=3)
    def stumble(work: Work, event: Rang) -> None:
        note.run(work, event)
        attempts.append(event.times)
        if len(attempts) < 3:
            raise ValueError("not yet")

    with structlog.testing.capture_logs() as logs:
        async with at_work(house, stumble) as house:
            await house.write(home, SYSTEM, ring, 7)
            for tries in (1, 2):
                await until(house, home, lambda work, tries=tries: len(logs) >= tries, True)
                clock.advance(minutes=10)
            await until(house, home, noted, [7])
    assert attempts == [7, 7, 7]
    assert [(line["event"], line["job"], line["again"]) for line in logs] == [
        ("a job failed", "bell.stumble", True)
    ] * 2


async def test_an_async_job_opens_its_own_transactions(house: House, home: Home):
    @job("bell.walk")
    async def walk(house: House, home: Home, event: Rang) -> None:
        await house.write(home, SYSTEM, note.run, event)

    async with at_work(house, walk) as house:
        await house.write(home, SYSTEM, ring, 7)
        await until(house, home, noted, [7])
        await until(house, home, waiting, False)


async def test_a_job_may_publish_what_another_job_reacts_to(house: House, home: Home):
    class Answered(Event, frozen=True):
        times: int

    @job("bell.answer")
    def answer(work: Work, event: Rang) -> None:
        work.publish(Answered(event.times + 1))

    @job("bell.write_down")
    def write_down(work: Work, event: Answered) -> None:
        documents.create(work, NOTES, {"times": event.times})

    async with at_work(house, answer, write_down) as house:
        await house.write(home, SYSTEM, ring, 1)
        await until(house, home, noted, [2])


async def test_two_workers_do_each_job_once(house: House, home: Home):
    async with at_work(house, note) as first, at_work(house, note):
        await asyncio.gather(*(first.write(home, SYSTEM, ring, times) for times in range(40)))
        await until(house, home, waiting, False)
    assert sorted(await house.read(home, SYSTEM, noted)) == list(range(40))


async def test_chores_are_done_once_a_day(house: House, home: Home, clock):
    async with at_work(house, polish) as house:
        await until(house, home, waiting, True)
        assert await house.read(home, SYSTEM, noted) == []
        for days in (1, 2):
            clock.now = next_hour(home.id, clock.now)
            await until(house, home, noted, [0] * days)


async def test_a_home_that_cannot_be_served_holds_no_other_up(house: House, home: Home):
    await house.write_host(homes.enlist, "lost", "lost.localhost", None, "key")
    with structlog.testing.capture_logs() as logs:
        async with at_work(house, note) as house:
            await house.write(home, SYSTEM, ring, 7)
            await until(house, home, noted, [7])
            await until(house, home, lambda work: bool(logs), True)
    assert {(line["event"], line["home"]) for line in logs} == {("a home cannot be served", "lost")}


async def test_on_a_full_disk_jobs_wait_and_none_is_lost(house: House, home: Home, monkeypatch):
    refused: list[object] = []

    def no_space(*_: object) -> None:
        refused.append(None)
        raise OutOfSpace

    async with at_work(house, note) as house:
        await idle(house)
        with monkeypatch.context() as full, structlog.testing.capture_logs() as logs:
            for room, written in ((jobs, "lease"), (homes, "hasten"), (homes, "set_due")):
                full.setattr(room, written, no_space)
            for times in range(5):
                await house.write(home, SYSTEM, ring, times)
                await until(house, home, lambda work, times=times: len(refused) > times, True)
        await until(house, home, lambda work: sorted(noted(work)), [0, 1, 2, 3, 4])
    assert [line["event"] for line in logs] == ["jobs wait for space on the disk"]


async def test_a_job_that_finds_the_disk_full_is_tried_for_good_and_no_failure(
    house: House, home: Home, clock
):
    tried: list[int] = []

    @job("bell.note")
    def wide(work: Work, event: Rang) -> None:
        """For tests."""
        note.run(work, event)
        tried.append(event.times)
        if len(tried) < 20:
            raise OutOfSpace

    async with at_work(house, wide) as house:
        await idle(house)
        with structlog.testing.capture_logs() as logs:
            await house.write(home, SYSTEM, ring, 7)
            await until(house, home, lambda work: clock.advance(seconds=5) or noted(work), [7])
            await until(house, home, waiting, False)
    assert {line["event"] for line in logs} == {"jobs wait for space on the disk"}


async def test_an_idle_home_is_not_looked_at_again_before_its_hour(house: House, home: Home, clock):
    async with at_work(house, polish):
        await until(house, home, waiting, True)
        await idle(house)


async def test_what_takes_its_time_holds_nothing_else_of_its_home_up(house: House, home: Home):
    begun, go_on = asyncio.Event(), asyncio.Event()
    under_way, most = 0, 0

    @job("bell.read_scores", patience=1)
    async def read_scores(house: House, home: Home, event: Listened) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        begun.set()
        await go_on.wait()
        under_way -= 1

    async with at_work(house, note, read_scores) as house:
        for _ in range(3):
            await house.write(home, SYSTEM, lambda work: work.publish(Listened()))
        await begun.wait()
        await house.write(home, SYSTEM, ring, 7)
        try:
            await until(house, home, noted, [7])
        finally:
            go_on.set()
        await until(house, home, waiting, False)
    assert most == 1
