"""What this room does by itself, and the workers that it has."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.work import Work

from .. import service
from ..events import BurstOver, TriggerDue
from ..model import Task
from ..ports import WorkerType
from .sendmail import send_mail

log = structlog.get_logger()
_KEPT = timedelta(days=30)
_ALWAYS = 1_000  # a trigger is not given up: what it waits for comes again


@job("jobs.forget_given_up")
def forget_given_up(work: Work, event: DayPassed) -> None:
    """Forget jobs that failed for good long ago; the second time there are none."""
    service.forget_given_up(work)


@job("jobs.forget_old")
def forget_old(work: Work, event: DayPassed) -> None:
    """Forget jobs of apps that ended long ago, apart from the last ones; the second time there are none."""
    service.running.purge(work, _KEPT)


@job("jobs.keep_planned")
def keep_planned(work: Work, event: DayPassed) -> None:
    """Plan triggers that came with a home from elsewhere; the second time all are planned."""
    service.triggers.keep_planned(work)


@job("jobs.fire_trigger", retries=_ALWAYS)
def fire_trigger(work: Work, event: TriggerDue) -> datetime | None:
    """Ask for the job of a trigger whose time has come, in one transaction with its next time: it cannot be asked twice."""
    return service.firing.fire(work, event)


@job("jobs.fire_gathered", retries=_ALWAYS)
def fire_gathered(work: Work, event: BurstOver) -> None:
    """Ask for the one job of a burst, in one transaction with the end of the gathering: it cannot be asked twice."""
    service.firing.fire_gathered(work, event)


def _log(work: Work, task: Task) -> None:
    """That there was a job, and nothing of what it holds: the log is the host's."""
    log.info("a job was logged", home=work.home, job=task.id, by=task.by)


_NO_RUNNER = "no runner on this host yet"
_OURS_ALONE = (
    "clean-clients", "migrations", "notes-save", "push", "rag-index", "rag-query", "share-autoaccept", "share-group",
    "share-update", "sms", "thumbnailck",
)  # fmt: skip

WORKERS = [
    WorkerType(name="log", run=_log, most_tries=1),
    WorkerType(
        name="sendmail",
        run=send_mail,
        timeout_s=90,
        at_once_here=1,
        most_per_hour=200,
        most_per_hour_each=100,
    ),
    WorkerType(name="client", by_client=True, most_per_hour=1_000),
    *(WorkerType(name=name, absent=_NO_RUNNER, is_reserved=True) for name in _OURS_ALONE),
]
