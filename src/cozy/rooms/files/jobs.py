"""The chores of files."""

from __future__ import annotations

from collections.abc import Mapping

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.work import Work
from cozy.rooms.jobs.model import Task
from cozy.rooms.jobs.ports import WorkerType

from . import service
from .events import MediaStored, PictureStored, SidecarStored


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


@job("files.read_media", patience=1)
async def read_media(house: House, home: Home, event: MediaStored) -> None:
    """Note what a picture or film says of itself, unless the file has another content by now; the second time all of it
    is there already.
    """
    await service.read_media(house, home, event)


@job("files.draw_ahead", retries=2, patience=2)
async def draw_ahead(house: House, home: Home, event: PictureStored) -> None:
    """Draw what lists will show of a picture; the second time all of it is there already."""
    await service.draw_ahead(house, home, event)


@job("files.draw_unseen")
def draw_unseen(work: Work, event: DayPassed) -> None:
    """Have pictures drawn that were here before pictures were drawn ahead; the second time they wait already, or are drawn."""
    service.announce_unseen(work)


@job("files.read_sidecar", patience=1)
async def read_sidecar(house: House, home: Home, event: SidecarStored) -> None:
    """Note what a file says of the pictures beside it; the second time all of it is there already."""
    await service.read_sidecar(house, home, event)


async def _empty_old_trash(house: House, home: Home, task: Task) -> None:
    await service.empty_old_trash(house, home)


async def _sweep_contents(house: House, home: Home, task: Task) -> None:
    await service.sweep_contents(house, home)


async def _draw(house: House, home: Home, task: Task) -> None:
    """Draw the file that a change, or whoever asks, names (cozy-stack docs/workers.md, thumbnail)."""
    for said, member in ((task.event, "doc"), (task.message, "file")):
        document = said.get(member) if isinstance(said, Mapping) else None
        if isinstance(document, Mapping) and isinstance(document.get("_id"), str):
            await service.draw_file(house, home, document["_id"])


WORKERS = [
    WorkerType(name="clean-old-trashed", run=_empty_old_trash, is_reserved=True, timeout_s=600),
    WorkerType(name="trash-files", run=_sweep_contents, is_reserved=True, timeout_s=600),
    WorkerType(name="thumbnail", run=_draw, is_reserved=True),
]
