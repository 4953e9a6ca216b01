"""A zip of the home unpacked into one of its folders: what apps ask the worker `unzip` for (cozy-stack docs/workers.md), and the owner by a button."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import msgspec
from msgspec import Struct

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import new_id
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import OverQuota
from cozy.rooms.jobs import service as jobs

from ..errors import Encrypted, NothingToImport, NoZip
from ..model import Entry, File, Item, reasons
from .contents import made_ready
from .sources import tree, zip_in
from .taking.batches import Ready
from .taking.files_ import take_file

WORKER = "unzip"
_AT_ONCE = 50  # files of a transaction


class Unpacking(Struct, frozen=True):
    """`{"zip": id, "destination": id}`: a file, and the folder that receives what is in it."""

    zip: str
    destination: str


def asked(message: Any) -> Unpacking:
    """What a message asks for. Raises NoZip."""
    try:
        return msgspec.convert(message, Unpacking)
    except msgspec.ValidationError as error:
        raise NoZip("This needs: zip, destination.", pointer="/data/attributes/arguments") from error


def check(work: Work, message: Any) -> None:
    """Whether the caller may read the zip, and make files in the folder. Raises NoZip, and what files raise."""
    unpacking = asked(message)
    files.open_content(work, unpacking.zip)
    files.expect_file(work, unpacking.destination, new_id(), "", None, files.Details())


async def begin(house: House, home: Home, file_id: str) -> tuple[str, int]:
    """Have a zip unpacked into a new folder beside it; that folder's id, and how many of its files cannot be.

    Raises NoSource, NoZip, Damaged, TooMuch, TooManyEntries, Encrypted, NothingToImport, OverQuota, ParentInTrash.
    """
    async with tree([await zip_in(house, home, file_id)], unwraps=False) as whole:
        entries, refused = whole.entries, whole.refused
    if not entries:
        raise Encrypted if any(each.why == reasons.LOCKED for each in refused) else NothingToImport
    return await house.write(home, SYSTEM, _begin, file_id, entries, home.quota), len(refused)


def _begin(work: Work, file_id: str, entries: Sequence[Entry], quota: int | None) -> str:
    zip_, left = files.fetch(work, file_id), files.room_left(work, quota)
    if left is not None and sum(entry.size for entry in entries) > left:
        raise OverQuota
    wanted = _top(entries) or PurePosixPath(zip_.name).stem
    name = files.free_name(work, zip_.dir_id, wanted, is_folder=True)
    folder = files.create_folder(work, zip_.dir_id, name)
    destination = zip_.dir_id if name == _top(entries) else folder.id
    message = {"zip": file_id, "destination": destination}
    jobs.running.push(work, jobs.running.Asked(worker=WORKER, message=message, is_manual=True))
    return folder.id


def _top(entries: Sequence[Entry]) -> str:
    """The one folder that all is in, which needs none around it; "" where there is none."""
    tops = {entry.name.partition("/")[0] if "/" in entry.name else "" for entry in entries}
    return tops.pop() if len(tops) == 1 else ""


async def unpack(house: House, home: Home, unpacking: Unpacking) -> int:
    """Put what is in the zip into the folder, in the folders that it names; returns how many of its files could not be.

    What is there already with the same content stays, anything else of the same name beside it. Raises NoZip, NoSource, Damaged, TooMuch,
    TooManyEntries, OverQuota, OutOfSpace, NoParent, ParentInTrash.
    """
    async with tree([await zip_in(house, home, unpacking.zip)], unwraps=False) as whole:
        missed = len(whole.refused)
        for start in range(0, len(whole.entries), _AT_ONCE):
            items: list[Item] = [_item(entry) for entry in whole.entries[start : start + _AT_ONCE]]
            ready = await made_ready(house, home, whole, "unzip", items, "")
            missed += await house.write(home, SYSTEM, _take, unpacking.destination, ready, home.quota)
        return missed


def _item(entry: Entry) -> File:
    return File(
        source=entry.name, name=entry.name, path=entry.name, content=entry.name, modified=entry.modified
    )


def _take(work: Work, destination: str, ready: list[Ready], quota: int | None) -> int:
    missed = 0
    for each in ready:
        if each.content is None or not isinstance(each.item, File):
            missed += 1
        else:
            take_file(work, destination, each.item, each.content, None, "unzip", quota)
    return missed
