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
from ..model import LEASE, NEVER, Waiting, next_hour, pause

_KEPT = timedelta(days=30)  # how long a job that was given up is kept
next_due = store.next_due


def enqueue(work: Work, reactions: Sequence[Job], event: Event, at: datetime | None = None) -> bool:
    """Store the reactions to an event; says whether there are any. at: when they are due, None for now."""
    argument = msgspec.json.encode(event).decode()
    for job in reactions:
        store.insert(work, Waiting(new_id(), job.name, argument, iso(at or work.now), 0, None))
    return bool(reactions)


def lease(work: Work, chores: Sequence[Job] = ()) -> Waiting | None:
    """Take the job that is due longest, for LEASE; None when none is due. Chores that are new here are planned."""
    missing = {chore.name for chore in chores} - store.known(work, [chore.name for chore in chores])
    for name in sorted(missing):
        store.insert(work, Waiting(name, name, "{}", iso(next_hour(work.home, work.now)), 0, None))
    return store.lease(work, iso(work.now), iso(work.now + LEASE))


def renew(work: Work, leased: Waiting) -> None:
    """Keep a job for another LEASE. Raises LeaseLost."""
    _put_off(work, leased, iso(work.now + LEASE), leased.tries, leased.last_error)


def finish(work: Work, leased: Waiting, job: Job) -> None:
    """A job is done: a chore waits for its next day, another job is forgotten. Raises LeaseLost."""
    if job.event is DayPassed:
        _put_off(work, leased, iso(next_hour(work.home, work.now)), 0, None)
    elif not store.remove(work, leased):
        raise LeaseLost(job=leased.name)


def fail(work: Work, leased: Waiting, job: Job | None, error: str) -> bool:
    """A job failed: try it again later, or give it up (False) and keep its error. job: None when nobody knows it.

    Raises LeaseLost.
    """
    if job is not None and leased.tries <= job.retries:
        _put_off(work, leased, iso(work.now + pause(leased.tries)), leased.tries, error)
        return True
    is_chore = job is not None and job.event is DayPassed
    due_at = iso(next_hour(work.home, work.now)) if is_chore else NEVER
    _put_off(work, leased, due_at, 0 if is_chore else leased.tries, error)
    return False


def _put_off(work: Work, leased: Waiting, due_at: str, tries: int, error: str | None) -> None:
    if not store.put_off(work, leased, due_at, tries, error):
        raise LeaseLost(job=leased.name)


def given_up(work: Work, limit: int = 100) -> list[Waiting]:
    """Jobs that failed for good, with their last error."""
    return store.given_up(work, limit)


def forget_given_up(work: Work) -> int:
    """Forget jobs that failed for good a month ago; ids grow with time."""
    before = f"{int((work.now - _KEPT).timestamp() * 1_000_000):014x}"
    return store.forget_given_up(work, before)
