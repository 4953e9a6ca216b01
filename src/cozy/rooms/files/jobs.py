"""The chores of files."""

from __future__ import annotations

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.work import Work
from cozy.rooms.jobs.model import Task
from cozy.rooms.jobs.ports import WorkerType

from . import service
from .events import MediaStored


@job("files.watch_space")
async def watch_space(house: House, home: Home, event: DayPassed) -> None:
    """Tell the owner of a home that is almost full; a second run finds that it was told."""
    await service.space.watch(house, home)


@job("files.sweep_uploads")
async def sweep_uploads(house: House, home: Home, event: DayPassed) -> None:
    """Forget uploads and links whose time is over; the second time there are none."""
    await service.sweep_uploads(house, home)
    await house.write(home, SYSTEM, service.forget_tickets)


@job("files.sweep_contents")
async def sweep_contents(house: House, home: Home, event: DayPassed) -> None:
    """Delete bytes that a crash left behind; the second time there are none."""
    await service.sweep_contents(house, home)


@job("files.empty_old_trash")
async def empty_old_trash(house: House, home: Home, event: DayPassed) -> None:
    """Remove for good what has been in the bin long enough; the second time there is none."""
    await service.empty_old_trash(house, home)


@job("files.sweep_thumbnails")
async def sweep_thumbnails(house: House, home: Home, event: DayPassed) -> None:
    """Remove pictures of contents that are gone, and old ones; the second time there are none."""
    await service.sweep_thumbnails(house, home)


@job("files.read_media")
async def read_media(house: House, home: Home, event: MediaStored) -> None:
    """Note what a picture or film says of itself, unless the file has another content by now; the second time all of it
    is there already.
    """
    await service.read_media(house, home, event)


async def _empty_old_trash(house: House, home: Home, task: Task) -> None:
    await service.empty_old_trash(house, home)


async def _sweep_contents(house: House, home: Home, task: Task) -> None:
    await service.sweep_contents(house, home)


def _rest(work: Work, task: Task) -> None:
    """Small pictures are made when somebody looks at them: there is nothing to do before."""


WORKERS = [
    WorkerType(name="clean-old-trashed", run=_empty_old_trash, is_reserved=True, timeout_s=600),
    WorkerType(name="trash-files", run=_sweep_contents, is_reserved=True, timeout_s=600),
    WorkerType(name="thumbnail", run=_rest, is_reserved=True),
]
