"""Spool: the lines of an export, and the bytes of those that were made for it, in files without a name."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType

import msgspec

from ..model import LeftOut, Line

PIECE = 1024 * 1024  # bytes read at a time
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Line).decode


class Spool(AbstractContextManager["Spool"]):
    """Lines in the order in which they are written. Files without a name: they are gone with the process, however it ends."""

    def __init__(self) -> None:
        self._lines = tempfile.TemporaryFile(prefix="cozy-export-")  # noqa: SIM115 (closed with the spool)
        self._bytes = tempfile.TemporaryFile(prefix="cozy-export-")  # noqa: SIM115
        self.left_out: list[LeftOut] = []
        self.count = 0
        self.size = 0  # bytes of all files

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.close()
        self._bytes.close()

    def made(self, path: str, modified: str, pieces: Iterable[bytes]) -> Line:
        """Add a file that is made here."""
        start = self._bytes.seek(0, 2)
        digest = hashlib.sha256()
        size = 0
        for piece in pieces:
            self._bytes.write(piece)
            digest.update(piece)
            size += len(piece)
        return self.add(Line(path, modified, size, digest.hexdigest(), start))

    def add(self, line: Line) -> Line:
        """Add a file whose bytes are somewhere already."""
        self._lines.seek(0, 2)
        self._lines.write(_encode(line) + b"\n")
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
                yield _decode(text)

    def read(self, line: Line) -> Iterator[bytes]:
        """The bytes of a file that was made here."""
        left, at = line.size, line.start
        while left:
            self._bytes.seek(at)
            piece = self._bytes.read(min(PIECE, left))
            at += len(piece)
            left -= len(piece)
            yield piece
