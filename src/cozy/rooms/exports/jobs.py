"""What exports do in the background."""

from __future__ import annotations

from collections.abc import Mapping

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import job
from cozy.rooms.jobs.model import Task
from cozy.rooms.jobs.ports import WorkerType

from . import service
from .errors import NoExport
from .events import ExportDue

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


WORKERS = [
    WorkerType(
        name=service.WORKER, run=_export, is_reserved=True, timeout_s=_WEEK_S, most_timeout_s=_WEEK_S, at_once=2, at_once_here=1
    )
]  # fmt: skip
