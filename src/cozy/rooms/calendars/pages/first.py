"""The piece of the first page that is about the day."""

from __future__ import annotations

from collections.abc import Iterator

from cozy.kernel.home import Home
from cozy.kernel.work import Work
from cozy.rooms.homes.ports import Notice, Part

from ..service import tasks
from .door import now, say, today
from .reading import shown_between
from .tasks import due_of

SHOWN = 5  # events; the calendar has the others


def on_first_page(work: Work, home: Home) -> Iterator[Notice | Part]:
    """What is still to come today, and what is to be done by now."""
    day, at = today(work), now(work)
    planned = [each for each in shown_between(work, day, day) if not each.is_struck]
    coming = [each for each in planned if each.is_bar or each.end >= at]
    due = [found for task in tasks.open_(work) if (found := due_of(work, task)) and found <= day]
    facts = {
        "shown": coming[:SHOWN], "more": len(coming) - SHOWN, "say": say(work), "due": len(due), "late": sum(each < day for each in due),
    }  # fmt: skip
    yield Part("calendars/first_today.html", facts)
