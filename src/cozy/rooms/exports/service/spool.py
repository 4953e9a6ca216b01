"""Spool: the lines of an export, and the bytes of those that were made for it, in files without a name."""

from __future__ import annotations

import hashlib
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

import msgspec

from ..model import LeftOut, Line

PIECE = 1024 * 1024  # bytes read at a time
encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Line).decode

Wants = Callable[[str], bool]


def everything(path: str) -> bool:
    """Every path is wanted."""
    return True


class Spool(AbstractContextManager["Spool"]):
    """Lines in the order in which they are written. Files without a name: they are gone with the process, however it ends."""

    def __init__(self, folder: Path | None = None, wants: Wants = everything) -> None:
        """folder: of the disk that has room for it; None for where temporary files are. wants: whether a path is to be in it."""
        self._lines = tempfile.TemporaryFile(prefix="cozy-export-", dir=folder)  # noqa: SIM115 (closed with the spool)
        self._bytes = tempfile.TemporaryFile(prefix="cozy-export-", dir=folder)  # noqa: SIM115
        self._wants = wants
        self.left_out: list[LeftOut] = []
        self.count = 0
        self.size = 0  # bytes of all files

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.close()
        self._bytes.close()

    def made(self, path: str, modified: str, pieces: Iterable[bytes], *, with_next: bool = False) -> Line:
        """Add a file that is made here; one that is not wanted is made for whoever counts what is in it, and not kept."""
        if not self._wants(path):
            size = sum(len(piece) for piece in pieces)
            return Line(path, modified, size, "")
        start = self._bytes.seek(0, 2)
        digest = hashlib.sha256()
        size = crc = 0
        for piece in pieces:
            self._bytes.write(piece)
            digest.update(piece)
            crc = zlib.crc32(piece, crc)
            size += len(piece)
        return self.add(Line(path, modified, size, digest.hexdigest(), start, crc=crc, with_next=with_next))

    def add(self, line: Line) -> Line:
        """Add a file whose bytes are somewhere already, if it is wanted."""
        if not self._wants(line.path):
            return line
        self._lines.seek(0, 2)
        self._lines.write(encode(line) + b"\n")
        self.count += 1
        self.size += line.size
        return line

    def lines(self, start: int = 0) -> Iterator[Line]:
        """Every line from this one on, those too that are added meanwhile."""
        offset = 0
        number = 0
        while True:
            self._lines.seek(offset)
            text = self._lines.readline()
            if not text:
                return
            offset += len(text)
            number += 1
            if number > start:
                yield decode(text)

    def read(self, line: Line) -> Iterator[bytes]:
        """The bytes of a file that was made here."""
        yield from self._stretch(line.start, line.size)

    def all_bytes(self) -> Iterator[bytes]:
        """The bytes of all files that were made here, one after the other."""
        yield from self._stretch(0, self._bytes.seek(0, 2))

    def _stretch(self, at: int, left: int) -> Iterator[bytes]:
        while left:
            self._bytes.seek(at)
            piece = self._bytes.read(min(PIECE, left))
            at += len(piece)
            left -= len(piece)
            yield piece
