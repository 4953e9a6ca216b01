"""Handles: what trees read their bytes from, a file of this machine or the content of a file of the home."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

BUFFER = 1024 * 1024  # bytes read ahead of a remote content


class Handle(Protocol):
    """Something that was dropped."""

    @property
    def name(self) -> str:
        """As people know it: `takeout-001.zip`."""
        ...

    @property
    def folder(self) -> Path | None:
        """The folder of this machine that it is, if it is one."""
        ...

    def open(self) -> BinaryIO:
        """Its bytes, from any place. Raises OSError."""
        ...


class OnDisk:
    """A file or a folder of this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def name(self) -> str:
        """Its last step."""
        return self._path.name

    @property
    def folder(self) -> Path | None:
        """Itself, when it is a folder."""
        return self._path if self._path.is_dir() else None

    def open(self) -> BinaryIO:
        """Its bytes."""
        return self._path.open("rb")


class Held:
    """A folder of a home: what is in it, each with its path below it and what reads it. modified: RFC 3339."""

    def __init__(self, name: str, files: Sequence[tuple[str, int, str, Handle]]) -> None:
        self.name = name
        self.files = files

    @property
    def folder(self) -> Path | None:
        """None: it is none of this machine."""
        return None

    def open(self) -> BinaryIO:
        """A folder has no bytes."""
        raise IsADirectoryError(self.name)


class Remote:
    """A content that a loop reads piece by piece, for who reads it in a thread beside that loop.

    read: the bytes from a place, so many of them or fewer at the end.
    """

    def __init__(
        self,
        name: str,
        size: int,
        read: Callable[[int, int], Awaitable[bytes]],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.name = name
        self._size = size
        self._read = read
        self._loop = loop

    @property
    def folder(self) -> Path | None:
        """None: it is one file."""
        return None

    def open(self) -> BinaryIO:
        """Its bytes; not to be read on the loop itself, which would wait for itself."""
        return io.BufferedReader(_Pieces(self._size, self._piece), BUFFER)  # type: ignore[return-value]

    def _piece(self, start: int, size: int) -> bytes:
        async def reading() -> bytes:
            return await self._read(start, size)

        return asyncio.run_coroutine_threadsafe(reading(), self._loop).result()


class _Pieces(io.RawIOBase):
    """Bytes that are asked for one piece at a time."""

    def __init__(self, size: int, piece: Callable[[int, int], bytes]) -> None:
        self._size = size
        self._piece = piece
        self._at = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """Any place can be gone to."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        """Where it is read next."""
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read some bytes."""
        wanted = min(len(buffer), self._size - self._at)
        if wanted <= 0:
            return 0
        piece = self._piece(self._at, wanted)
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
