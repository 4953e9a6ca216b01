"""The workers that there are, and who may give them something to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cozy.kernel.clock import iso
from cozy.kernel.work import Work

from .. import store
from ..errors import NoWorker, ReservedWorker, TooManyJobs
from ..ports import WorkerType

_HOUR = timedelta(hours=1)


def by_name(work: Work) -> Mapping[str, WorkerType]:
    """What the rooms plugged."""
    return {each.name: each for each in work.plugged(WorkerType)}


def find(work: Work, name: str) -> WorkerType:
    """A worker. Raises NoWorker."""
    for each in work.plugged(WorkerType):
        if each.name == name:
            return each
    raise NoWorker(worker=name)


def check_open(work: Work, name: str, message: Any) -> WorkerType:
    """A worker that the caller may ask for this, as far as that is not for a grant on jobs to say.

    Raises NoWorker, ReservedWorker, and what the worker says of the message.
    """
    found = find(work, name)
    if found.is_reserved and work.caller.kind not in {"cli", "system"}:
        raise ReservedWorker(worker=name)
    check_message(work, name, message)
    return found


def check_message(work: Work, name: str, message: Any) -> None:
    """Whether the caller may ask a worker for this, if there is such a worker. Raises what that says."""
    found = by_name(work).get(name)
    if found is not None and found.check is not None:
        found.check(work, message)


def check_limits(work: Work, worker: WorkerType, by: str) -> None:
    """Whether one more job is within what an hour allows. by: the app that asks, "" for none. Raises TooManyJobs."""
    if not (worker.most_per_hour or worker.most_per_hour_each):
        return
    asked, asked_by = store.asked_since(work, worker.name, iso(work.now - _HOUR), by)
    is_over = worker.most_per_hour and asked >= worker.most_per_hour
    is_over_each = by and worker.most_per_hour_each and asked_by >= worker.most_per_hour_each
    if is_over or is_over_each:
        raise TooManyJobs(worker=worker.name, retry_after_s=int(_HOUR.total_seconds()))
