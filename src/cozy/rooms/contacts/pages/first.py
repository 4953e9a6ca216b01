"""The piece of the first page that is about people: birthdays that are near."""

from __future__ import annotations

from collections.abc import Iterator

from cozy.kernel.home import Home
from cozy.kernel.work import Work
from cozy.rooms.homes.ports import Notice, Part

from .birthdays import coming

NEAR = 14  # days ahead
SHOWN = 4


def on_first_page(work: Work, home: Home) -> Iterator[Notice | Part]:
    """Whose birthday it is today, or soon."""
    feasts = coming(work, NEAR)[:SHOWN]
    if feasts:
        yield Part("contacts/first.html", {"feasts": feasts})
