"""Pictures of contents, kept where a shelf is. Losing them costs only time.

What could not be drawn leaves `<look>.broken`, which is believed for a day; what only took too long, for minutes.
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
from typing import NamedTuple, Protocol

from cozy.kernel.blobs import StoredBlob
from cozy.kernel.previews import CannotDraw, OutOfTime

AT_ONCE = 2  # contents being drawn: more would only fill the disk with sources that wait
BROKEN_S = 86_400  # how long it is believed that a content cannot be drawn
SLOW_S = 600  # and that it takes too long: the machine may have been busy
_SLOW = b"slow"  # what is in it then
_BROKEN, _PART = ".broken", ".part"


class Kept(NamedTuple):
    """What a shelf holds under a name."""

    data: bytes
    age_s: float


class Pictures(Protocol):
    """A shelf of pictures: by home, content and look."""

    async def read(self, home_id: str, sha256: str, look: str) -> Kept | None:
        """One of them."""
        ...

    async def keep(self, home_id: str, sha256: str, look: str, data: bytes) -> None:
        """Write it whole or not at all; a shelf that is full is no reason not to show the picture."""
        ...

    async def forget(self, home_id: str, hashes: Sequence[str]) -> None:
        """Remove all of these contents."""
        ...

    def kept(self, home_id: str) -> Iterator[StoredBlob]:
        """All of a home: `<sha256>-<look>`."""
        ...

    async def drop(self, home_id: str) -> None:
        """Remove all of a home."""
        ...


class KeptDrawings:
    """Pictures of contents, drawn once. Implements `kernel.previews.Drawings`."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._long_gate = asyncio.Semaphore(1)
        self._drawing: dict[tuple[str, str, str], asyncio.Task[bytes]] = {}

    async def drawn(
        self,
        home_id: str,
        sha256: str,
        look: str,
        draw: Callable[[], Awaitable[bytes]],
        *,
        takes_long: bool = False,
    ) -> bytes:
        """The kept picture; else the one that is being drawn, for everybody who waits for it."""
        if (kept := await self._pictures.read(home_id, sha256, look)) is not None and kept.data:
            return kept.data
        name = (home_id, sha256, look)
        task = self._drawing.get(name)
        if task is None:
            gate = self._long_gate if takes_long else self._gate
            task = self._drawing[name] = asyncio.create_task(self._draw(name, draw, gate))
            task.add_done_callback(lambda done: self._end(name, done))
        return await asyncio.shield(task)  # one who leaves does not take the picture from the others

    def _end(self, name: tuple[str, str, str], done: asyncio.Task[bytes]) -> None:
        del self._drawing[name]
        if not done.cancelled():
            done.exception()  # looked at, in case that nobody waits any more

    async def _draw(
        self, name: tuple[str, str, str], draw: Callable[[], Awaitable[bytes]], gate: asyncio.Semaphore
    ) -> bytes:
        home_id, sha256, look = name
        broken = await self._pictures.read(home_id, sha256, look + _BROKEN)
        if broken is not None and broken.age_s < (SLOW_S if broken.data == _SLOW else BROKEN_S):
            raise CannotDraw("This could not be drawn before.")
        try:
            async with gate:
                data = await draw()
        except CannotDraw as error:
            why = _SLOW if isinstance(error, OutOfTime) else b""
            await self._pictures.keep(home_id, sha256, look + _BROKEN, why)
            raise
        await self._pictures.keep(home_id, sha256, look, data)
        return data

    async def keep(self, home_id: str, sha256: str, drawn: Mapping[str, bytes]) -> None:
        """Write them beside each other."""
        for look, data in drawn.items():
            await self._pictures.keep(home_id, sha256, look, data)

    async def has(self, home_id: str, sha256: str, look: str) -> bool:
        """Whether the shelf has it."""
        return await self._pictures.read(home_id, sha256, look) is not None

    async def forget(self, home_id: str, hashes: Sequence[str]) -> None:
        """Remove every picture of these contents."""
        await self._pictures.forget(home_id, hashes)

    def kept(self, home_id: str) -> Iterator[StoredBlob]:
        """Everything that is kept for a home."""
        return self._pictures.kept(home_id)

    async def drop(self, home_id: str) -> None:
        """Remove every picture of a home."""
        await self._pictures.drop(home_id)


class PicturesOnDisk:
    """Plain files beside a home's contents: `homes/<id>/thumbnails/ab/<sha256>-<look>`."""

    def __init__(self, root: Path) -> None:
        self._homes = root / "homes"

    async def read(self, home_id: str, sha256: str, look: str) -> Kept | None:
        """Right here: the page cache is quicker than a hop to a thread."""
        path = self._folder(home_id, sha256) / f"{sha256}-{look}"
        try:
            data = path.read_bytes()
            return Kept(data, time.time() - path.stat().st_mtime)
        except (FileNotFoundError, NotADirectoryError):
            return None

    async def keep(self, home_id: str, sha256: str, look: str, data: bytes) -> None:
        """Under another name first."""
        await asyncio.to_thread(_keep, self._folder(home_id, sha256) / f"{sha256}-{look}", data)

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
