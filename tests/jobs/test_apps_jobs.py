"""The jobs of apps, run by a whole house: tries, times, turns, and what happens when somebody dies over one."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog

from cozy.app.house import home_of
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.home import Home, origin_of
from cozy.kernel.house import House
from cozy.kernel.problem import Unavailable
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.errors import TooManyJobs
from cozy.rooms.jobs.model import JOBS, Options, Task
from cozy.rooms.jobs.ports import WorkerType
from cozy.rooms.jobs.service.running import MOST_DEATHS, Asked
from tests.conftest import ALICE

from .conftest import NOTES, PRINT, at_work, every, note, plugged, says, states, until


def push(work: Work, worker: str = "print", message: object = None, **more) -> str:
    return jobs.running.push(work, Asked(worker=worker, message=message, **more)).id


def job_of(work: Work, id_: str) -> dict:
    return dict(documents.fetch(work, JOBS, id_).body)


async def test_a_job_goes_from_queued_to_done(house: House, home: Home):
    heard = []
    stop = await house.bus.hear(home.id, heard.extend)
    async with at_work(house, PRINT) as house:
        id_ = await house.write(home, SYSTEM, push, message="hello")
        await until(house, home, states, ["done"])
    stop()
    job = await house.read(home, SYSTEM, job_of, id_)
    assert job["worker"] == "print"
    assert job["domain"] == "alice.localhost"
    assert job["queued_at"] <= job["started_at"] <= job["finished_at"]
    assert [change.body["state"] for change in heard if change.doctype == JOBS] == [
        "queued",
        "running",
        "done",
    ]
    assert await house.read(home, SYSTEM, says) == ["hello"]


async def test_a_worker_that_fails_is_tried_again_as_often_as_it_says(house: House, home: Home, clock):
    tries = []

    async def stumble(house: House, home: Home, task: Task) -> None:
        tries.append(task.id)
        raise Unavailable("The other side is asleep.")

    worker = WorkerType(name="stumble", run=stumble, most_tries=3)
    with structlog.testing.capture_logs():
        async with at_work(house, worker) as house:
            id_ = await house.write(home, SYSTEM, push, "stumble")
            for failures, pause in ((1, 30), (2, 120)):
                await until(house, home, lambda work: job_of(work, id_).get("try_count"), failures)
                clock.advance(seconds=pause)
            await until(house, home, states, ["errored"])
    assert len(tries) == 3
    job = await house.read(home, SYSTEM, job_of, id_)
    assert job["error"] == "The other side is asleep."
    assert (job["try_count"], len(job["errors"])) == (3, 3)


async def test_an_app_may_ask_for_fewer_tries(house: House, home: Home):
    async def stumble(house: House, home: Home, task: Task) -> None:
        raise ZeroDivisionError("secret")

    with structlog.testing.capture_logs():
        async with at_work(house, WorkerType(name="stumble", run=stumble)) as house:
            id_ = await house.write(home, SYSTEM, push, "stumble", options=Options(max_exec_count=1))
            await until(house, home, states, ["errored"])
    assert (await house.read(home, SYSTEM, job_of, id_))["error"] == "unexpected error: ZeroDivisionError"


async def test_a_sync_worker_that_fails_leaves_nothing_behind(house: House, home: Home):
    def note_and_fail(work: Work, task: Task) -> None:
        note(work, task)
        raise Unavailable

    with structlog.testing.capture_logs():
        async with at_work(house, WorkerType(name="half", run=note_and_fail, most_tries=1)) as house:
            await house.write(home, SYSTEM, push, "half")
            await until(house, home, states, ["errored"])
    assert await house.read(home, SYSTEM, says) == []


async def test_a_worker_that_hangs_is_stopped(house: House, home: Home):
    ended = asyncio.Event()

    async def hang(house: House, home: Home, task: Task) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with structlog.testing.capture_logs():
        async with at_work(house, WorkerType(name="hang", run=hang, most_tries=1)) as house:
            id_ = await house.write(home, SYSTEM, push, "hang", options=Options(timeout=1))
            await until(house, home, states, ["errored"])
    assert ended.is_set()
    assert (await house.read(home, SYSTEM, job_of, id_))["error"] == "timeout: it took longer than 1 seconds"


async def test_a_worker_that_nobody_has_here_says_so(house: House, home: Home):
    with structlog.testing.capture_logs():
        async with at_work(house) as house:
            id_ = await house.write(home, SYSTEM, push, "sms", {"body": "hello"})
            await until(house, home, states, ["errored"])
    job = await house.read(home, SYSTEM, job_of, id_)
    assert (job["error"], job["try_count"]) == ("no runner on this host yet", 1)


async def test_a_job_that_is_called_off_is_stopped(house: House, home: Home):
    began, ended = asyncio.Event(), asyncio.Event()

    async def wait(house: House, home: Home, task: Task) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    house = replace(house, settings=_quick(house))
    async with at_work(house, WorkerType(name="wait", run=wait)) as house:
        id_ = await house.write(home, SYSTEM, push, "wait")
        await began.wait()
        await house.write(
            home, SYSTEM, lambda work: jobs.running.cancel(work, [documents.fetch(work, JOBS, id_)])
        )
        await asyncio.wait_for(ended.wait(), 30)
    job = await house.read(home, SYSTEM, job_of, id_)
    assert (job["state"], job["error"]) == ("errored", "cancelled")


def _quick(house: House):
    from msgspec.structs import replace as changed

    return changed(house.settings, lease_s=1)


async def test_a_long_job_keeps_its_lease(house: House, home: Home, clock):
    """Its clock stands still for nobody: renewals move the lease ahead of any other process."""
    going, begun = asyncio.Event(), []

    async def walk(house: House, home: Home, task: Task) -> None:
        begun.append(task.id)
        await going.wait()

    house = replace(house, settings=_quick(house))
    async with at_work(house, WorkerType(name="walk", run=walk)) as house, at_work(house):
        await house.write(home, SYSTEM, push, "walk")

        def renewed(work: Work) -> bool:
            return jobs.next_due(work) > iso(clock.now + timedelta(seconds=0.9))

        for _ in range(3):
            clock.advance(seconds=0.9)
            await until(house, home, renewed, True)
        going.set()
        await until(house, home, states, ["done"])
    assert len(begun) == 1


async def test_a_job_is_given_back_when_the_program_stops(house: House, home: Home, monkeypatch):
    monkeypatch.setattr("cozy.app.worker._GRACE_S", 0.01)
    began = asyncio.Event()

    async def walk(house: House, home: Home, task: Task) -> None:
        began.set()
        await asyncio.Event().wait()

    async with at_work(house, WorkerType(name="walk", run=walk)) as working:
        await working.write(home, SYSTEM, push, "walk")
        await began.wait()
    async with at_work(house, WorkerType(name="walk", run=note)) as working:
        await until(working, home, states, ["done"])
    assert len(await house.read(home, SYSTEM, every, NOTES)) == 1


def test_a_job_whose_process_died_is_taken_up_again_but_not_for_ever(work: Work):
    work = plugged(work, PRINT)
    id_ = push(work)
    for deaths in range(MOST_DEATHS + 2):
        work = replace(work, now=work.now + timedelta(minutes=1))
        leased = jobs.lease(work)
        assert leased is not None
        task = jobs.running.begin(work, leased)
        assert (task is None) == (deaths > MOST_DEATHS)
    job = job_of(work, id_)
    assert job["state"] == "errored"
    assert job["error"].startswith(f"the program ended {MOST_DEATHS + 1} times")
    assert jobs.next_due(work) > "9999"


def test_what_somebody_waits_for_comes_first(work: Work):
    work = plugged(work, replace_here(PRINT, 10))
    first, second = push(work, message="a"), push(work, message="b")
    urgent = push(work, message="c", is_manual=True)
    found = [jobs.lease(work) for _ in range(3)]
    assert [each and each.id for each in found] == [urgent, first, second]


def replace_here(worker: WorkerType, many: int) -> WorkerType:
    from msgspec.structs import replace as changed

    return changed(worker, at_once_here=many)


def test_one_home_has_so_many_of_a_worker_at_once(work: Work):
    work = plugged(work, PRINT)
    for _ in range(3):
        push(work)
    other = push(work, "log")
    leased = [jobs.lease(work) for _ in range(4)]
    assert [each and each.worker for each in leased] == ["print", "print", "log", None]
    assert leased[2] is not None
    assert leased[2].id == other
    assert leased[0] is not None
    jobs.running.begin(work, leased[0])
    jobs.running.succeed(work, leased[0])
    again = jobs.lease(work)
    assert again is not None
    assert again.worker == "print"


async def test_a_busy_home_does_not_starve_the_others(house: House, home: Home):
    """The one asks for forty jobs, then others for one each: they do not wait for the forty."""
    order: list[str] = []
    at_once: Counter[str] = Counter()
    most: Counter[str] = Counter()
    gates: asyncio.Queue[None] = asyncio.Queue()

    async def walk(house: House, home: Home, task: Task) -> None:
        at_once[home.id] += 1
        most[home.id] = max(most[home.id], at_once[home.id])
        most["all"] = max(most["all"], at_once.total())
        await gates.get()
        at_once[home.id] -= 1
        order.append(home.id)

    others = [await _another(house, f"h{number}.localhost") for number in range(5)]
    worker = WorkerType(name="walk", run=walk, at_once=3, at_once_here=2)
    async with at_work(house, worker) as house:
        for _ in range(40):
            await house.write(home, SYSTEM, push, "walk")
        for other in others:
            await house.write(other, SYSTEM, push, "walk")
        for _ in range(45):
            gates.put_nowait(None)
        await until(house, home, states, ["done"] * 40)
        for other in others:
            await until(house, other, states, ["done"])
    assert most[home.id] <= 2
    assert most["all"] <= 3
    assert max(order.index(other.id) for other in others) < 35


async def _another(house: House, domain: str) -> Home:
    listing = await auth.open_home(house, domain, ALICE, origin_of(house.settings, domain))
    return home_of(house.settings, listing)


async def test_two_processes_do_each_job_once(house: House, home: Home):
    async with at_work(house, PRINT) as first, at_work(house, PRINT):
        await asyncio.gather(*(first.write(home, SYSTEM, push, message=number) for number in range(40)))
        await until(house, home, states, ["done"] * 40)
    assert sorted(await house.read(home, SYSTEM, says)) == list(range(40))


async def test_what_a_killed_process_left_is_found_though_no_hint_tells_of_it(house: House, home: Home):
    """It was killed after the commit and before the hint; its mark is there, and nobody holds it."""
    async with at_work(house, PRINT) as working:
        await until(working, home, lambda work: jobs.next_due(work) < "9999", True)
    await plugged(house, PRINT).write(home, SYSTEM, push, message="left")
    await house.write_host(homes.set_due, home.id, "9998-01-01T00:00:00Z")
    from pathlib import Path

    folder = Path(house.settings.data) / "at-work"
    assert list(folder.iterdir()) == []
    (folder / "killed").touch()
    async with at_work(house, PRINT) as working:
        await until(working, home, says, ["left"])


def test_old_jobs_are_purged_but_the_last_ones(work: Work):
    work = plugged(work, PRINT)
    for _ in range(53):
        documents.update(work, job := documents.fetch(work, JOBS, push(work)), {**job.body, "state": "done"})
    kept = push(work)
    later = replace(work, now=work.now + timedelta(days=40))
    documents.update(
        later, job := documents.fetch(later, JOBS, push(later, "log")), {**job.body, "state": "done"}
    )
    assert jobs.running.purge(later, timedelta(days=30), ["log"]) == 0
    assert jobs.running.purge(later, timedelta(days=30)) == 3
    assert jobs.running.purge(later, timedelta(days=30)) == 0
    assert job_of(later, kept)["state"] == "queued"
    assert len(every(later, JOBS)) == 52


def test_an_hour_has_so_many_jobs_of_a_worker_and_of_one_app(work: Work):
    few = WorkerType(name="few", most_per_hour=3, most_per_hour_each=2)
    work = plugged(work, few)
    for by in ("notes", "notes", "drive"):
        push(work, "few", by=by)
    for by in ("notes", "drive", ""):
        with pytest.raises(TooManyJobs):
            push(work, "few", by=by)
    refused = jobs.running.push_or_tell(work, Asked(worker="few"))
    assert refused is not None
    assert refused.body["state"] == "errored"
    later = replace(work, now=work.now + timedelta(minutes=61))
    push(later, "few", by="notes")


def test_what_a_device_never_told_the_end_of_is_cleaned(work: Work):
    work = plugged(work, PRINT)
    waiting, on_phone = push(work), push(work, "client")
    assert jobs.running.clean(work) == 0
    later = replace(work, now=work.now + timedelta(hours=2))
    assert jobs.running.clean(later) == 1
    assert (job_of(later, waiting)["state"], job_of(later, on_phone)["state"]) == ("queued", "done")
