"""A month as a table of weeks: what lasts several days keeps one line through its week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from .dates import weeks_of
from .shown import Shown, in_order

LINES = 4  # of a day; where more happens, the last one says how much


class Line(Struct, frozen=True):
    """A piece of an event in the cell of one day."""

    shown: Shown
    starts: bool
    ends: bool
    is_named: bool  # whether the title stands here: where it begins, and where a week does


class Cell(Struct, frozen=True):
    """One day: its lines, None where one stays free, and how many more there are."""

    day: date
    is_outside: bool
    lines: list[Line | None]
    more: int
    total: int
    colors: list[str]  # of what happens, for where there is no room for words


def month(first: date, weekday: int, shown: Sequence[Shown]) -> list[list[Cell]]:
    """The weeks of a month. weekday: on which a week begins."""
    return [_week(days, first, shown) for days in weeks_of(first, weekday)]


def _week(days: list[date], month: date, shown: Sequence[Shown]) -> list[Cell]:
    here = [each for each in shown if each.first_day <= days[-1] and each.last_day >= days[0]]
    taken: list[dict[int, Line]] = [{} for _ in days]
    for each in in_order(here):
        touched = [n for n, day in enumerate(days) if each.touches(day)]
        lane = next(n for n in range(len(here)) if not any(n in taken[at] for at in touched))
        for at in touched:
            starts, ends = days[at] == each.first_day, days[at] == each.last_day
            taken[at][lane] = Line(each, starts, ends, is_named=starts or at == 0)
    return [_cell(day, day.month != month.month, taken[at]) for at, day in enumerate(days)]


def _cell(day: date, is_outside: bool, taken: dict[int, Line]) -> Cell:
    room = LINES if all(lane < LINES for lane in taken) else LINES - 1
    depth = max((lane + 1 for lane in taken if lane < room), default=0)
    lines = [taken.get(lane) for lane in range(depth)]
    more = sum(lane >= room for lane in taken)
    colors = [taken[lane].shown.color for lane in sorted(taken)]
    return Cell(day, is_outside, lines, more, len(taken), list(dict.fromkeys(colors))[:LINES])
