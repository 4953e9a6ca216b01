"""One event on one stretch of time, as every view of the calendar shows it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from msgspec import Struct

ALMOST_A_DAY = timedelta(hours=24)


class Shown(Struct, frozen=True, kw_only=True):
    """An occurrence in the owner's time zone. For whole days, start and end are midnights, and end is the day after the last."""

    id: str  # of the event
    at: str  # which occurrence of it; "" for an event that happens once
    title: str
    start: datetime
    end: datetime
    is_all_day: bool = False
    color: str = "teal"
    calendar: str = ""
    place: str = ""
    href: str = ""
    kind: str = "event"  # or birthday
    may_move: bool = False
    repeats: bool = False
    is_dim: bool = False  # cancelled, declined or not yet answered
    is_struck: bool = False
    note: str = ""  # said after the title to who cannot see: "cancelled"

    @property
    def is_bar(self) -> bool:
        """Whether it takes whole days rather than a place among the hours."""
        return self.is_all_day or self.end - self.start >= ALMOST_A_DAY

    @property
    def first_day(self) -> date:
        """The day on which it begins."""
        return self.start.date()

    @property
    def last_day(self) -> date:
        """The last day that it touches; one that ends at midnight does not touch the day that begins then."""
        last = self.end - timedelta(microseconds=1) if self.end > self.start else self.start
        return last.date()

    def touches(self, day: date) -> bool:
        """Whether some of it is on that day."""
        return self.first_day <= day <= self.last_day


def in_order(shown: Iterable[Shown]) -> list[Shown]:
    """Whole days first, the longest above; then by time."""
    return sorted(
        shown,
        key=lambda each: (
            not each.is_bar,
            each.first_day if each.is_bar else each.start,
            each.first_day - each.last_day,
            each.start,
            each.title,
        ),
    )
