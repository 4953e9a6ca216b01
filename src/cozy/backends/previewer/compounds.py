"""Words of documents of older office programs: Word, Excel and PowerPoint 97 to 2003.

Each is a small file system ([MS-CFB]) whose streams hold the document ([MS-DOC], [MS-XLS], [MS-PPT]). What is broken in it raises
ValueError, struct.error or IndexError, as every recipe may.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping

_END = 0xFFFFFFFA  # sectors from here on are marks
_SIGN = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LEAF = 0xFFFFFFFF
_FIELD_CODE = re.compile("\x13[^\x13\x14\x15]*(?:\x14|(?=\x15))|\x15")
_WORD_SIGNS = str.maketrans(
    {"\r": "\n", "\x07": "\n", "\x0b": "\n", "\x0c": "\n", "\x1e": "-", "\x1f": "", "\x01": "", "\x08": ""}
)
_CELLS, _GOES_ON, _SHEET = 0x00FC, 0x003C, 0x0085  # records of a workbook
_CHARACTERS, _BYTES, _NAME = 0x0FA0, 0x0FA8, 0x0FBA  # records of a presentation


def words_of(data: bytes) -> Iterator[str]:
    """What is written in such a document, piece by piece. Raises ValueError where it is none, or locked."""
    streams = _streams(data)
    if "WordDocument" in streams:
        yield _of_word(streams)
    elif "Workbook" in streams:
        yield from _of_workbook(streams["Workbook"])
    elif "PowerPoint Document" in streams:
        yield from _of_presentation(streams["PowerPoint Document"])
    else:
        raise ValueError("no document of an office program")


# The file system ---------------------------------------------------------------------------------------------------


def _streams(data: bytes) -> Mapping[str, bytes]:
    """The streams at the top, by their names."""
    if data[:8] != _SIGN:
        raise ValueError("no compound file")
    size = 1 << _u16(data, 30)
    small_size = 1 << _u16(data, 32)
    if size not in {512, 4096} or small_size != 64:
        raise ValueError("sectors of an unknown size")

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    table = _numbers(b"".join(sector(n) for n in _table_sectors(data, sector) if n < _END))
    directory = b"".join(sector(n) for n in _chain(table, _u32(data, 48)))
    entries = [directory[n : n + 128] for n in range(0, len(directory) - 127, 128)]
    small_table = _numbers(b"".join(sector(n) for n in _chain(table, _u32(data, 60))))
    small = b"".join(sector(n) for n in _chain(table, _u32(entries[0], 116)))

    def content(entry: bytes) -> bytes:
        first, length = _u32(entry, 116), _u32(entry, 120)
        if length >= _u32(data, 56):
            return b"".join(sector(n) for n in _chain(table, first))[:length]
        return b"".join(small[n * small_size : (n + 1) * small_size] for n in _chain(small_table, first))[
            :length
        ]

    return {_name(entry): content(entry) for entry in _at_the_top(entries) if entry[66] == 2}


def _table_sectors(data: bytes, sector: Callable[[int], bytes]) -> Iterator[int]:
    """Where the table of sectors is: the first of its sectors are told by the head, others by a chain."""
    yield from _numbers(data[76:512])
    following, left = _u32(data, 68), _u32(data, 72)
    while following < _END and left > 0:
        *numbers, following = _numbers(sector(following))
        yield from numbers
        left -= 1


def _chain(table: list[int], first: int) -> Iterator[int]:
    """The sectors of a stream, in order."""
    number = first
    for _ in range(len(table)):
        if number >= _END:
            return
        yield number
        number = table[number]
    if number < _END:
        raise ValueError("a chain without an end")


def _at_the_top(entries: list[bytes]) -> Iterator[bytes]:
    """What is directly in the root, which is a tree."""
    waiting, seen = [_u32(entries[0], 76)], set[int]()
    while waiting:
        number = waiting.pop()
        if number == _LEAF or number in seen:
            continue
        seen.add(number)
        yield entries[number]
        waiting += [_u32(entries[number], 68), _u32(entries[number], 72)]


def _name(entry: bytes) -> str:
    return entry[: max(0, _u16(entry, 64) - 2)].decode("utf-16-le", "replace")


def _numbers(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))


def _u16(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<H", data, at)[0])


def _u32(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])


# Word --------------------------------------------------------------------------------------------------------------


def _of_word(streams: Mapping[str, bytes]) -> str:
    """The pieces of the text, in order; some are of one byte a character, others of two."""
    main = streams["WordDocument"]
    flags = _u16(main, 10)
    if flags & 0x0100:
        raise ValueError("locked")
    table = streams["1Table" if flags & 0x0200 else "0Table"]
    places = _piece_table(table[_u32(main, 0x1A2) :][: _u32(main, 0x1A6)])
    count = (len(places) - 4) // 12
    ends = struct.unpack_from(f"<{count + 1}I", places)
    pieces = []
    for n in range(count):
        place, length = _u32(places, (count + 1) * 4 + n * 8 + 2), ends[n + 1] - ends[n]
        start = place & 0x3FFFFFFF
        if place & 0x40000000:
            pieces.append(main[start // 2 :][:length].decode("cp1252", "replace"))
        else:
            pieces.append(main[start:][: length * 2].decode("utf-16-le", "replace"))
    return _FIELD_CODE.sub("", "".join(pieces)).translate(_WORD_SIGNS)


def _piece_table(described: bytes) -> bytes:
    """After formats, which are passed over."""
    at = 0
    while described[at] == 1:
        at += 3 + _u16(described, at + 1)
    if described[at] != 2:
        raise ValueError("no piece table")
    return described[at + 5 :][: _u32(described, at + 1)]


# Excel -------------------------------------------------------------------------------------------------------------


def _of_workbook(book: bytes) -> Iterator[str]:
    """The names of the sheets and the texts of the cells, each once; numbers are in formulas and formats, and left out."""
    records = list(_records(book))
    if any(kind == 0x002F for kind, _ in records):
        raise ValueError("locked")
    for n, (kind, body) in enumerate(records):
        if kind == _SHEET:
            yield _short(body, 6)
        elif kind == _CELLS:
            parts = [body]
            for following, more in records[n + 1 :]:
                if following != _GOES_ON:
                    break
                parts.append(more)
            yield from _texts(parts)


def _records(book: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        yield kind, book[at + 4 : at + 4 + length]
        at += 4 + length


def _short(body: bytes, at: int) -> str:
    length, is_wide = body[at], body[at + 1] & 1
    return body[at + 2 :][: length << is_wide].decode("utf-16-le" if is_wide else "latin-1", "replace")


def _texts(parts: list[bytes]) -> Iterator[str]:
    """The table of texts. One that goes on in the next record says there anew whether its characters are of two bytes."""
    part, at = 0, 8
    for _ in range(_u32(parts[0], 4)):
        while at >= len(parts[part]):
            part, at = part + 1, at - len(parts[part])
            if part == len(parts):
                return
        length, flags = _u16(parts[part], at), parts[part][at + 2]
        at += 3
        runs = _u16(parts[part], at) if flags & 8 else 0
        at += 2 if flags & 8 else 0
        more = _u32(parts[part], at) if flags & 4 else 0
        at += 4 if flags & 4 else 0
        pieces: list[str] = []
        while True:
            is_wide = flags & 1
            here = parts[part][at : at + (length << is_wide)]
            pieces.append(here.decode("utf-16-le" if is_wide else "latin-1", "replace"))
            length -= len(here) >> is_wide
            at += len(here)
            if length <= 0 or part + 1 == len(parts):
                break
            part, at, flags = part + 1, 1, parts[part + 1][0]
        yield "".join(pieces)
        at += runs * 4 + more


# PowerPoint --------------------------------------------------------------------------------------------------------


def _of_presentation(document: bytes) -> Iterator[str]:
    """The texts of the slides, their notes and titles; records are in each other."""
    at = 0
    while at + 8 <= len(document):
        head, kind, length = struct.unpack_from("<HHI", document, at)
        at += 8
        if head & 0xF == 0xF:
            continue  # its records follow
        body = document[at : at + length]
        if kind in {_CHARACTERS, _NAME}:
            yield body.decode("utf-16-le", "replace").replace("\r", "\n").replace("\x0b", "\n")
        elif kind == _BYTES:
            yield body.decode("latin-1").replace("\r", "\n").replace("\x0b", "\n")
        at += length
