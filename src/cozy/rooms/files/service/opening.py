"""What recipes open of a content: itself, the ends of a long film, the pages of a document."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

from msgspec import Struct

from cozy.kernel.blobs import Content
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.previews import CannotDraw, Ends, Previews, Source
from cozy.kernel.running import office_program

from . import offices
from .bytes import content_pieces


class Opening(Struct, frozen=True):
    """Bytes for a recipe. key: their name; kind: what they are to recipes."""

    key: str
    size: int
    read: Source
    kind: str


async def opening(house: House, home: Home, content: Content, source: str) -> Opening:
    """What there is to be drawn of a content that is such a source. Raises Missing."""
    if source == "office" and (pages := await pages_made(house, home, content)):
        return _held(f"{content.sha256}-pages", pages)
    read = partial(content_pieces, house, home, content)
    return Opening(content.sha256, content.size, Ends(read) if source == "film" else read, source)


async def pages_made(house: House, home: Home, content: Content) -> bytes:
    """The pages of a document, as PDF; b"" where nobody can make any: it may bring a picture of itself along.

    Raises Missing.
    """
    try:
        return await offices.pages(house, home, content) if office_program() else b""
    except CannotDraw:
        return b""


def _held(key: str, pages: bytes) -> Opening:
    async def read() -> AsyncIterator[bytes]:
        yield pages

    return Opening(key, len(pages), read, "pdf")


async def drawn_of(house: House, opened: Opening, recipe: str, **options: int | str) -> bytes:
    """What a recipe makes of it. Raises CannotDraw, Missing."""
    previews: Previews = house.ports[Previews][0]
    return await previews.draw(opened.key, opened.size, opened.read, recipe, kind=opened.kind, **options)
