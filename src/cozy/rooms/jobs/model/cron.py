"""Cron: times that come again, in the six fields that cozy-stack has (robfig/cron v3).

Second (may be left out), minute, hour, day of the month, month, day of the week. When both days are given, either is
enough. `CRON_TZ=Europe/Paris ` before the fields says where; else it is UTC. Where clocks are put forward, what falls into the
hour that is left out comes once it is over; where they are put back, an hour that is named comes once, and every hour
means every hour.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

_MONTHS = dict(
    zip(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
        range(1, 13),
        strict=True,
    )
)
_DAYS = dict(zip(["sun", "mon", "tue", "wed", "thu", "fri", "sat"], range(7), strict=True))
_FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}), (0, 59, {}), (0, 23, {}), (1, 31, {}), (1, 12, _MONTHS), (0, 6, _DAYS),
)  # fmt: skip
_NAMED = {
    "@yearly": "0 0 0 1 1 *", "@annually": "0 0 0 1 1 *", "@monthly": "0 0 0 1 * *", "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *", "@midnight": "0 0 0 * * *", "@hourly": "0 0 * * * *",
}  # fmt: skip
_ZONE = re.compile(r"(?:CRON_)?TZ=(\S+)\s+(.*)", re.DOTALL)
_YEARS = 9  # 29 February comes after eight years at the latest


class Cron(Struct, frozen=True):
    """When: the values of each field. is_any: whether a day may be any, so that the other one decides."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # 0 is Sunday
    is_any: tuple[bool, bool]  # the day of the month, the day of the week
    zone: str = "UTC"

    def next(self, after: datetime) -> datetime | None:
        """The first time after this one, in UTC; None when there is none."""
        zone = ZoneInfo(self.zone)
        local = after.astimezone(zone)
        later = self._on_clock(local.replace(tzinfo=None))
        times = [] if later is None else [_at(later, zone, local.fold)]
        if len(self.hours) == 24 and (back := _put_back(local, zone)) is not None:
            again = self._on_clock(back - timedelta(microseconds=1))
            times += [] if again is None else [again.replace(tzinfo=zone, fold=1).astimezone(UTC)]
        return min((time for time in times if time > after), default=None)

    def _on_clock(self, after: datetime) -> datetime | None:
        """The first time after this one that a clock on the wall shows."""
        day, end = after.date(), after.year + _YEARS
        while day.year <= min(end, 9998):
            if day.month not in self.months:
                day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
                continue
            if self._is_day(day.day, day.isoweekday() % 7):
                floor = after if day == after.date() else None
                if (found := self._in_day(datetime(day.year, day.month, day.day), floor)) is not None:  # noqa: DTZ001
                    return found
            day += timedelta(days=1)
        return None

    def _is_day(self, day: int, weekday: int) -> bool:
        in_month, in_week = day in self.days, weekday in self.weekdays
        return in_month and in_week if any(self.is_any) else in_month or in_week

    def _in_day(self, midnight: datetime, after: datetime | None) -> datetime | None:
        for hour in self.hours:
            if after is not None and hour < after.hour:
                continue
            for minute in self.minutes:
                if after is not None and (hour, minute) < (after.hour, after.minute):
                    continue
                for second in self.seconds:
                    time = midnight.replace(hour=hour, minute=minute, second=second)
                    if after is None or time > after:
                        return time
        return None


def _at(clock: datetime, zone: ZoneInfo, fold: int) -> datetime:
    """The moment when a clock shows this: one that it leaves out comes when the clock has been put forward.

    fold: 1 when the clock was put back already, and shows an hour again.
    """
    moment = clock.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    shown = moment.astimezone(zone).replace(tzinfo=None)
    return moment if shown == clock else clock.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _put_back(local: datetime, zone: ZoneInfo) -> datetime | None:
    """What the clock shows right after it was put back, when that is within the next hours."""
    for ahead in range(4 * 4):
        moment = local.astimezone(UTC) + timedelta(minutes=15 * ahead)
        first, second = moment, moment + timedelta(minutes=15)
        was, now = (each.astimezone(zone).utcoffset() for each in (first, second))
        if was is not None and now is not None and now < was:
            quarter = second.replace(minute=second.minute // 15 * 15, second=0, microsecond=0)
            return quarter.astimezone(zone).replace(tzinfo=None)
    return None


def cron(text: str) -> Cron:
    """Read a cron line. Raises ValueError."""
    zone, line = "UTC", text.strip()
    if (named := _ZONE.match(line)) is not None:
        zone, line = _zone(named[1]), named[2].strip()
    fields = _NAMED.get(line, line).split()
    if len(fields) == 5:
        fields.insert(0, "0")
    if len(fields) != 6:
        raise ValueError(f"a cron line has six fields: {text}")
    values = [_values(field, *bounds) for field, bounds in zip(fields, _FIELDS, strict=True)]
    seconds, minutes, hours, days, months, weekdays = ([*sorted(found)] for found, _ in values)
    return Cron(
        tuple(seconds), tuple(minutes), tuple(hours), frozenset(days), frozenset(months), frozenset(weekdays),
        (values[3][1], values[5][1]), zone,
    )  # fmt: skip


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"no time zone is called {name}") from error


def _values(field: str, low: int, high: int, names: dict[str, int]) -> tuple[set[int], bool]:
    """What a field allows, and whether that is anything."""
    found: set[int] = set()
    is_any = False
    for part in field.split(","):
        found_here, is_any_here = _part(part, low, high, names)
        found |= found_here
        is_any = is_any or is_any_here
    return found, is_any


def _part(part: str, low: int, high: int, names: dict[str, int]) -> tuple[set[int], bool]:
    """`*`, `?`, `3`, `3-7`, `*/5`, `3-59/15`, `3/15`, `mon-fri`."""
    span, slash, steps = part.partition("/")
    step = _number(steps, {}) if slash else 1
    start, dash, end = span.partition("-")
    if start in {"*", "?"} and not dash:
        first, last = low, high
    else:
        first = _number(start, names)
        last = _number(end, names) if dash else high if slash else first
    if step < 1 or not low <= first <= last <= high:
        raise ValueError(f"no part of a cron line: {part}")
    return set(range(first, last + 1, step)), start in {"*", "?"} and step == 1


def _number(text: str, names: dict[str, int]) -> int:
    if text.lower() in names:
        return names[text.lower()]
    if not (text.isascii() and text.isdecimal() and len(text) < 4):
        raise ValueError(f"no number: {text}")
    return int(text)
