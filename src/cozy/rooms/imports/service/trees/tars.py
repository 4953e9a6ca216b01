"""Tar archives, plain or packed."""

from __future__ import annotations

import bz2
import io
import lzma
import os
import tarfile
import zlib
from collections.abc import Iterator
from threading import Lock
from typing import Any, BinaryIO, Protocol

from ...errors import TooMuch
from ...model import Entry, reasons
from .guards import BROKEN, Names, check_heads, check_number, check_sum, guarded, instant
from .refusals import Refusal

_BLOCK = 512
_EVERY = 32 * 1024 * 1024  # bytes between two places that can be gone back to
_MOST_KEPT = 256  # of these places
_PIECE = 256 * 1024
_LONGEST_HEADS = 1024 * 1024  # bytes that tell of one file, before it
_MOST_HEADERS = 64  # things that are told of all files to come
_MEMORY = 256 * 1024 * 1024  # bytes: `xz -9` needs 65 MB of whoever unpacks
_WINDOW = 16 + zlib.MAX_WBITS  # with the header of gzip


class _Ended:
    """The state of a gzip file behind its last member."""

    eof = False

    def copy(self) -> _Ended:
        return self


_ENDED: Any = _Ended()


def is_tar(file: BinaryIO) -> bool:
    """Whether it is one, packed or not."""
    try:
        head = _unpacked(file).read(_BLOCK)
    except BROKEN:
        return False
    return head[257:262] == b"ustar" or _is_old(head)


def _is_old(head: bytes) -> bool:
    """A header without a magic word, whose sum is right (V7)."""
    try:
        return len(head) == _BLOCK and tarfile.TarInfo.frombuf(head, "utf-8", "replace").name != ""
    except tarfile.HeaderError:
        return False


def _unpacked(file: BinaryIO) -> Any:
    """The archive's own bytes, from any place."""
    file.seek(0)
    magic = file.read(6)
    file.seek(0)
    if magic[:2] == b"\x1f\x8b":
        return io.BufferedReader(Unpacked(Gzip(file)), _PIECE)
    if magic[:3] == b"BZh":
        return bz2.BZ2File(file)
    if magic == b"\xfd7zXZ\0":
        return io.BufferedReader(Unpacked(Xz(file)), _PIECE)
    return file


class Tar:
    """What is in a tar. One that is cut short holds what came before. Raises TooMuch, TooManyEntries."""

    def __init__(self, file: BinaryIO) -> None:
        packed = file.seek(0, os.SEEK_END)
        heads = _Heads(_unpacked(file))
        self._tar = tarfile.open(fileobj=heads, mode="r:", errorlevel=2)  # type: ignore[call-overload]  # noqa: SIM115 - closed with its file
        self._lock = Lock()
        self._known = Names()
        self._members: dict[str, tarfile.TarInfo] = {}
        self.entries: list[Entry] = []
        self.refused: list[Refusal] = []
        held = number = 0
        try:
            while (member := self._tar.next()) is not None:
                number += 1
                held += member.size
                check_number(number)
                check_sum(max(held, self._tar.offset), packed)
                self._take(member)
                vars(self._tar)["members"] = []  # it would keep all of them a second time
                check_heads(len(self._tar.pax_headers), _MOST_HEADERS)
                heads.left = _LONGEST_HEADS
        except BROKEN:
            self.refused.append(Refusal("…", reasons.CUT_SHORT))
        heads.left = None

    def _take(self, member: tarfile.TarInfo) -> None:
        if member.isdir():
            return
        name = self._known.of(member.name)
        if not name:
            self.refused.append(Refusal(member.name[:200], reasons.LEADS_OUT))
        elif not member.isreg():
            self.refused.append(Refusal(name, reasons.LINK))
        else:
            if name not in self._members:
                self.entries.append(Entry(name, member.size, instant(member.mtime)))
            member.pax_headers = {}  # what they say is in the member by now
            self._members[name] = member  # the last of a name is the one that counts (tar -r)

    def open(self, name: str) -> BinaryIO:
        """The bytes of a file in it."""
        member = self._members[name]
        return guarded(lambda: self._tar.extractfile(member), member.size, self._lock)


class _Heads:
    """The bytes of a tar, of which no more than so many are read as the head of one file: tarfile takes them into memory whole."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.left: int | None = _LONGEST_HEADS

    def read(self, size: int) -> bytes:
        """Some bytes. Raises TooMuch."""
        if self.left is not None:
            check_heads(size, self.left)
            self.left -= size
        return self._file.read(size)

    def seek(self, offset: int) -> int:
        """Go to a place."""
        return self._file.seek(offset)

    def tell(self) -> int:
        """Where it is read next."""
        return self._file.tell()


class _Source(Protocol):
    """A packed file, unpacked piece after piece. out: how many bytes were unpacked."""

    out: int

    def go_near(self, at: int) -> None:
        """Go back, so that the next piece does not begin behind this place."""
        ...

    def more(self) -> bytes:
        """The next piece; none at the end. Raises EOFError where it is cut short, TooMuch where it wants too much memory."""
        ...


class Unpacked(io.RawIOBase):
    """What a packed file holds, from any place."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self._at = 0  # where whoever reads is
        self._rest = b""  # unpacked, beyond what was asked for

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """Any place can be gone to."""
        return True

    def tell(self) -> int:
        """Where it is read next."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        if whence == io.SEEK_END:
            raise io.UnsupportedOperation("where it ends is not known")
        self._at = max(0, offset + (self._at if whence == io.SEEK_CUR else 0))
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read some bytes. Raises as the source does."""
        if not self._source.out - len(self._rest) <= self._at <= self._source.out:
            self._rest = b""
            self._source.go_near(self._at)
        while self._at >= self._source.out:
            self._rest = self._source.more()
            if not self._rest:
                return 0
        start = self._at - (self._source.out - len(self._rest))
        piece = self._rest[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


class Xz:
    """An xz file: going back begins anew. It may want no more memory than its makers' own programs choose."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._begin()

    def _begin(self) -> None:
        self.out = 0
        self._pieces = _unpacked_xz(self._file)

    def go_near(self, at: int) -> None:
        """Begin anew, to go back."""
        if at < self.out:
            self._begin()

    def more(self) -> bytes:
        """The next piece."""
        piece = next(self._pieces, b"")
        self.out += len(piece)
        return piece


def _unpacked_xz(file: BinaryIO) -> Iterator[bytes]:
    at = 0
    engine: lzma.LZMADecompressor | None = None
    packed = b""
    while True:
        if engine is None or (engine.needs_input and not packed):
            file.seek(at)
            packed = file.read(_PIECE)
            at += len(packed)
        if engine is None:
            packed = packed.lstrip(b"\0")  # between streams, and after the last
            if not packed:
                return
            engine = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)
        if not packed and engine.needs_input:
            raise EOFError("it ends too early")
        try:
            piece = engine.decompress(packed, 4 * _PIECE)
        except lzma.LZMAError as error:
            if "limit" in str(error):
                raise TooMuch(memory=_MEMORY) from error
            raise
        packed = b""
        if piece:
            yield piece
        if engine.eof:
            at -= len(engine.unused_data)
            engine = None


class Gzip:
    """A gzip file: it goes back to the nearest place that it kept, not to the beginning."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.out = 0
        self._engine = zlib.decompressobj(_WINDOW)
        self._in = 0
        self._kept: list[tuple[int, int, Any]] = [(0, 0, self._engine.copy())]  # unpacked, packed, state
        self._every = _EVERY

    def go_near(self, at: int) -> None:
        """Go to the last kept place before the one that is wanted, unless it is nearer from here."""
        out, in_, state = max((kept for kept in self._kept if kept[0] <= at), key=lambda kept: kept[0])
        if at < self.out or out > self.out:
            self.out, self._in, self._engine = out, in_, state.copy()

    def more(self) -> bytes:
        """The next piece; places are kept on the way."""
        while True:
            if self._engine.eof:
                self._in -= len(self._engine.unused_data)
                self._engine = zlib.decompressobj(_WINDOW)
                self._file.seek(self._in)
                if self._file.read(2) != b"\x1f\x8b":  # no further member: the end, or padding
                    self._engine = _ENDED
            if self._engine is _ENDED:
                return b""
            packed = self._engine.unconsumed_tail
            if not packed:
                self._file.seek(self._in)
                packed = self._file.read(_PIECE)
                self._in += len(packed)
                if not packed:
                    raise EOFError("it ends too early")
            piece: bytes = self._engine.decompress(packed, 4 * _PIECE)
            self.out += len(piece)
            if self.out - self._kept[-1][0] >= self._every and not self._engine.eof:
                self._keep()
            if piece:
                return piece

    def _keep(self) -> None:
        """Keep this place; of many, only every second one stays."""
        self._kept.append((self.out, self._in, self._engine.copy()))
        if len(self._kept) > _MOST_KEPT:
            self._kept = self._kept[::2]
            self._every *= 2
