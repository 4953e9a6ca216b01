"""Small pictures drawn before anybody looks, and what the picture looks like, out of one opening of it."""

from __future__ import annotations

import msgspec
import structlog
from msgspec import Struct

from cozy.kernel.blobs import Content, Missing
from cozy.kernel.bus import Change
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.previews import CannotDraw
from cozy.kernel.work import Work
from cozy.rooms.jobs.errors import Hopeless

from ..events import PictureStored
from ..model import File
from ..store import contents, likenesses, tree
from .duplicates import note_likeness
from .opening import drawn_of, opening
from .thumbnails import LOOKS, SIDES, Form, name_of, source_of

log = structlog.get_logger()

# What lists and timelines show: for apps, and for our own pages.
AHEAD: tuple[tuple[str, Form], ...] = (("tiny", "webp"), ("small", "webp"), ("128", "webp"), ("512", "webp"))
_OPENED = {
    "image",
    "raw",
    "svg",
    "pdf",
    "film",
}  # a document takes seconds, so it is drawn when somebody looks
_THUMBNAILS = "io.cozy.files.thumbnails"  # told and not stored (cozy-stack docs/realtime.md)
_UNSEEN = 1_000  # looked for in a day


class Drawn(Struct, frozen=True):
    """What the recipe says before the pictures."""

    likeness: str
    sizes: list[int]  # bytes


def announce_picture(work: Work, file: File) -> None:
    """Have a picture of a file drawn, unless its content was here before. Publishes PictureStored."""
    if event := _event(work, file):
        work.publish(event)


def _event(work: Work, file: File) -> PictureStored | None:
    source = source_of(str(file.body["class"]), file.mime)
    if (
        source not in _OPENED
        or file.body.get("encrypted")
        or not file.size
        or likenesses.is_known(work, file.sha256)
    ):
        return None
    return PictureStored(file.id, file.sha256, source)


async def draw_ahead(house: House, home: Home, event: PictureStored) -> None:
    """Draw what lists show of a content, and note what it looks like; nothing happens when that was done.

    Why one cannot be drawn, the log says: nobody waits for it.
    """
    try:
        await _draw_once(house, home, event)
    except CannotDraw as error:
        log.warning("a picture cannot be drawn", home=home.id, file=event.file_id, why=str(error))


async def _draw_once(house: House, home: Home, event: PictureStored) -> None:
    """Raises CannotDraw, the first time."""
    content = await house.read(home, SYSTEM, _unseen, event.sha256)
    if content is None:
        return
    try:
        likeness = await _draw(house, home, content, event.source)
    except (CannotDraw, Missing, msgspec.DecodeError) as error:
        await house.write(home, SYSTEM, _seen, event, "", [])
        raise error if isinstance(error, CannotDraw) else CannotDraw("Its content cannot be read.") from error
    await house.write(home, SYSTEM, _seen, event, likeness, [look for look, _ in AHEAD if look in LOOKS])


def _unseen(work: Work, sha256: str) -> Content | None:
    return None if likenesses.is_known(work, sha256) else contents.fetch(work, sha256)


async def _draw(house: House, home: Home, content: Content, source: str) -> str:
    """What it looks like; "" where that says nothing. Raises CannotDraw, Missing, DecodeError."""
    sizes = {**LOOKS, **SIDES}
    looks = [(sizes[look].width, sizes[look].height, int(sizes[look].is_cut), form) for look, form in AHEAD]
    opened = await opening(house, home, content, source)
    drawn = await drawn_of(house, opened, "pictures", looks=msgspec.json.encode(looks).decode())
    head, _, data = drawn.partition(b"\n")
    said = msgspec.json.decode(head, type=Drawn)
    pictures: dict[str, bytes] = {}
    for (look, form), size in zip(AHEAD, said.sizes, strict=True):
        pictures[name_of(source, look, form)], data = data[:size], data[size:]
    await house.drawings.keep(home.id, content.sha256, pictures)
    return said.likeness if source in {"image", "raw"} else ""


def _seen(work: Work, event: PictureStored, likeness: str, looks: list[str]) -> None:
    """Note what a content looks like, while a document names it, and tell the apps that show it."""
    if contents.fetch(work, event.sha256) is None:
        return
    note_likeness(work, event.sha256, likeness)
    work.changes.extend(
        Change("CREATED", _THUMBNAILS, event.file_id, body={"format": look}) for look in looks
    )


async def draw_file(house: House, home: Home, file_id: str) -> None:
    """The same for what a file holds, when somebody asks for it. Raises Hopeless, which says why it cannot be drawn."""
    event = await house.read(home, SYSTEM, _event_of, file_id)
    if event is None:
        return
    try:
        await _draw_once(house, home, event)
    except CannotDraw as error:
        raise Hopeless(str(error)) from error


def _event_of(work: Work, file_id: str) -> PictureStored | None:
    file = tree.by_id(work, file_id)
    return None if file is None or file.is_folder else _event(work, file)


def announce_unseen(work: Work) -> int:
    """Have pictures drawn that nobody has drawn for long: those of before an upgrade. Returns of how many files.

    Publishes PictureStored.
    """
    found = likenesses.unseen(work, _UNSEEN)
    for file in likenesses.files_of(work, [sha256 for _, sha256 in found]) if found else ():
        announce_picture(work, file)
    return len(found)
