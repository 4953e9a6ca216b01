"""The one number of a JPEG that tells how to show it (EXIF 3.0 §4.6.6), changed in place: no pixel and no other byte is touched."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

QUARTER = {1: 6, 6: 3, 3: 8, 8: 1, 2: 7, 7: 4, 4: 5, 5: 2}  # what it is after a quarter clockwise
TAG, SHORT = 0x0112, 3
HEAD = b"Exif\0\0"
SEGMENT = 0xFFFF - 2  # bytes that one may hold


class Segment(NamedTuple):
    """A part of a JPEG before its pixels: its marker, and where its bytes begin and end."""

    marker: int
    start: int
    end: int


def turned(data: bytes, turn: int) -> bytes:
    """The same JPEG, shown so many degrees further clockwise. Raises ValueError for what is none."""
    if data[:2] != b"\xff\xd8":
        raise ValueError("This is no JPEG.")
    segments = list(_segments(data))
    said = next(
        (each for each in segments if each.marker == 0xE1 and data[each.start : each.start + 6] == HEAD), None
    )
    if said is None:
        return _with_new(data, segments, _after(1, turn))
    tiff = data[said.start + 6 : said.end]
    order, entries, at = _directory(tiff)
    found = next((entry for entry in entries if struct.unpack_from(order + "H", entry)[0] == TAG), None)
    if found is None:
        return _replaced(data, said, _added(tiff, order, entries, at, _after(1, turn)))
    now = struct.unpack_from(order + "H", found, 8)[0]
    entry_at = said.start + 6 + at + 2 + 12 * entries.index(found)
    value = struct.pack(order + "HHIHH", TAG, SHORT, 1, _after(now, turn), 0)
    return data[:entry_at] + value + data[entry_at + 12 :]


def _after(now: int, turn: int) -> int:
    now = now if now in QUARTER else 1
    for _ in range(turn // 90 % 4):
        now = QUARTER[now]
    return now


def _segments(data: bytes) -> Iterator[Segment]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] not in {0xD9, 0xDA}:
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        yield Segment(data[at + 1], at + 4, end)
        at = end


def _directory(tiff: bytes) -> tuple[str, list[bytes], int]:
    """The order of bytes, the entries of the first directory, and where it is. Raises ValueError."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            raise ValueError("These tags cannot be read.")
        (at,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, at)
        entries = [tiff[at + 2 + 12 * n : at + 14 + 12 * n] for n in range(count)]
    except struct.error as error:
        raise ValueError("These tags cannot be read.") from error
    if any(len(entry) < 12 for entry in entries):
        raise ValueError("These tags cannot be read.")
    return order, entries, at


def _added(tiff: bytes, order: str, entries: list[bytes], at: int, value: int) -> bytes:
    """A first directory with one more entry, behind everything else: whatever the others point to stays where it is."""
    following = tiff[at + 2 + 12 * len(entries) :][:4].ljust(4, b"\0")
    entry = struct.pack(order + "HHIHH", TAG, SHORT, 1, value, 0)
    ordered = sorted([*entries, entry], key=lambda each: struct.unpack_from(order + "H", each)[0])
    padded = tiff + b"\0" * (len(tiff) % 2)
    directory = struct.pack(order + "H", len(ordered)) + b"".join(ordered) + following
    return padded[:4] + struct.pack(order + "I", len(padded)) + padded[8:] + directory


def _replaced(data: bytes, segment: Segment, tiff: bytes) -> bytes:
    if len(HEAD + tiff) > SEGMENT:
        raise ValueError("There is no room for another tag.")
    return data[: segment.start - 4] + _exif(tiff) + data[segment.end :]


def _with_new(data: bytes, segments: list[Segment], value: int) -> bytes:
    """Tags where there were none, after the head of JFIF, which has to be first."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, TAG, SHORT, 1, value, 0, 0)
    at = segments[0].end if segments and segments[0].marker == 0xE0 else 2
    return data[:at] + _exif(tiff) + data[at:]


def _exif(tiff: bytes) -> bytes:
    return b"\xff\xe1" + struct.pack(">H", len(HEAD + tiff) + 2) + HEAD + tiff
