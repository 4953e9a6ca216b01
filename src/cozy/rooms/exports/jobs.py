"""What exports do in the background."""

from __future__ import annotations

from collections.abc import Mapping

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.work import Work
from cozy.rooms.jobs.model import Task
from cozy.rooms.jobs.ports import WorkerType

from . import service
from .errors import NoExport, NoPlace
from .events import BackupDue, ExportDue

_WEEK_S = 7 * 24 * 3600


async def _export(house: House, home: Home, task: Task) -> None:
    """Make an export; the second time it is made anew, unless it is ready or was removed."""
    id_ = task.message.get("export") if isinstance(task.message, Mapping) else None
    try:
        await service.make(house, home, str(id_))
    except NoExport:
        return


@job("exports.remove_expired")
async def remove_expired(house: House, home: Home, event: ExportDue) -> None:
    """Remove an export whose time is over; the second time it is gone."""
    await service.remove(house, home, event.export)


async def _backup(house: House, home: Home, task: Task) -> None:
    """Bring a backup to a place; the second time only what is not there yet."""
    id_ = task.message.get("place") if isinstance(task.message, Mapping) else None
    try:
        await service.backing_up.back_up(house, home, str(id_))
    except NoPlace:
        return


@job("exports.begin_backup")
def begin_backup(work: Work, event: BackupDue) -> None:
    """Ask for a backup whose time has come; the second time one is being made, or another time is set."""
    service.places.due(work, event.place, event.at)


@job("exports.end_abandoned")
async def end_abandoned(house: House, home: Home, event: DayPassed) -> None:
    """End what nobody prepares any more, so that it holds nothing; the second time there is none."""
    await service.end_abandoned(house, home)


@job("exports.go_on")
def go_on(work: Work, event: DayPassed) -> None:
    """Ask again for backups that nobody makes any more; the second time somebody does."""
    service.places.go_on(work)


WORKERS = [
    WorkerType(
        name=service.WORKER, run=_export, is_reserved=True, timeout_s=_WEEK_S, most_timeout_s=_WEEK_S, at_once=2, at_once_here=1
    ),
    WorkerType(
        name=service.places.WORKER, run=_backup, is_reserved=True, timeout_s=_WEEK_S, most_timeout_s=_WEEK_S, at_once=4, at_once_here=1
    ),
]  # fmt: skip
