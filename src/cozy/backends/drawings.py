"""Pictures of contents as plain files: `homes/<id>/thumbnails/ab/<sha256>-<look>`. Losing them costs only time.

What could not be drawn leaves `<sha256>-<look>.broken`, which is believed for a day; what only took too long, for minutes.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from cozy.kernel.blobs import StoredBlob
from cozy.kernel.previews import CannotDraw, OutOfTime

AT_ONCE = 2  # contents being drawn: more would only fill the disk with sources that wait
BROKEN_S = 86_400  # how long it is believed that a content cannot be drawn
SLOW_S = 600  # and that it takes too long: the machine may have been busy
_SLOW = b"slow"  # what is in the file then
_BROKEN, _PART = ".broken", ".part"


class DrawingsOnDisk:
    """Pictures beside a home's contents. Implements `kernel.previews.Drawings`."""

    def __init__(self, root: Path) -> None:
        self._homes = root / "homes"
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._long_gate = asyncio.Semaphore(1)
        self._drawing: dict[Path, asyncio.Task[bytes]] = {}

    async def drawn(
        self,
        home_id: str,
        sha256: str,
        look: str,
        draw: Callable[[], Awaitable[bytes]],
        *,
        takes_long: bool = False,
    ) -> bytes:
        """The kept picture, read right here; else the one that is being drawn, for everybody who waits for it."""
        path = self._folder(home_id, sha256) / f"{sha256}-{look}"
        if kept := _read(path):
            return kept
        task = self._drawing.get(path)
        if task is None:
            gate = self._long_gate if takes_long else self._gate
            task = self._drawing[path] = asyncio.create_task(self._draw(path, draw, gate))
            task.add_done_callback(lambda done: self._end(path, done))
        return await asyncio.shield(task)  # one who leaves does not take the picture from the others

    def _end(self, path: Path, done: asyncio.Task[bytes]) -> None:
        del self._drawing[path]
        if not done.cancelled():
            done.exception()  # looked at, in case that nobody waits any more

    async def _draw(self, path: Path, draw: Callable[[], Awaitable[bytes]], gate: asyncio.Semaphore) -> bytes:
        broken = path.with_name(path.name + _BROKEN)
        if _age_s(broken) < (SLOW_S if _read(broken) == _SLOW else BROKEN_S):
            raise CannotDraw("This could not be drawn before.")
        try:
            async with gate:
                data = await draw()
        except CannotDraw as error:
            await asyncio.to_thread(_keep, broken, _SLOW if isinstance(error, OutOfTime) else b"")
            raise
        await asyncio.to_thread(_keep, path, data)
        return data

    async def keep(self, home_id: str, sha256: str, drawn: Mapping[str, bytes]) -> None:
        """Write them beside each other."""
        folder = self._folder(home_id, sha256)
        for look, data in drawn.items():
            await asyncio.to_thread(_keep, folder / f"{sha256}-{look}", data)

    def has(self, home_id: str, sha256: str, look: str) -> bool:
        """Whether its file is there."""
        return (self._folder(home_id, sha256) / f"{sha256}-{look}").exists()

    async def forget(self, home_id: str, hashes: Sequence[str]) -> None:
        """Look through the folders that these contents share with a few others."""
        if (self._homes / home_id / "thumbnails").exists():
            await asyncio.to_thread(self._forget, home_id, set(hashes))

    def _forget(self, home_id: str, hashes: set[str]) -> None:
        for folder in {self._folder(home_id, sha256) for sha256 in hashes}:
            for name in _names(folder):
                if name.partition("-")[0] in hashes:
                    (folder / name).unlink(missing_ok=True)

    def kept(self, home_id: str) -> Iterator[StoredBlob]:
        """Walk the home's pictures, a folder at a time."""
        now = time.time()
        for folder in _names(self._homes / home_id / "thumbnails"):
            for name in _names(self._homes / home_id / "thumbnails" / folder):
                with suppress(FileNotFoundError):  # forgotten meanwhile
                    status = (self._homes / home_id / "thumbnails" / folder / name).stat()
                    yield StoredBlob(name, status.st_size, now - status.st_mtime)

    async def drop(self, home_id: str) -> None:
        """Remove the folder."""
        await asyncio.to_thread(shutil.rmtree, self._homes / home_id / "thumbnails", ignore_errors=True)

    def _folder(self, home_id: str, sha256: str) -> Path:
        return self._homes / home_id / "thumbnails" / sha256[:2]


def _read(path: Path) -> bytes:
    """What a file holds, nothing when it is not there."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return b""


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except (FileNotFoundError, NotADirectoryError):
        return float("inf")


def _keep(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; a full disk is no reason not to show the picture."""
    part = path.with_name(f"{path.name}-{secrets.token_hex(4)}{_PART}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file)
        part.rename(path)
    except OSError:
        with suppress(OSError):
            part.unlink()


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except FileNotFoundError:
        return []
