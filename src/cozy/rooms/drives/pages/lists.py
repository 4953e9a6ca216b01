"""The drives, and what is in one: a folder as on the page of files, a file large."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.outside import TooMuch
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.sharing import service as sharings
from cozy.web.again import Again
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.pages import page

from .. import service
from ..errors import DriveClosed, OwnerAway
from ..model import PAGES, ROUTES, Distant
from ..service.asking import PAGE, Folder, Item
from .door import away, routes, url_of

CRUMBS = 20  # folders that are asked for on the way up
TEXT_LIMIT = 256 * 1024  # bytes of a text that is shown
_KINDS = {"zip": "archive", "binary": "files", "shortcut": "files"}
_FILMS = ("video/mp4", "video/webm", "video/ogg", "video/quicktime")


class Row(Struct, frozen=True):
    """One line of a folder."""

    id: str
    name: str
    href: str
    kind: str
    at: datetime
    size: int | None
    thumb: str


@routes.on("GET", PAGES, OWNER)
def drives(work: Work, call: Call) -> Response:
    """The drives that others share with this home, and those that it shares. 200."""
    return page(work, call, "drives/drives.html", room="files", drives=service.drives(work))


@routes.on("GET", f"{PAGES}/{{drive_id}}", OWNER)
async def top(call: Call, drive_id: str) -> Response:
    """Go to what is shared, or to the question whether to take it. 303; 403, 404."""
    if waiting := await call.read(service.invitation, drive_id):
        return see_other(waiting)
    there = await call.read(service.elsewhere, drive_id, "GET")
    if there is not None:
        await call.write(sharings.shortcuts.see, drive_id)
        return see_other(url_of(drive_id, there.root))
    own = next(each for each in await call.read(service.drives) if each.id == drive_id)
    return see_other(f"/my/{'file' if own.is_file else 'drive'}/{own.root}")


@routes.on("GET", f"{PAGES}/{{drive_id}}/{{item_id}}", OWNER)
async def item(call: Call, drive_id: str, item_id: str) -> Response:
    """A folder or a file in a drive of another home. 200, and so when that home is away, which is said; 404."""
    there = await away(call, drive_id)
    listed = next((each for each in await call.read(service.drives) if each.id == drive_id), None)
    number = call.query("page")
    skip = (int(number) - 1) * PAGE if number.isdecimal() and 0 < len(number) < 7 and int(number) else 0
    try:
        found = await service.page(call.house, call.home, there, item_id, skip)
        above = await _above(call, there, found.item)
        text = await _text(call, there, found.item)
    except (OwnerAway, DriveClosed) as problem:
        return await call.read(_unreached, call, listed, problem)
    return await call.read(_shown, call, there, listed, found, above, skip, text)


def _unreached(
    work: Work, call: Call, listed: service.Listed | None, problem: OwnerAway | DriveClosed
) -> Response:
    status = 200 if isinstance(problem, OwnerAway) else 403
    return page(work, call, "drives/away.html", status, room="files", drive=listed, is_away=status == 200)


async def _above(call: Call, drive: Distant, item: Item) -> list[Item]:
    """The folders around it, from the top of the drive down, without itself."""
    around: list[Item] = []
    while item.id != drive.root and item.dir_id and len(around) < CRUMBS:
        item = await service.item(call.house, call.home, drive, item.dir_id)
        around.append(item)
    return around[::-1]


async def _text(call: Call, drive: Distant, item: Item) -> str:
    """The beginning of a short text; "" of everything else."""
    if item.is_folder or not item.mime.startswith("text/") or not item.size or item.size > TEXT_LIMIT:
        return ""
    try:
        reply = await service.asked(call.house, call.home, drive, "GET", f"download/{item.id}")
    except TooMuch:
        return ""
    return reply.body[:TEXT_LIMIT].decode(errors="replace")


def _shown(
    work: Work, call: Call, drive: Distant, listed: service.Listed | None, found: Folder, above: list[Item], skip: int, text: str,
) -> Response:  # fmt: skip
    crumbs = [(each.name, url_of(drive.id, each.id), each.id) for each in above]
    here = url_of(drive.id, found.item.id)
    common: dict[str, Any] = {
        "room": "files", "drive": drive, "owner": listed.owner if listed else "", "item": found.item, "crumbs": crumbs, "here": here,
        "is_top": found.item.id == drive.root, "parent": crumbs[-1][1] if crumbs else PAGES,
    }  # fmt: skip
    if not found.item.is_folder:
        look = _look(found.item, text)
        return page(
            work,
            call,
            "drives/file.html",
            **common,
            look=look,
            text=text,
            at=_at(found.item),
            kind=_kind(found.item),
        )
    number = skip // PAGE + 1
    more = skip + len(found.items) < found.total
    return page(
        work, call, "drives/folder.html", **common, rows=[_row(drive.id, each) for each in found.items], total=found.total,
        next_url=f"{here}?page={number + 1}" if more else "", previous_url=f"{here}?page={number - 1}" if number > 1 else "",
    )  # fmt: skip


def _look(item: Item, text: str) -> str:
    """How a content is shown: image, video, audio, text or none."""
    if item.kind == "image" and (item.large or "svg" not in item.mime):
        return "image"
    if item.mime in _FILMS:
        return "video"
    if item.mime.startswith("audio/"):
        return "audio"
    return "text" if text else "none"


def _row(drive_id: str, item: Item) -> Row:
    return Row(item.id, item.name, url_of(drive_id, item.id), _kind(item), _at(item), item.size, item.thumb)


def _kind(item: Item) -> str:
    return _KINDS.get(item.kind, item.kind)


def _at(item: Item) -> datetime:
    try:
        return parse(item.updated_at)
    except ValueError:
        return datetime.fromtimestamp(0).astimezone()


@routes.on("GET", f"{PAGES}/{{drive_id}}/{{item_id}}/raw", OWNER)
async def raw(call: Call, drive_id: str, item_id: str) -> Again:
    """The bytes of a file; `Dl=1` to save it. As GET /sharings/drives/:id/download/:file."""
    await away(call, drive_id)
    return Again(f"{ROUTES}/{drive_id}/download/{item_id}")
