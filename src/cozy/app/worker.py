"""The worker: what happens by itself, beside the requests.

One task looks at the host's list for homes that have work due; a few runners serve one home each at a time, a few jobs and
then the next home. A home without work costs nothing here: no task, no thread, no memory. What rooms do by themselves, a
runner does itself; a job of an app gets a task of its own, of which there are so many for each worker, so that long ones hold
nobody up. So does a patient job of a room that takes its time: one at once in a home, beside what is done there for somebody.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import Counter, OrderedDict, defaultdict
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import structlog

from cozy.app import marks, metrics
from cozy.app.house import home_of
from cozy.app.wiring import REACTIONS
from cozy.kernel.caller import SYSTEM
from cozy.kernel.carrying import HomeGone
from cozy.kernel.clock import iso, parse
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, Job
from cozy.kernel.problem import OutOfSpace, Problem
from cozy.kernel.work import Event, Work
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.errors import Hopeless, LeaseLost
from cozy.rooms.jobs.model import JOBS, NORMAL, PRIORITIES, Task, Waiting
from cozy.rooms.jobs.ports import WorkerType

log = structlog.get_logger()
_POLL_S = 10.0
_RUNNERS = 4
_TURN = 8  # jobs of one home before the next one has its turn
_LOOKS = 100  # most homes that one look at the list finds: after a long stop they are served a few at a time
_AFTER_TROUBLE = timedelta(hours=1)
_GRACE_S = 5.0  # for jobs under way when the program stops; then they are given back


class Worker:
    """Runs the jobs of homes that have some."""

    def __init__(
        self, reactions: Mapping[type[Event], Sequence[Job]] = REACTIONS, *, poll_s: float = _POLL_S
    ) -> None:
        self._jobs = {job.name: job for reacting in reactions.values() for job in reacting}
        self._chores = list(reactions.get(DayPassed, ()))
        self._poll_s = poll_s
        self._due: asyncio.Queue[Home | None] = asyncio.Queue()
        self._queued: set[str] = set()
        self._served: set[str] = set()
        self._again: set[str] = set()
        self._at: Counter[str] = Counter()  # jobs taken, by worker
        self._slots: dict[
            str, asyncio.Semaphore
        ] = {}  # of those that may run at once: runners take at the same time
        self._tasks: set[asyncio.Task[None]] = set()
        self._patient: set[str] = set()  # homes that have a patient job under way
        self._held: defaultdict[str, OrderedDict[str, Home]] = defaultdict(OrderedDict)
        self._stopping = False
        self._waits_for_space = False

    def wake(self, home: Home) -> None:
        """A home has something to do."""
        if home.id in self._served:
            self._again.add(home.id)
        elif home.id not in self._queued:
            self._queued.add(home.id)
            self._due.put_nowait(home)

    @asynccontextmanager
    async def running(self, house: House) -> AsyncIterator[None]:
        """Work while the block runs."""
        with marks.marked(Path(house.settings.data)):
            looking = asyncio.create_task(self._look(house))
            runners = [asyncio.create_task(self._serve_all(house)) for _ in range(_RUNNERS)]
            try:
                yield
            finally:
                looking.cancel()
                await self._stop(runners)
                await asyncio.gather(looking, *runners, return_exceptions=True)
                await self._leave(house)

    async def _stop(self, runners: list[asyncio.Task[None]]) -> None:
        """Let what is under way finish, for a moment."""
        self._stopping = True
        for _ in runners:
            self._due.put_nowait(None)
        _, late = await asyncio.wait(runners, timeout=_GRACE_S)
        for runner in late:
            runner.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=0 if late else _GRACE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _leave(self, house: House) -> None:
        """Let the next process look after homes that were woken while we stopped."""
        while not self._due.empty():
            if (home := self._due.get_nowait()) is not None:
                with suppress(Exception):  # it is said elsewhere what the database has
                    await house.write_host(homes.hasten, home.id)

    async def _look(self, house: House) -> None:
        poll_s = min(self._poll_s, house.settings.lease_s / 2)
        while True:
            try:
                if marks.fallen(Path(house.settings.data)):
                    await house.write_host(homes.hasten_all)
                soon = timedelta(seconds=poll_s)
                for listing in await house.read_host(homes.due, _LOOKS, soon):
                    self.wake(home_of(house.settings, listing))
            except Exception:
                log.exception("the list of homes cannot be read")
            await asyncio.sleep(poll_s)

    async def _serve_all(self, house: House) -> None:
        while (home := await self._due.get()) is not None:
            self._queued.discard(home.id)
            self._served.add(home.id)
            try:
                await self._minding(house, home, self._serve(house, home))
            finally:
                self._served.discard(home.id)
            if home.id in self._again:
                self._again.discard(home.id)
                self.wake(home)

    async def _minding(self, house: House, home: Home, serving: Awaitable[None]) -> None:
        """Whatever goes wrong in one home holds no other up."""
        try:
            await serving
            self._waits_for_space = False
        except OutOfSpace:
            self._wait_for_space(home)
        except HomeGone:
            pass  # what is still to do is done where it lives by now
        except Exception as error:
            log.error("a home cannot be served", home=home.id, exc_info=error)
            with suppress(Exception):
                await _hint(house, home, iso(house.clock() + _AFTER_TROUBLE))

    def _wait_for_space(self, home: Home) -> None:
        """Try this home again soon, though no hint of it could be left; that the disk is full is said once."""
        asyncio.get_running_loop().call_later(self._poll_s, self.wake, home)
        if not self._waits_for_space:
            log.warning("jobs wait for space on the disk")
        self._waits_for_space = True

    async def _serve(self, house: House, home: Home) -> None:
        """Do some of what is due in a home, and leave a hint of when to look again: who stops leaves it to the next process."""
        await house.write_host(homes.hasten, home.id)
        for _ in range(_TURN):
            leased = None if self._stopping else await self._lease(house, home)
            if leased is None:
                return
            if leased.worker:
                self._begin(house, home, leased)
            elif self._takes_its_time(leased):
                self._begin_beside(house, home, leased)
            else:
                await self._run(house, home, leased)
        self._again.add(home.id)

    async def _lease(self, house: House, home: Home) -> Waiting | None:
        """The next job of a home; where there is none now, it is known when there will be, or which worker it waits for."""
        full = self._full(house)
        is_busy = home.id in self._patient or len(self._patient) >= _RUNNERS
        least = NORMAL if is_busy else PRIORITIES[-1]
        leased = await house.write(home, SYSTEM, jobs.lease, self._chores, full, _lasting(house), least)
        if leased is None:
            due_at, held = await house.read(home, SYSTEM, _outlook, full)
            still = held & set(self._full(house))
            for worker in still:
                self._held[worker][home.id] = home
            if held - still:
                self._again.add(home.id)
            await self._put_off(house, home, due_at)
        return leased

    def _full(self, house: House) -> list[str]:
        """The workers that have enough to do in this process."""
        return [name for name, each in _types(house).items() if self._at[name] >= each.at_once]

    async def _put_off(self, house: House, home: Home, due_at: str) -> None:
        """Leave a hint; what is due before the next look at the list is not left waiting for it. Nor is what another process has put
        there meanwhile: its own hint may be the one that this has replaced.
        """
        await _hint(house, home, due_at)
        if await house.read(home, SYSTEM, jobs.next_due) < due_at:
            self._again.add(home.id)
        pause_s = (parse(due_at) - house.clock()).total_seconds()
        if 0 <= pause_s <= self._poll_s:
            asyncio.get_running_loop().call_later(pause_s, self.wake, home)

    async def _run(self, house: House, home: Home, leased: Waiting) -> None:
        """Run a job of a room; what goes wrong is logged, kept, and tried again. Raises OutOfSpace: nobody's fault, and tried for good."""
        job = self._jobs.get(leased.name)
        try:
            if job is None:
                raise LookupError(f"no job is called {leased.name}")
            with house.trace(f"job {leased.name}"):
                await _perform(house, home, leased, job)
            metrics.job_ended(leased.name, "done")
        except LeaseLost:
            log.warning("another process took a job over", home=home.id, job=leased.name)
        except OutOfSpace:
            with suppress(LeaseLost):
                await house.write(home, SYSTEM, jobs.wait_for_space, leased)
            raise
        except Exception as error:
            with suppress(LeaseLost):
                again = await house.write(home, SYSTEM, jobs.fail, leased, job, _said(error, with_kind=True))
                _log_failure(house, home, leased.name, leased, error, again)

    def _takes_its_time(self, leased: Waiting) -> bool:
        job = self._jobs.get(leased.name)
        return job is not None and job.patience > 0 and job.is_async

    def _begin_beside(self, house: House, home: Home, leased: Waiting) -> None:
        """Let a patient job run on a task of its own."""
        self._patient.add(home.id)
        task = asyncio.create_task(self._do_beside(house, home, leased))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do_beside(self, house: House, home: Home, leased: Waiting) -> None:
        try:
            await self._minding(house, home, self._run(house, home, leased))
        finally:
            self._patient.discard(home.id)
            self.wake(home)

    def _begin(self, house: House, home: Home, leased: Waiting) -> None:
        """Let a worker begin a job of an app, on a task of its own."""
        self._at[leased.worker] += 1
        task = asyncio.create_task(self._do(house, home, leased))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, house: House, home: Home, leased: Waiting) -> None:
        worker = _types(house).get(leased.worker)
        slots = self._slots.setdefault(leased.worker, asyncio.Semaphore(worker.at_once if worker else 1))
        try:
            async with slots:
                with house.trace(f"job {worker.name if worker else 'of an unknown kind'}"):
                    await _work(house, home, leased, worker)
        except LeaseLost:
            log.warning("a job was taken away", home=home.id, job=leased.id)
        except HomeGone:
            log.info("a job went along with its home", home=home.id, job=leased.id)
        except asyncio.CancelledError:
            with suppress(Exception):
                await _give_back(house, home, leased)
            raise
        except Exception as error:
            log.error("a job was left", home=home.id, job=leased.id, exc_info=error)
        finally:
            self._at[leased.worker] -= 1
            self.wake(home)
            if held := self._held[leased.worker]:
                self.wake(held.popitem(last=False)[1])


def _outlook(work: Work, full: Sequence[str]) -> tuple[str, set[str]]:
    """When something is due in this home, and which of the workers that have enough to do it waits for."""
    return jobs.next_due(work), jobs.held_back(work, full)


def _lasting(house: House) -> timedelta:
    return timedelta(seconds=house.settings.lease_s)


async def _perform(house: House, home: Home, leased: Waiting, job: Job) -> None:
    event = msgspec.json.decode(leased.argument, type=job.event)
    if not job.is_async:
        await house.write(home, SYSTEM, _in_one, leased, job, event)
        return
    renewing = asyncio.create_task(_renew(house, home, leased))
    try:
        await job.run(house, home, event)
    finally:
        renewing.cancel()
    await house.write(home, SYSTEM, jobs.finish, leased, job)


def _in_one(work: Work, leased: Waiting, job: Job, event: Event) -> None:
    """The job and its removal, both or neither."""
    again: datetime | None = job.run(work, event)
    jobs.finish(work, leased, job, again)


def _types(house: House) -> dict[str, WorkerType]:
    return {each.name: each for each in house.ports.get(WorkerType, [])}


async def _work(house: House, home: Home, leased: Waiting, worker: WorkerType | None) -> None:
    """Do a job of an app, from its beginning to its end or its next try. Raises LeaseLost."""
    begun = await house.write(home, SYSTEM, _beginning, leased, worker)
    if begun is None:
        return
    task, limit_s = begun
    error: Exception | None = None
    try:
        if worker is None or worker.run is None:
            raise Problem(worker.absent if worker else f"no worker is called {leased.worker}")
        await _within(house, home, leased, worker, task, limit_s)
    except LeaseLost:
        raise
    except TimeoutError:
        error = Problem(f"timeout: it took longer than {limit_s} seconds")
    except Exception as raised:
        error = raised
    if error is not None and house.leaving.is_set():
        await _give_back(house, home, leased)  # a program that finds its home closed has failed for nothing
    elif error is not None:
        is_final = worker is None or worker.run is None or isinstance(error, Hopeless)
        again = await house.write(home, SYSTEM, _failed, leased, worker, _said(error), is_final)
        _log_failure(house, home, leased.worker, leased, error, again)


async def _give_back(house: House, home: Home, leased: Waiting) -> None:
    """Let a job wait for the next process. Raises LeaseLost."""
    await house.write(home, SYSTEM, jobs.release, leased)
    await house.write_host(homes.hasten, home.id)


def _beginning(work: Work, leased: Waiting, worker: WorkerType | None) -> tuple[Task, int] | None:
    jobs.renew(work, leased, timedelta(seconds=work.settings.lease_s))
    task = jobs.running.begin(work, leased)
    if task is None:
        return None
    options = jobs.running.options_of(documents.fetch(work, JOBS, task.id))
    return task, worker.limit_s(options) if worker else 0


def _failed(work: Work, leased: Waiting, worker: WorkerType | None, error: str, is_final: bool) -> bool:
    return jobs.running.fail(work, leased, worker, error, is_final=is_final)


async def _within(
    house: House, home: Home, leased: Waiting, worker: WorkerType, task: Task, limit_s: int
) -> None:
    """Let the worker run, for as long as the job is ours and its time lasts. Raises TimeoutError, LeaseLost."""
    assert worker.run is not None
    if not inspect.iscoroutinefunction(worker.run):
        await house.write(home, SYSTEM, _done_in_one, leased, worker, task)
        metrics.job_ended(leased.worker, "done")
        return
    doing = asyncio.create_task(worker.run(house, home, task))
    renewing = asyncio.create_task(_renew(house, home, leased))
    try:
        done, _ = await asyncio.wait({doing, renewing}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            raise TimeoutError
        for each in done:
            each.result()
    finally:
        for each in (doing, renewing):
            each.cancel()
        await asyncio.gather(doing, renewing, return_exceptions=True)
    await house.write(home, SYSTEM, jobs.running.succeed, leased)
    metrics.job_ended(leased.worker, "done")


def _done_in_one(work: Work, leased: Waiting, worker: WorkerType, task: Task) -> None:
    """What the worker does and the end of the job, both or neither."""
    assert worker.run is not None
    worker.run(work, task)
    jobs.running.succeed(work, leased)


async def _renew(house: House, home: Home, leased: Waiting) -> None:
    """Keep a job, if need be after some more tries. Raises LeaseLost."""
    while True:
        await asyncio.sleep(house.settings.lease_s / 3)
        try:
            await house.write(home, SYSTEM, jobs.renew, leased, _lasting(house))
        except LeaseLost:
            raise
        except Exception as error:
            log.warning("a lease could not be renewed", home=home.id, job=leased.id, exc_info=error)


def _said(error: Exception, *, with_kind: bool = False) -> str:
    """An error as it is kept: for apps, expected ones in their own words and no other in any."""
    if with_kind:
        return f"{type(error).__name__}: {error}"
    return error.detail if isinstance(error, Problem) else f"unexpected error: {type(error).__name__}"


def _log_failure(house: House, home: Home, name: str, leased: Waiting, error: Exception, again: bool) -> None:
    house.meter.fail(name)
    metrics.job_ended(name, "failed")
    cause = None if isinstance(error, Problem) else error
    log.error("a job failed", home=home.id, job=name, tries=leased.tries, again=again, exc_info=cause)


async def _hint(house: House, home: Home, due_at: str) -> None:
    await house.write_host(homes.set_due, home.id, due_at)
