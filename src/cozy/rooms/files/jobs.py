"""The chores of files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from cozy.kernel.blobs import TooLarge
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import parse
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.work import Work
from cozy.rooms.jobs.errors import Hopeless
from cozy.rooms.jobs.model import Task
from cozy.rooms.jobs.ports import WorkerType
from cozy.web import zips

from . import service
from .errors import NoParent, OverQuota, ParentInTrash
from .events import MediaStored, PictureStored, SidecarStored

_HOUR_S = 3600


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


async def _zip(house: House, home: Home, task: Task) -> None:
    """Pack files into a zip in the home; the second time the same zip is there already."""
    packing = service.packing.asked(task.message)
    entries = [_entry(item) for item in await house.scan(home, SYSTEM, service.packing.lines, packing)]

    async def read(sha256: str) -> AsyncIterator[bytes]:
        content = await house.read(home, SYSTEM, service.content_in, sha256)
        async for piece in service.content_pieces(house, home, content):
            yield piece

    left = await house.read(home, SYSTEM, service.room_left, home.quota)
    try:
        content = await house.blobs.put(home.id, zips.stream(entries, read), left)
    except TooLarge as error:
        raise Hopeless(OverQuota.title()) from error
    try:
        await house.write(home, SYSTEM, service.packing.keep, packing, content, home.quota)
    except (NoParent, ParentInTrash, OverQuota) as error:
        raise Hopeless(error.detail) from error


def _entry(item: service.Item) -> zips.Entry[str]:
    file, modified = item.file, parse(item.file.updated_at)
    if file.is_folder:
        return zips.Entry(item.path, modified)
    return zips.Entry(item.path, modified, file.size, file.sha256, bool(file.body.get("executable")))


WORKERS = [
    WorkerType(name="clean-old-trashed", run=_empty_old_trash, is_reserved=True, timeout_s=600),
    WorkerType(name="trash-files", run=_sweep_contents, is_reserved=True, timeout_s=600),
    WorkerType(name="thumbnail", run=_draw, is_reserved=True),
    WorkerType(
        name="zip",
        run=_zip,
        check=service.packing.check,
        timeout_s=600,
        most_timeout_s=_HOUR_S,
        at_once=2,
        at_once_here=1,
        most_per_hour=100,
    ),
]
