"""What draws pictures of contents, out of reach of what they may hold."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Protocol


class CannotDraw(Exception):
    """This content cannot be drawn: it is broken, hostile, too large, or of another kind than it says."""


class Previews(Protocol):
    """Opens contents in a process that may be killed, and remembers the last results."""

    async def draw(
        self,
        sha256: str,
        length: int,
        read: Callable[[], AsyncIterator[bytes]],
        recipe: str,
        **options: int | str,
    ) -> bytes:
        """What a recipe makes of a content. Raises CannotDraw.

        length: bytes of the content; read: its bytes, asked for only when they are needed. Recipes: `thumbnail` and
        `poster` (option size: pixels), `pdf_page` (page, size) give WebP; `pdf_single` (page) gives
        a PDF; `pdf_text` (first, count) gives JSON; `code` (name) and `markdown` give HTML that is still to be cleaned.
        """
        ...
