"""What this room does by itself, and the workers that it plugs."""

from __future__ import annotations

import os
from datetime import datetime

from cozy.kernel.jobs import job
from cozy.kernel.work import Work
from cozy.rooms.jobs.events import JobEnded
from cozy.rooms.jobs.ports import WorkerType

from . import service
from .events import AccountLeft

_AT_ONCE = 2 * (os.cpu_count() or 1)

WORKERS = [
    WorkerType(
        name="konnector",
        run=service.konnectors.run,
        leaves=service.konnectors.leaves,
        timeout_s=300,
        most_timeout_s=300,
        most_tries=2,
        at_once=_AT_ONCE,
        most_per_hour=100,
    ),
    WorkerType(
        name="service",
        run=service.services.run,
        timeout_s=300,
        most_timeout_s=300,
        most_tries=2,
        at_once=_AT_ONCE,
        most_per_hour=200,
    ),
]


@job("connectors.throw_away_brought")
def throw_away_brought(work: Work, event: AccountLeft) -> datetime | None:
    """Put what an account brought into the bin, a part at a time; the second time it is there."""
    return None if service.throw_away(work, event) else work.now


@job("connectors.tell_failure")
def tell_failure(work: Work, event: JobEnded) -> None:
    """Tell the owner that a connector failed, or note that it works again; the same state twice is told once."""
    service.telling.of_job(work, event)
