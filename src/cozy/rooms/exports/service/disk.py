"""A folder of this machine, among those that its host lets owners back up to: a disk, a mounted share."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from cozy.kernel.durable import sync_file, sync_folder
from cozy.kernel.settings import Settings

from ..errors import DiskAway, NoRoomThere
from ..model import SUMS

T = TypeVar("T")
_PARTIAL = ".partial"  # how a file is called until it is whole
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def folders(settings: Settings) -> list[str]:
    """The folders that the host allows."""
    return [each.strip() for each in settings.backup_folders.split(",") if each.strip().startswith("/")]


def address(folder: str, domain: str) -> str:
    """Where a home is backed up to in such a folder: each in one of its own."""
    return (Path(folder) / domain).as_uri()


class Disk:
    """The folder of a home at an address, as long as the host allows it and the disk is there."""

    def __init__(self, settings: Settings, url: str) -> None:
        self._root = Path(unquote(urlsplit(url).path))
        self._is_allowed = str(self._root.parent) in {str(Path(each)) for each in folders(settings)}

        self._written: list[Path] = []

    async def read(self, path: str) -> bytes | None:
        """What a file holds; None where there is none. Raises DiskAway."""
        at = self._at(path)
        return await _done(lambda: at.read_bytes() if at.is_file() else None)

    async def put(self, path: str, size: int, pieces: AsyncIterator[bytes] | bytes) -> None:
        """Write a file, and the folders around it: whole, or as it was. Raises DiskAway, NoRoomThere."""
        at = self._at(path)
        await self.folder(path.rpartition("/")[0])
        unfinished = at.with_name(at.name[:100] + _PARTIAL)
        file = await _done(lambda: unfinished.open("wb"))
        try:
            if isinstance(pieces, bytes):
                await _done(partial(file.write, pieces))
            else:
                async for piece in pieces:
                    await _done(partial(file.write, piece))
        finally:
            await _done(file.close)
        if path == SUMS:  # which says that all the others are there
            await _done(partial(self._settle, unfinished))
        await _done(lambda: unfinished.replace(at))
        if path == SUMS:
            await _done(partial(sync_folder, at.parent))
        self._written.append(at)

    async def folder(self, path: str) -> None:
        """Make a folder, and those around it, where they are not yet there. Raises DiskAway, NoRoomThere."""
        at = self._at(path)
        await _done(lambda: at.mkdir(parents=True, exist_ok=True))

    async def delete(self, path: str) -> None:
        """Remove a file; one that is gone is fine. Raises DiskAway."""
        at = self._at(path)
        await _done(lambda: at.unlink(missing_ok=True))

    async def expect(self) -> None:
        """Whether it can be written to. Raises DiskAway, NoRoomThere."""
        await self.folder("")

    def _settle(self, last: Path) -> None:
        """Let what was written be on the disk, with the folders that it is in: all together, when most of it is there by itself, rather than
        one after the other. last: what is to be called the sums.
        """
        files = [each for each in (*self._written, last) if each.exists()]
        around = {
            folder for each in files for folder in each.parents if folder.is_relative_to(self._root.parent)
        }
        for file in files:
            sync_file(file)
        for folder in around:
            sync_folder(folder)
        self._written.clear()

    def _at(self, path: str) -> Path:
        """Where a path is. Nothing is made where the disk is not there: its folder would hide it once it is; and nothing outside of
        the home's own folder is touched, whatever the list there says and wherever links there lead. Raises DiskAway.
        """
        at = self._root / path
        is_within = at.resolve().is_relative_to(self._root.parent.resolve() / self._root.name)
        if not self._is_allowed or not self._root.parent.is_dir() or not is_within:
            raise DiskAway
        return at


async def _done(what: Callable[[], T]) -> T:
    return await asyncio.to_thread(_told, what)


def _told(what: Callable[[], T]) -> T:
    try:
        return what()
    except OSError as error:
        raise (NoRoomThere if error.errno in _FULL else DiskAway) from error
