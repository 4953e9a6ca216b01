"""The worker: what happens by itself, beside the requests.

One task looks at the host's list for homes that have work due; a few runners serve one home each at a time. A home
without work costs nothing here: no task, no thread, no memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import msgspec
import structlog

from cozy.app.house import home_of
from cozy.app.wiring import REACTIONS
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso, parse
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, Job
from cozy.kernel.problem import Problem
from cozy.kernel.work import Event, Work
from cozy.rooms.homes import service as homes
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.errors import LeaseLost
from cozy.rooms.jobs.model import LEASE, Waiting

log = structlog.get_logger()
_POLL_S = 10.0
_RUNNERS = 4
_LOOKS = 100  # most homes that one look at the list finds: after a long stop they are served a few at a time
_AFTER_TROUBLE = timedelta(hours=1)
_GRACE_S = 5.0  # for jobs under way when the program stops; their leases lapse


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
        self._stopping = False

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
        looking = asyncio.create_task(self._look(house))
        runners = [asyncio.create_task(self._serve_all(house)) for _ in range(_RUNNERS)]
        try:
            yield
        finally:
            looking.cancel()
            await self._stop(runners)
            await asyncio.gather(looking, *runners, return_exceptions=True)

    async def _stop(self, runners: list[asyncio.Task[None]]) -> None:
        """Let the jobs under way finish, for a moment."""
        self._stopping = True
        for _ in runners:
            self._due.put_nowait(None)
        _, late = await asyncio.wait(runners, timeout=_GRACE_S)
        for runner in late:
            runner.cancel()

    async def _look(self, house: House) -> None:
        while True:
            try:
                soon = timedelta(seconds=self._poll_s)
                for listing in await house.read_host(homes.due, _LOOKS, soon):
                    self.wake(home_of(house.settings, listing))
            except Exception:
                log.exception("the list of homes cannot be read")
            await asyncio.sleep(self._poll_s)

    async def _serve_all(self, house: House) -> None:
        while (home := await self._due.get()) is not None:
            self._queued.discard(home.id)
            self._served.add(home.id)
            try:
                await self._serve(house, home)
            except Exception as error:
                log.error("a home cannot be served", home=home.id, exc_info=error)
                await _hint(house, home, iso(house.clock() + _AFTER_TROUBLE))
            finally:
                self._served.discard(home.id)
            if home.id in self._again:
                self._again.discard(home.id)
                self.wake(home)

    async def _serve(self, house: House, home: Home) -> None:
        """Do what is due in a home, and leave a hint of when to look again."""
        if self._stopping:
            return
        await house.write_host(homes.hasten, home.id)
        while not self._stopping:
            leased = await house.write(home, SYSTEM, jobs.lease, self._chores)
            if leased is None:
                await self._put_off(house, home, await house.read(home, SYSTEM, jobs.next_due))
                return
            await self._run(house, home, leased)

    async def _put_off(self, house: House, home: Home, due_at: str) -> None:
        """Leave a hint; what is due before the next look at the list is not left waiting for it."""
        await _hint(house, home, due_at)
        pause_s = (parse(due_at) - house.clock()).total_seconds()
        if 0 <= pause_s <= self._poll_s:
            asyncio.get_running_loop().call_later(pause_s, self.wake, home)

    async def _run(self, house: House, home: Home, leased: Waiting) -> None:
        """Run a job; what goes wrong is logged, kept, and tried again."""
        job = self._jobs.get(leased.name)
        try:
            if job is None:
                raise LookupError(f"no job is called {leased.name}")
            await _perform(house, home, leased, job)
        except LeaseLost:
            log.warning("another process took a job over", home=home.id, job=leased.name)
        except Exception as error:
            with suppress(LeaseLost):
                again = await house.write(
                    home, SYSTEM, jobs.fail, leased, job, f"{type(error).__name__}: {error}"
                )
                cause = None if isinstance(error, Problem) else error
                log.error(
                    "a job failed",
                    home=home.id,
                    job=leased.name,
                    tries=leased.tries,
                    again=again,
                    exc_info=cause,
                )


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
    job.run(work, event)
    jobs.finish(work, leased, job)


async def _renew(house: House, home: Home, leased: Waiting) -> None:
    while True:
        await asyncio.sleep(LEASE.total_seconds() / 3)
        await house.write(home, SYSTEM, jobs.renew, leased)


async def _hint(house: House, home: Home, due_at: str) -> None:
    await house.write_host(homes.set_due, home.id, due_at)
