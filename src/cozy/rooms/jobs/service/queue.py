"""Work that waits in the home's own queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from cozy.kernel.clock import iso
from cozy.kernel.ids import new_id
from cozy.kernel.jobs import DayPassed, Job
from cozy.kernel.work import Event, Work

from .. import store
from ..errors import LeaseLost
from ..model import LEASE, NEVER, PRIORITIES, Waiting, next_hour, pause
from . import workers

_KEPT = timedelta(days=30)  # how long a job that was given up is kept
_SPACE = timedelta(minutes=1)  # until the disk is looked at again for a job that found it full
_UNKNOWN_RETRIES = 8  # of a job that a newer program left, which is about to be everywhere: a day
next_due = store.next_due


def enqueue(work: Work, reactions: Sequence[Job], event: Event, at: datetime | None = None) -> bool:
    """Store the reactions to an event; says whether there are any. at: when they are due, None for now."""
    argument = msgspec.json.encode(event).decode()
    for job in reactions:
        due_at = iso(at or work.now)
        put(work, Waiting(new_id(), job.name, argument, due_at, 0, None, priority=-job.patience))
    return bool(reactions)


def put(work: Work, waiting: Waiting) -> bool:
    """Let a job wait, and the worker know; False when one of that id waits already, which stays as it is.

    One that was given up begins anew.
    """
    is_new = store.insert(work, waiting)
    work.stirs |= is_new
    return is_new


def hasten(work: Work, waiting: Waiting) -> None:
    """The same, done at this time at the latest: one of that id that waits already is due sooner than it was."""
    if not put(work, waiting):
        work.stirs |= store.hasten(work, waiting.id, waiting.due_at)


def lease(
    work: Work,
    chores: Sequence[Job] = (),
    full: Sequence[str] = (),
    lasting: timedelta = LEASE,
    least: int = PRIORITIES[-1],
) -> Waiting | None:
    """Take the urgent job that is due longest, else the other one, for a while; None when none is due.

    Chores that are new here are planned. full: workers that have enough to do elsewhere; those that have enough to do in
    this home are left alone too. least: the priority below which nothing is taken.
    """
    missing = {chore.name for chore in chores} - store.known(work, [chore.name for chore in chores])
    for name in sorted(missing):
        store.insert(work, Waiting(name, name, "{}", iso(next_hour(work.home, work.now)), 0, None))
    busy = [*full, *_full_here(work)]
    return store.lease(work, iso(work.now), iso(work.now + lasting), busy, least)


def held_back(work: Work, full: Sequence[str]) -> set[str]:
    """Which of these workers, that have enough to do elsewhere, something is due for in this home."""
    return store.held_back(work, iso(work.now), full) if full else set()


def _full_here(work: Work) -> list[str]:
    types = workers.by_name(work)
    leased = store.leased_now(work, iso(work.now))
    return [name for name, count in leased.items() if name in types and count >= types[name].at_once_here]


def renew(work: Work, leased: Waiting, lasting: timedelta = LEASE) -> None:
    """Keep a job for another while. Raises LeaseLost."""
    if not store.renew(work, leased, iso(work.now + lasting)):
        raise LeaseLost(job=leased.name)


def release(work: Work, leased: Waiting) -> None:
    """Give a job back that was begun and not ended: it is due now. Raises LeaseLost."""
    _put_off(work, leased, work.now)


def wait_for_space(work: Work, leased: Waiting) -> None:
    """The disk is full: let a job begin anew in a while, as if it had not been tried. Raises LeaseLost."""
    _put_off(work, leased, work.now + _SPACE, tries=leased.tries - 1)


def finish(work: Work, leased: Waiting, job: Job, again: datetime | None = None) -> None:
    """A job is done: a chore waits for its next day, another job is forgotten. Raises LeaseLost.

    again: when it is due once more, for one that says so itself.
    """
    if job.event is DayPassed:
        again = next_hour(work.home, work.now)
    if again is not None:
        _put_off(work, leased, again, tries=0, failures=0, last_error=None)
    elif not store.remove(work, leased):
        raise LeaseLost(job=leased.name)


def fail(work: Work, leased: Waiting, job: Job | None, error: str) -> bool:
    """A job failed: try it again later, or give it up (False) and keep its error. job: None when this program does not know it.

    Raises LeaseLost.
    """
    failures = leased.failures + 1
    if leased.tries <= (job.retries if job is not None else _UNKNOWN_RETRIES):
        _put_off(work, leased, work.now + pause(leased.tries), failures=failures, last_error=error)
        return True
    if job is not None and job.event is DayPassed:
        _put_off(work, leased, next_hour(work.home, work.now), tries=0, failures=0, last_error=error)
    elif not store.put_off(work, leased, NEVER, failures=failures, last_error=error):
        raise LeaseLost(job=leased.name)
    return False


def _put_off(work: Work, leased: Waiting, due: datetime, **changed: int | str | None) -> None:
    if not store.put_off(work, leased, iso(due), **changed):
        raise LeaseLost(job=leased.name)


def given_up(work: Work, limit: int = 100) -> list[Waiting]:
    """Jobs that failed for good, with their last error."""
    return store.given_up(work, limit)


def forget_given_up(work: Work) -> int:
    """Forget jobs that failed for good a month ago; ids grow with time."""
    before = f"{int((work.now - _KEPT).timestamp() * 1_000_000):014x}"
    return store.forget_given_up(work, before)
