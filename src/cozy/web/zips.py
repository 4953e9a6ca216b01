"""ZIP archives as streams: stored, never compressed, of any size, without a copy on the way (PKWARE APPNOTE 6.3.10).

What is archived are mostly pictures, films and documents that are compressed already; stored, the length of the
whole is known before its first byte.
"""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.clock import parse

from .call import Call
from .ranges import Stream, disposition, serve
from .stretches import Stretch, cut

T = TypeVar("T")

MEDIA_TYPE = "application/zip"
NAME_LIMIT = 0xFFFF  # bytes
_HUGE = 0xFFFFFFFF  # what does not fit into 32 bits is told in a ZIP64 field (§4.5.3)
_MANY = 0xFFFF
_UTF8, _DESCRIBED = 0x800, 0x8
_UNIX = 3 << 8


class Entry(Struct, Generic[T], frozen=True):
    """A file or folder of an archive. source: what its bytes are read from, None for a folder. crc: their CRC-32, where it is known."""

    name: str  # its path; a folder's ends in "/"
    modified: datetime
    size: int = 0  # bytes
    source: T | None = None
    is_executable: bool = False
    crc: int | None = None


class Kept(Protocol):
    """What is known of a file that an archive can be put together of from anywhere in it."""

    @property
    def path(self) -> str:
        """Its place in the archive; a folder's ends in a slash."""
        ...

    @property
    def modified(self) -> str:
        """When it changed, RFC 3339."""
        ...

    @property
    def size(self) -> int:
        """Its bytes."""
        ...

    @property
    def executable(self) -> bool:
        """Whether it is a program."""
        ...

    @property
    def crc(self) -> int:
        """The CRC-32 of its bytes."""
        ...

    @property
    def is_folder(self) -> bool:
        """Whether it is one."""
        ...


K = TypeVar("K", bound=Kept)


def length(entries: Sequence[Entry[T]]) -> int:
    """Bytes of the archive that `stream` makes of these."""
    offset = directory = 0
    for entry in entries:
        directory += len(_listed(entry, 0, offset))
        offset += len(_head(entry)) + entry.size + len(_descriptor(entry, 0))
    return offset + directory + len(_end(len(entries), offset, directory))


async def stream(
    entries: Sequence[Entry[T]], read: Callable[[T], AsyncIterator[bytes]]
) -> AsyncIterator[bytes]:
    """The archive. Raises ValueError when a file turns out to be of another size: a broken archive must not look whole."""
    offset = 0
    directory = bytearray()
    for entry in entries:
        head = _head(entry)
        yield head
        crc = written = 0
        if entry.source is not None:
            async for chunk in read(entry.source):
                crc = zlib.crc32(chunk, crc)
                written += len(chunk)
                yield chunk
        if written != entry.size:
            raise ValueError(f"{written} bytes came of {entry.size}")
        descriptor = _descriptor(entry, crc)
        if descriptor:
            yield descriptor
        directory += _listed(entry, crc, offset)
        offset += len(head) + entry.size + len(descriptor)
    yield bytes(directory)
    yield _end(len(entries), offset, len(directory))


def stretches(entries: Sequence[Entry[T]]) -> Iterator[Stretch[T]]:
    """What the archive is made of, one after the other, where the sums of all entries are known."""
    offset = 0
    directory = bytearray()
    for entry in entries:
        head = _head(entry)
        yield Stretch(len(head), head)
        if entry.source is not None and entry.size:
            yield Stretch(entry.size, source=entry.source)
        directory += _listed(entry, entry.crc or 0, offset)
        offset += len(head) + entry.size
    yield Stretch(len(directory), bytes(directory))
    end = _end(len(entries), offset, len(directory))
    yield Stretch(len(end), end)


def sent(entries: Sequence[Entry[T]], read: Callable[[T], AsyncIterator[bytes]], name: str) -> Stream:
    """The archive as an answer, to be saved under this name."""
    headers = {
        "content-type": MEDIA_TYPE, "content-disposition": disposition("attachment", name),
        "content-length": str(length(entries)), "cache-control": "private, no-store",
    }  # fmt: skip
    return Stream(stream(entries, read), 200, headers)


async def resumed(
    call: Call, kept: Sequence[K], read: Callable[[K, int, int], AsyncIterator[bytes]], *, name: str, etag: str, modified: datetime,
    sent: Callable[[], Awaitable[None]] | None = None,
) -> Response:  # fmt: skip
    """The archive as an answer to whoever may have some of it: all, or a range of it. read(file, start, size) gives its bytes.

    sent: told when its end was sent.
    """
    entries = await asyncio.to_thread(_entries, kept)
    size = await asyncio.to_thread(length, entries)

    def part(start: int, wanted: int) -> AsyncIterator[bytes]:
        return cut(stretches(entries), read, start, wanted)

    headers = {
        "content-type": MEDIA_TYPE, "content-disposition": disposition("attachment", name),
        "cache-control": "private, no-store", "referrer-policy": "no-referrer",
    }  # fmt: skip
    return serve(call, part, size=size, etag=etag, modified=modified, headers=headers, sent=sent)


def _entries(kept: Sequence[K]) -> list[Entry[K]]:
    return [
        Entry(each.path, parse(each.modified), each.size, None if each.is_folder else each, each.executable, each.crc)
        for each in kept
    ]  # fmt: skip


def _head(entry: Entry[T]) -> bytes:
    """§4.3.7; a checksum that is not known before the bytes follows them."""
    name = entry.name.encode()
    is_huge = entry.size >= _HUGE
    extra = _times(entry) + (struct.pack("<HHQQ", 1, 16, entry.size, entry.size) if is_huge else b"")
    size = _HUGE if is_huge else entry.size if entry.crc is not None else 0
    return (
        struct.pack(
            "<IHHHHHIIIHH", 0x04034B50, _needed(is_huge), _flags(entry), 0, *_dos(entry.modified), entry.crc or 0,
            size, size, len(name), len(extra),
        )
        + name
        + extra
    )  # fmt: skip


def _descriptor(entry: Entry[T], crc: int) -> bytes:
    """§4.3.9"""
    if not _is_described(entry):
        return b""
    return struct.pack("<IIQQ" if entry.size >= _HUGE else "<IIII", 0x08074B50, crc, entry.size, entry.size)


def _listed(entry: Entry[T], crc: int, offset: int) -> bytes:
    """§4.3.12"""
    name = entry.name.encode()
    large = [number for number in (entry.size, entry.size, offset) if number >= _HUGE]
    extra = _times(entry) + (struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b"")
    size = min(entry.size, _HUGE)
    return (
        struct.pack(
            "<IHHHHHHIIIHHHHHII", 0x02014B50, _UNIX | 45, _needed(bool(large)), _flags(entry), 0,
            *_dos(entry.modified), crc, size, size, len(name), len(extra), 0, 0, 0, _attributes(entry),
            min(offset, _HUGE),
        )
        + name
        + extra
    )  # fmt: skip


def _end(count: int, offset: int, size: int) -> bytes:
    """§4.3.14 to §4.3.16; offset and size: of the directory."""
    wide = b""
    if count >= _MANY or offset >= _HUGE or size >= _HUGE:
        wide = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, _UNIX | 45, 45, 0, 0, count, count, size, offset)
        wide += struct.pack("<IIQI", 0x07064B50, 0, offset + size, 1)
    counted = min(count, _MANY)
    return wide + struct.pack(
        "<IHHHHIIH", 0x06054B50, 0, 0, counted, counted, min(size, _HUGE), min(offset, _HUGE), 0
    )


def _needed(is_wide: bool) -> int:
    return 45 if is_wide else 20


def _flags(entry: Entry[T]) -> int:
    return _UTF8 | _DESCRIBED if _is_described(entry) else _UTF8


def _is_described(entry: Entry[T]) -> bool:
    """Whether a descriptor follows the bytes."""
    return entry.source is not None and entry.crc is None


def _attributes(entry: Entry[T]) -> int:
    """Unix modes in the upper half; in the lower one DOS's mark of a folder."""
    if entry.source is None:
        return 0o40755 << 16 | 0x10
    return (0o100755 if entry.is_executable else 0o100644) << 16


def _dos(moment: datetime) -> tuple[int, int]:
    """Two-second steps since 1980."""
    at = moment.astimezone(UTC)
    if at.year < 1980:
        return 0, 1 << 5 | 1
    return at.hour << 11 | at.minute << 5 | at.second // 2, min(
        at.year - 1980, 127
    ) << 9 | at.month << 5 | at.day


def _times(entry: Entry[T]) -> bytes:
    """Info-ZIP's extended timestamp, which knows the time zone: UTC."""
    seconds = max(-(2**31), min(int(entry.modified.timestamp()), 2**31 - 1))
    return struct.pack("<HHBi", 0x5455, 5, 1, seconds)
