"""An export made ready to be fetched: every content is made sure of, and what was made for it is kept with its list.

Both are one content of the home, which the export's document names; what people stored is not copied.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, TypeGuard

from msgspec import Struct

from cozy.kernel.blobs import Content
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.files import service as files

from ..model import PART, PART_LINES, LeftOut, Line, Part
from . import closing, writing
from .spool import PIECE, Spool, encode

NOTHING: Mapping[str, str] = {}
Tell = Callable[[int], Awaitable[None]]  # how many lines were made sure of


class Frozen(Struct, frozen=True):
    """What is to be kept of an export. sums: of all that it tells of, for the next one."""

    content: Content
    sums: Content
    list_at: int
    parts: list[Part]
    left_out: list[LeftOut]


async def freeze(
    house: House,
    home: Home,
    spool: Spool,
    close: writing.Close,
    top: str,
    tell: Tell,
    before: Mapping[str, str] = NOTHING,
    part_size: int = PART,
) -> Frozen:
    """Make sure of every line, then store what was made and the list. top: the folder around it all in a tar.

    before: hashes by path of what somebody has already, and what is not listed again.

    Raises OutOfSpace.
    """
    with tempfile.TemporaryFile(prefix="cozy-export-", dir=Path(house.settings.data)) as file:
        listed = _List(file, top, part_size)
        number = 0
        async for lines, number in sure(house, home, spool, before):
            if lines:
                listed.add(lines)
            await tell(number)
        await close()
        for line in spool.lines(number):
            if not _is_held(line, before):
                listed.add([line])
        content = await house.blobs.put(home.id, _after_each_other(spool.all_bytes(), listed.everything()))
        sums = await house.blobs.put(home.id, _packed(closing.sums(spool)))
    return Frozen(content, sums, content.size - listed.size, listed.parts, spool.left_out)


def _is_held(line: Line, before: Mapping[str, str]) -> bool:
    return bool(line.sha256) and before.get(line.path) == line.sha256


async def _packed(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    packer = zlib.compressobj()
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()


async def held_before(house: House, home: Home, sums: Content) -> dict[str, str]:
    """What such sums tell."""
    packed = b"".join([piece async for piece in files.content_pieces(house, home, sums)])
    return closing.summed(zlib.decompress(packed))


async def sure(
    house: House, home: Home, spool: Spool, before: Mapping[str, str] = NOTHING
) -> AsyncIterator[tuple[list[Line], int]]:
    """The lines that there are by now, with those that go with each; none where one of them is not what it should be.

    before: hashes by path of what is left out. With the number of lines that were made sure of.
    """
    together: list[Line] = []
    is_whole = True
    for number, line in enumerate(spool.lines(), start=1):
        if _is_held(line, before):
            yield [], number
            continue
        found = await _sure(house, home, spool, line) if is_whole else None
        is_whole = found is not None
        together += [found] if found else []
        if not line.with_next:
            yield together if is_whole else [], number
            together, is_whole = [], True


def fits(part: Part | None, lines: Sequence[Line], limit: int) -> TypeGuard[Part]:
    """Whether these lines go into a part."""
    if part is None or part.lines >= PART_LINES:
        return False
    return not part.size or part.size + sum(line.size for line in lines) <= limit


async def _sure(house: House, home: Home, spool: Spool, line: Line) -> Line | None:
    """The line with the sum of its bytes; None when they are not what they should be, which is noted."""
    if line.start >= 0 or line.is_folder:
        return line
    crc = 0
    try:
        async for piece in writing.pieces(house, home, spool, line):
            crc = zlib.crc32(piece, crc)
    except writing.Torn:
        writing.leave_out(spool, line)
        return None
    return Line(line.path, line.modified, line.size, line.sha256, executable=line.executable, crc=crc)


async def _after_each_other(*streams: Iterator[bytes]) -> AsyncIterator[bytes]:
    for stream in streams:
        for piece in stream:
            yield piece


class _List:
    """The list of an export as it grows, cut into parts."""

    def __init__(self, file: BinaryIO, top: str, part_size: int) -> None:
        self._file = file
        self._top = top
        self._part_size = part_size
        self.size = 0
        self.parts: list[Part] = []

    def add(self, lines: Sequence[Line]) -> None:
        """Lines that go together, in this part or the next one."""
        part = self.parts[-1] if self.parts else None
        if not fits(part, lines, self._part_size):
            part = Part(self.size, self.size, first=lines[0].path)
            self.parts.append(part)
        for line in lines:
            text = encode(line) + b"\n"
            self._file.write(text)
            self.size += len(text)
            part.stop = self.size
            part.lines += 1
            part.size += line.size
            part.tar += len(writing.tar_head(line, self._top)) + line.size + len(writing.tar_padding(line))

    def everything(self) -> Iterator[bytes]:
        """The list as it was written."""
        self._file.seek(0)
        while piece := self._file.read(PIECE):
            yield piece
