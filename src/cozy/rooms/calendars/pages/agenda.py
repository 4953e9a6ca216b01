"""What happens, day by day, as a list; days without anything are left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from msgspec import Struct

from .shown import Shown, in_order


class Row(Struct, frozen=True):
    """An event on one day; of one that lasts several days: which of them this is."""

    shown: Shown
    number: int
    of: int


class Day(Struct, frozen=True):
    """One day with something in it."""

    day: date
    rows: list[Row]


def agenda(first: date, last: date, shown: Sequence[Shown]) -> list[Day]:
    """From one day to another, both included."""
    ordered = in_order(shown)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    listed = [Day(day, [_row(each, day) for each in ordered if each.touches(day)]) for day in days]
    return [day for day in listed if day.rows]


def _row(shown: Shown, day: date) -> Row:
    number = (day - shown.first_day).days + 1
    return Row(shown, number, (shown.last_day - shown.first_day).days + 1)
