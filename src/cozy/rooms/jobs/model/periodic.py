"""Once an hour, a day, a week or a month, at a time that nobody had to choose (cozy-stack docs/jobs.md).

Each trigger has a place of its own within what was asked for, always the same one, so that homes do not all begin at once.
"""

from __future__ import annotations

import hashlib
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from msgspec import Struct

Frequency = Literal["hourly", "daily", "weekly", "monthly"]
_WEEK = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_DAYS = {name: index for index, day in enumerate(_WEEK) for name in (day, day[:3])}
_MOST_DAYS = range(1, 32)
_EVERY_MONTH = tuple(range(1, 29))


class Periodic(Struct, frozen=True):
    """A part of the day, of the days of a week or of a month. Hours are UTC."""

    frequency: Frequency
    days: tuple[int, ...] = ()  # 0 is Sunday in a week; 1 the first of a month
    after: int = 0
    before: int = 24

    def next(self, now: datetime, seed: str) -> datetime:
        """The first time after this one. seed: what the trigger is known by."""
        place = _Place(seed)
        hour = self.after + place.of(self.before - self.after)
        minute, second = place.of(60), place.of(60)
        day = self.days[place.of(len(self.days))] if self.days else 0
        if self.frequency == "hourly":
            at = now.astimezone(UTC).replace(minute=minute, second=second, microsecond=0)
            return at if at > now else at + timedelta(hours=1)
        today = now.astimezone(UTC).date()
        for ahead in range(63):
            when = today + timedelta(days=ahead)
            at = datetime(when.year, when.month, when.day, hour, minute, second, tzinfo=UTC)
            if at > now and self._is_day(when, day):
                return at
        raise AssertionError("a day comes within two months")

    def _is_day(self, when: date, day: int) -> bool:
        if self.frequency == "weekly":
            return when.isoweekday() % 7 == day
        if self.frequency == "monthly":  # a month that has no such day has a last one
            return when.day == min(day, monthrange(when.year, when.month)[1])
        return True


class _Place:
    """Numbers that look like chance, and are always the same for a seed."""

    def __init__(self, seed: str) -> None:
        self._left = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big")

    def of(self, many: int) -> int:
        self._left, number = divmod(self._left, many)
        return number


def periodic(frequency: Frequency, text: str) -> Periodic:
    """Read `on monday between 8am and 6pm` and its like. Raises ValueError."""
    days: tuple[int, ...] = {"weekly": tuple(range(7)), "monthly": _EVERY_MONTH}.get(frequency, ())
    after, before = 0, 24
    words = text.split()
    while words:
        match words:
            case ["on", "the", spelled, *rest] if frequency == "monthly":
                days = _days_of_month(spelled)
            case ["on", spelled, *rest] if frequency == "weekly":
                days = _days_of_week(spelled)
            case ["before" | "and", spelled, *rest]:
                before = _hour(spelled) or 24
            case ["after" | "between", spelled, *rest]:
                after = _hour(spelled)
            case _:
                raise ValueError(f"not understood: {' '.join(words)}")
        words = rest
    if after >= before:
        raise ValueError(f"no hour is after {after} and before {before}")
    return Periodic(frequency, days, after, before)


def _days_of_month(text: str) -> tuple[int, ...]:
    days: list[int] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        begin = _day_of_month(first)
        end = _day_of_month(last) if dash else begin
        if dash and begin >= end:
            raise ValueError(f"no days: {part}")
        days += range(begin, end + 1)
    return tuple(days)


def _day_of_month(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 3 and int(text) in _MOST_DAYS):
        raise ValueError(f"no day of a month: {text}")
    return int(text)


def _days_of_week(text: str) -> tuple[int, ...]:
    days: list[int] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if part in {"weekday", "weekend"}:
            days += (1, 2, 3, 4, 5) if part == "weekday" else (0, 6)
        elif dash:
            begin, end = _day_of_week(first), _day_of_week(last)
            if begin == end:
                raise ValueError(f"no days: {part}")
            days += (day % 7 for day in range(begin, end + 1 + (7 if end < begin else 0)))
        else:
            days.append(_day_of_week(first))
    return tuple(days)


def _day_of_week(text: str) -> int:
    if text not in _DAYS:
        raise ValueError(f"no day of the week: {text}")
    return _DAYS[text]


def _hour(text: str) -> int:
    """`12am` is 0, `5am` 5, `12pm` 12, `10pm` 22."""
    number, half = text[:-2], text[-2:]
    if half not in {"am", "pm"} or not (
        number.isascii() and number.isdecimal() and 1 <= int(number[:3]) <= 12
    ):
        raise ValueError(f"no hour: {text}")
    return int(number) % 12 + (12 if half == "pm" else 0)
