"""Things carried between this home's own files and drives, its own or in other homes.

A thing is copied whole before the one that it was carried from goes to the bin there: whatever breaks on the way, it is in one
place at least. Another home tells what it has as it likes, so that all of it is bounded: how much, how deep, how long.
"""

from __future__ import annotations

from asyncio import timeout
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cozy.kernel.blobs import TooLarge
from cozy.kernel.caller import Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NameTaken, OverQuota
from cozy.rooms.files.model import File

from ..errors import OtherThanTold, OwnerAway
from ..model import Distant
from . import asking
from .asking import Item

BATCH = 1000  # items of a folder at a time
TRIES = 100
MOST, DEPTH = 20_000, 100  # items that are carried at once, folders in folders
WITHIN_S = 24 * 3600.0


class Made(Struct, frozen=True):
    """A new file or folder, as its home tells of it."""

    id: str
    rev: str
    attributes: Mapping[str, Any]


class Place(Protocol):
    """Somewhere that things can be taken from and put."""

    async def look(self, id_: str) -> Item:
        """A file or folder. Raises NotFound of some kind."""
        ...

    async def holds(self, folder_id: str) -> list[Item]:
        """All that is in a folder."""
        ...

    def read(self, item: Item) -> AsyncIterator[bytes]:
        """The bytes of a file."""
        ...

    async def make_folder(self, parent_id: str, name: str) -> Made:
        """A new folder; where its name is taken, it gets a number."""
        ...

    async def make_file(self, parent_id: str, item: Item, chunks: AsyncIterator[bytes]) -> Made:
        """A new file; where its name is taken, it gets a number."""
        ...

    async def throw_away(self, id_: str) -> None:
        """Move it to the bin."""
        ...


async def carry(source: Place, id_: str, target: Place, folder_id: str, *, leaves: bool) -> Made:
    """A file, or a folder with all that is in it, in another place. leaves: whether the one before goes to the bin."""
    try:
        async with timeout(WITHIN_S):
            made = await _copied(source, await source.look(id_), target, folder_id, set())
    except TimeoutError as error:
        raise OwnerAway from error
    if leaves:
        await source.throw_away(id_)
    return made


async def _copied(
    source: Place, item: Item, target: Place, folder_id: str, seen: set[str], depth: int = 0
) -> Made:
    """seen: the ids of what is copied already: a folder that holds itself would have no end."""
    if item.id in seen or len(seen) >= MOST or depth > DEPTH:
        raise OtherThanTold(id=item.id[:100])
    seen.add(item.id)
    if not item.is_folder:
        return await target.make_file(folder_id, item, source.read(item))
    made = await target.make_folder(folder_id, item.name)
    for inner in await source.holds(item.id):
        await _copied(source, inner, target, made.id, seen, depth + 1)
    return made


@dataclass(frozen=True, slots=True)
class Here:
    """This home, as far as a caller may go."""

    house: House
    home: Home
    caller: Caller

    async def look(self, id_: str) -> Item:
        """See Place."""
        return _item(await self.house.read(self.home, self.caller, files.fetch, id_))

    async def holds(self, folder_id: str) -> list[Item]:
        """See Place."""
        found: list[File] = []
        while batch := await self.house.read(
            self.home, self.caller, files.children, folder_id, skip=len(found), limit=BATCH
        ):
            found += batch
        return [_item(file) for file in found]

    async def read(self, item: Item) -> AsyncIterator[bytes]:
        """See Place."""
        _, content = await self.house.read(self.home, self.caller, files.open_content, item.id)
        async for chunk in files.content_pieces(self.house, self.home, content):
            yield chunk

    async def make_folder(self, parent_id: str, name: str) -> Made:
        """See Place."""

        def making(work: Work) -> File:
            return files.create_folder(
                work, parent_id, files.free_name(work, parent_id, name, is_folder=True)
            )

        return _made(await self.house.write(self.home, self.caller, making))

    async def make_file(self, parent_id: str, item: Item, chunks: AsyncIterator[bytes]) -> Made:
        """See Place."""
        left = await self.house.read(self.home, self.caller, files.room_left, self.home.quota)
        if left is not None and (item.size or 0) > left:
            raise OverQuota(quota=self.home.quota)
        try:
            content = await self.house.blobs.put(self.home.id, chunks, left)
        except TooLarge as error:
            raise OverQuota(quota=self.home.quota) from error

        def making(work: Work) -> File:
            name = files.free_name(work, parent_id, item.name)
            return files.create_file(work, parent_id, name, content, item.mime, quota=self.home.quota)

        try:
            return _made(await self.house.write(self.home, self.caller, making))
        except Problem:
            if content.blob is not None:
                await self.house.blobs.delete(self.home.id, content.blob)
            raise

    async def throw_away(self, id_: str) -> None:
        """See Place."""
        await self.house.write(self.home, self.caller, files.trash, id_)


@dataclass(frozen=True, slots=True)
class There:
    """A drive in another home."""

    house: House
    home: Home
    drive: Distant

    async def look(self, id_: str) -> Item:
        """See Place."""
        return await asking.item(self.house, self.home, self.drive, id_)

    async def holds(self, folder_id: str) -> list[Item]:
        """See Place."""
        found: list[Item] = []
        while True:
            page = await asking.page(self.house, self.home, self.drive, folder_id, len(found))
            found += page.items
            if len(found) > MOST:
                raise OtherThanTold(id=folder_id)
            if not page.items or len(found) >= page.total:
                return found

    async def read(self, item: Item) -> AsyncIterator[bytes]:
        """See Place. Raises OtherThanTold where there are more bytes, or fewer, than the drive told."""
        left = item.size or 0
        rest = f"download/{quote(item.id, safe='')}"
        async for chunk in asking.pieces(self.house, self.home, self.drive, rest):
            left -= len(chunk)
            if left < 0:
                break
            yield chunk
        if left:
            raise OtherThanTold(id=item.id[:100])

    async def make_folder(self, parent_id: str, name: str) -> Made:
        """See Place."""
        for number in range(1, TRIES):
            try:
                return await self._post(
                    parent_id, {"Type": "directory", "Name": numbered(name, number, is_folder=True)}
                )
            except NameTaken:
                continue
        raise NameTaken

    async def make_file(self, parent_id: str, item: Item, chunks: AsyncIterator[bytes]) -> Made:
        """See Place. The bytes can be sent once, so that a free name is looked for before."""
        taken = {each.name for each in await self.holds(parent_id)}
        name = next(name for n in range(1, 10_000) if (name := numbered(item.name, n)) not in taken)
        headers = {
            "content-type": item.mime or "application/octet-stream",
            "content-length": str(item.size or 0),
        }
        return await self._post(parent_id, {"Type": "file", "Name": name}, body=chunks, headers=headers)

    async def _post(self, parent_id: str, query: Mapping[str, str], **more: Any) -> Made:
        rest = f"{quote(parent_id, safe='')}?{urlencode(query)}"
        reply = await asking.asked(self.house, self.home, self.drive, "POST", rest, **more)
        return _told(reply.body)

    async def throw_away(self, id_: str) -> None:
        """See Place."""
        await asking.asked(self.house, self.home, self.drive, "DELETE", quote(id_, safe=""))


def numbered(name: str, number: int, *, is_folder: bool = False) -> str:
    """This name, or `name (2).ext`, `name (3).ext`…"""
    if number == 1:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem} ({number}){dot}{ending}" if stem and not is_folder else f"{name} ({number})"


def moved(work: Work, id_: str, folder_id: str) -> Made:
    """The same thing in another folder of this very home; where its name is taken, it gets a number."""
    file = files.fetch(work, id_)
    name = files.free_name(work, folder_id, file.name, is_folder=file.is_folder)
    return _made(files.change(work, id_, files.Change(dir_id=folder_id, name=name)))


def _item(file: File) -> Item:
    size = None if file.is_folder else file.size
    return Item(file.id, file.name, file.is_folder, file.dir_id, file.mime, "", size, file.updated_at)


def _made(file: File) -> Made:
    return Made(file.id, file.rev, file.body)


class _Meta(Struct, frozen=True):
    rev: str = ""


class _Resource(Struct, frozen=True):
    id: str
    attributes: dict[str, Any] = {}
    meta: _Meta = _Meta()


class _Document(Struct, frozen=True):
    data: _Resource


def _told(body: bytes) -> Made:
    """Raises OwnerAway for what tells of nothing."""
    try:
        data = msgspec.json.decode(body, type=_Document).data
    except (msgspec.DecodeError, RecursionError) as error:
        raise OwnerAway from error
    return Made(data.id, data.meta.rev, data.attributes)


def of_drive(made: Made, drive_id: str) -> Made:
    """The same, told as of a drive."""
    return replace(made, attributes={**made.attributes, "driveId": drive_id})
