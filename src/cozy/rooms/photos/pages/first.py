"""The piece of the first page that is about photos: a memory, and the way to those that came last."""

from __future__ import annotations

from collections.abc import Iterator

from cozy.kernel.home import Home
from cozy.kernel.work import Work
from cozy.rooms.homes.ports import Notice, Part

from .memories import cards

SHOWN = 5


def on_first_page(work: Work, home: Home) -> Iterator[Notice | Part]:
    """What was photographed about this day in earlier years."""
    memories = cards(work)[:SHOWN]
    if memories:
        yield Part("photos/first.html", {"memories": memories}, "wide")
