"""On this day: what was photographed about this time of earlier years."""

from __future__ import annotations

from datetime import date, timedelta

from cozy.kernel.work import Work

from .. import access
from ..model import Memory
from . import timeline

YEARS = 30  # that are looked back
_AROUND = timedelta(days=3)


def on_this_day(work: Work) -> list[Memory]:
    """A memory for each earlier year that has photos of this day, else of the days around it; the nearest year first.

    Raises NobodyIn, NotAllowed.
    """
    access.every(work)
    today = work.now.astimezone(timeline.zone(work)).date()
    days = {years: _years_before(today, years) for years in range(1, YEARS + 1)}
    exact = {years: (day, day) for years, day in days.items()}
    wide = {years: (day - _AROUND, day + _AROUND) for years, day in days.items()}
    found = timeline.count_days(work, [*exact.values(), *wide.values()])
    return [
        memory
        for years in days
        if (memory := _memory(work, years, exact[years], found) or _memory(work, years, wide[years], found))
    ]


def _years_before(day: date, years: int) -> date:
    """The same day of an earlier year; the 28th of February where there is no 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _memory(
    work: Work, years: int, days: tuple[date, date], found: dict[tuple[date, date], int]
) -> Memory | None:
    cover = timeline.one_of_days(work, *days) if days in found else None
    return Memory(years, *days, found[days], cover) if cover else None
