"""Birthdays and other days, with a year or without: `1959-05-15`, `--05-15`."""

from __future__ import annotations

import re
from datetime import date

NO_YEAR = 1604  # Apple's year for a day without one: a leap year
_SPELLINGS = (
    re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ].*)?"),
    re.compile(r"(--)(\d\d)-?(\d\d)(?:[T ].*)?"),
)


def day_of(text: str, omitted_year: str = "") -> str:
    """A day of a card as documents spell it; "" for whatever is no day. omitted_year: the year that stands for none."""
    for spelling in _SPELLINGS:
        if found := spelling.fullmatch(text.strip()):
            year, month, day = found.groups()
            has_year = year not in {"--", omitted_year or "--"}
            if not _is_day(int(year) if has_year else NO_YEAR, int(month), int(day)):
                return ""
            return f"{year}-{month}-{day}" if has_year else f"--{month}-{day}"
    return ""


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def parts(day: str) -> tuple[int | None, int, int] | None:
    """Year (None: unknown), month and day of a day as documents spell it; None for anything else."""
    spelt = day_of(day)
    if not spelt:
        return None
    year = None if spelt.startswith("--") else int(spelt[:4])
    return year, int(spelt[-5:-3]), int(spelt[-2:])


def next_time(day: str, today: date) -> date | None:
    """When this day of the year comes next, today included; the 29th of February on the 1st of March."""
    found = parts(day)
    if found is None:
        return None
    _, month, number = found
    for year in (today.year, today.year + 1):
        coming = date(year, month, number) if _is_day(year, month, number) else date(year, 3, 1)
        if coming >= today:
            return coming
    return None
