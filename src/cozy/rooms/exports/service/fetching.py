"""A ready export, read: its list, a part at a time, and the bytes of each line, from anywhere in them."""

from __future__ import annotations

from collections.abc import AsyncIterator

from cozy.kernel.blobs import Content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.files import service as files

from ..errors import NoExport
from ..model import Export, Line, Part
from .spool import decode
from .writing import Torn


class Reading:
    """What an export holds."""

    def __init__(self, house: House, home: Home, export: Export, held: Content) -> None:
        self._house, self._home, self._held = house, home, held
        self.export = export

    async def lines(self, part: Part) -> list[Line]:
        """The lines of a part, in their order."""
        at = self.export.list_at + part.start
        text = b"".join([piece async for piece in self._stored(self._held, at, part.stop - part.start)])
        return [decode(row) for row in text.splitlines()]

    async def pieces(self, line: Line, start: int = 0, size: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of a line: all, or `size` of them from `start` on. Raises Torn, Missing."""
        size = line.size - start if size is None else size
        if line.start >= 0:
            content, start = self._held, line.start + start
        else:
            found = await self._house.read(self._home, SYSTEM, files.content_by_hash, line.sha256)
            if found is None:
                raise Torn(line.path)
            content = found
        async for piece in self._stored(content, start, size):
            yield piece

    def _stored(self, content: Content, start: int, size: int) -> AsyncIterator[bytes]:
        return files.content_pieces(self._house, self._home, content, start, size)


async def reading(house: House, home: Home, export: Export) -> Reading:
    """What reads a ready export. Raises NoExport."""
    held = await house.read(home, SYSTEM, files.content_by_hash, export.sha256)
    if held is None:
        raise NoExport
    return Reading(house, home, export, held)
