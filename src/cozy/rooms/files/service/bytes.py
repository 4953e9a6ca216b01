"""The bytes of a content, wherever they are."""

from __future__ import annotations

from collections.abc import AsyncIterator

from cozy.kernel.blobs import Content
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work

from ..store import contents


def content_by_hash(work: Work, sha256: str) -> Content | None:
    """What the home holds under a hash, if it does. Asks nothing of the caller."""
    return contents.fetch(work, sha256)


async def content_pieces(
    house: House, home: Home, content: Content, start: int = 0, size: int | None = None
) -> AsyncIterator[bytes]:
    """Piece by piece: all of it, or `size` bytes from `start` on. Raises Missing."""
    if content.inline is not None:
        yield content.inline[start : None if size is None else start + size]
        return
    assert content.blob is not None
    async for piece in house.blobs.read(home.id, content.blob, start, size):
        yield piece
