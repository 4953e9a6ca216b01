"""Papers to print or keep: PDF of a title, facts and a table, in the font of our pages."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct


class Paper(Struct, frozen=True, kw_only=True):
    """What is on one, in the words of whoever reads it.

    sender: a name, and lines of an address. rows: as many cells as the head has, the last `numbers` of which are numbers.
    """

    locale: str
    title: str
    sender: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    numbers: int = 1
    widths: Sequence[int] = ()
    totals: Sequence[tuple[str, str]] = ()
    page: str = ""  # "Page %(page)s of %(pages)s" is put at the foot; "": nothing
