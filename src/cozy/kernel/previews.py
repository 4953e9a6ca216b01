"""What draws pictures of contents, out of reach of what they may hold."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from .blobs import StoredBlob


class Ends(Struct, frozen=True):
    """A content of which beginning and end are enough where it is long. read: so many bytes, from so many on."""

    read: Callable[[int, int], AsyncIterator[bytes]]


Source = Callable[[], AsyncIterator[bytes]] | Ends


class CannotDraw(Exception):
    """This content cannot be drawn: it is broken, hostile, or of another kind than it says."""


class TooLargeToDraw(CannotDraw):
    """This content is so large that nobody tried."""


class OutOfTime(CannotDraw):
    """It took longer than it may, so that its process was stopped. With fewer others at work it may go better."""


class TooHungry(CannotDraw):
    """It needs more memory than it may have."""


class DrawerDied(CannotDraw):
    """The process that opened it ended over it."""


class Previews(Protocol):
    """Opens contents in a process that may be killed, and remembers the last results."""

    async def draw(
        self,
        sha256: str,
        length: int,
        read: Source,
        recipe: str,
        **options: int | str,
    ) -> bytes:
        """What a recipe makes of a content. Raises CannotDraw.

        length: bytes of the content; read: its bytes, asked for only when they are needed. Recipes: `thumbnail` (option
        size: pixels) and `pdf_page` (page, size) give WebP; `pdf_single` (page) gives a PDF; `pdf_text` (first, count) gives
        JSON; `code` (name) and `markdown` give HTML that is still to be cleaned. `picture` (width, height, crop: 0 or 1; kind:
        image, svg, raw, pdf, film, office; form: jpeg, webp, avif) gives such a picture, `pictures` several of one opening.
        `facts` (kind), `film_facts` and `sidecar` give JSON, the members of `Facts` in rooms/files that are known.
        `edited` (turn, left, top, width, height) gives a picture of the same kind.
        """
        ...


class Drawings(Protocol):
    """Pictures of contents, kept per home and named by content. They can be drawn again, so they count for nothing."""

    async def drawn(
        self,
        home_id: str,
        sha256: str,
        look: str,
        draw: Callable[[], Awaitable[bytes]],
        *,
        takes_long: bool = False,
    ) -> bytes:
        """The picture of that look: kept from before, else what `draw` makes, once however many ask at a time.

        look: lower-case letters, digits, dashes; takes_long: one such is drawn at a time, and keeps no other waiting.
        Raises CannotDraw, and then for a day without trying again.
        """
        ...

    async def keep(self, home_id: str, sha256: str, drawn: Mapping[str, bytes]) -> None:
        """Keep pictures that are drawn already, by look."""
        ...

    async def has(self, home_id: str, sha256: str, look: str) -> bool:
        """Whether the picture of that look is kept."""
        ...

    async def forget(self, home_id: str, hashes: Sequence[str]) -> None:
        """Remove every picture of these contents."""
        ...

    def kept(self, home_id: str) -> Iterator[StoredBlob]:
        """Everything that is kept for a home; a key begins with the content's hash."""
        ...

    async def drop(self, home_id: str) -> None:
        """Remove every picture of a home."""
        ...
