"""The piece of the first page that is about the day."""

from __future__ import annotations

from collections.abc import Iterator

from cozy.kernel.home import Home
from cozy.kernel.work import Work
from cozy.rooms.homes.ports import Notice, Part

from .door import now, say, today
from .reading import shown_between

SHOWN = 5  # events; the calendar has the others


def on_first_page(work: Work, home: Home) -> Iterator[Notice | Part]:
    """What is still to come today."""
    day, at = today(work), now(work)
    coming = [each for each in shown_between(work, day, day) if each.is_bar or each.end >= at]
    yield Part(
        "calendars/first_today.html", {"shown": coming[:SHOWN], "more": len(coming) - SHOWN, "say": say(work)}
    )
