"""What imports do in the background."""

from __future__ import annotations

from collections.abc import Mapping

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.problem import Conflict, Full, Invalid, NotFound
from cozy.rooms.jobs.errors import Hopeless
from cozy.rooms.jobs.model import Task
from cozy.rooms.jobs.ports import WorkerType

from . import service
from .errors import NoImport
from .service import unpacking

_HOUR_S = 3600
_WEEK_S = 7 * 24 * _HOUR_S


async def _import(house: House, home: Home, task: Task) -> None:
    """Look through what was dropped, or take it in from where it was left: the second time goes on from there."""
    id_ = task.message.get("import") if isinstance(task.message, Mapping) else None
    try:
        found = await service.look(house, home, str(id_))
        if found.body.state == "running":
            found = await service.run(house, home, found.id, task.id)
        await service.elsewhere.tell(house, home, found)
    except NoImport:
        return


@job("imports.sweep_arrivals")
async def sweep_arrivals(house: House, home: Home, event: DayPassed) -> None:
    """Remove what was fetched from elsewhere for imports that are forgotten; the second time there is nothing."""
    await service.elsewhere.sweep(house, home)


async def _unzip(house: House, home: Home, task: Task) -> None:
    """Unpack a zip into a folder; the second time what is there already stays as it is."""
    try:
        missed = await unpacking.unpack(house, home, unpacking.asked(task.message))
    except (NotFound, Invalid, Full, Conflict) as error:
        raise Hopeless(error.detail) from error
    if missed:
        raise Hopeless(f"{missed} of its files could not be unpacked.")


WORKERS = [
    WorkerType(
        name=unpacking.WORKER,
        run=_unzip,
        check=unpacking.check,
        timeout_s=_HOUR_S,
        most_timeout_s=_HOUR_S,
        at_once=2,
        at_once_here=1,
        most_per_hour=100,
    ),
    WorkerType(
        name="import",
        run=_import,
        is_reserved=True,
        timeout_s=_WEEK_S,
        most_timeout_s=_WEEK_S,
        at_once=2,
        at_once_here=1,
    ),
]
