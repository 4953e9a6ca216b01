"""Moments of iCalendar (RFC 5545 §3.3.4, §3.3.5, §3.3.6): days, wall-clock times, times in a zone, and spans of time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from msgspec import Struct

EPOCH = datetime(1970, 1, 1)
_UTC_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"\d{8}")
_TIME = re.compile(r"\d{8}T\d{6}Z?")
_DURATION = re.compile(
    r"([+-])?P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?"
)
Kind = Literal["date", "floating", "utc", "zoned"]


class OddMoment(ValueError):
    """A value that is no date, no time and no span of time."""


class Moment(Struct, frozen=True, gc=False):
    """When something is. local: on the clock of its zone; a day is its midnight."""

    kind: Kind
    local: datetime
    zone: tzinfo | None = None  # of "zoned"
    tzid: str = ""  # as the text spells the zone

    @property
    def is_day(self) -> bool:
        """Whether it is a whole day, the same everywhere."""
        return self.kind == "date"

    @property
    def is_floating(self) -> bool:
        """Whether where one is decides when it is."""
        return self.kind == "date" or self.kind == "floating"

    def at(self, floating: tzinfo) -> int:
        """Seconds since 1970 in UTC. floating: the zone of days and of times without a zone."""
        return seconds_of(self.local, self.zone_in(floating))

    def zone_in(self, floating: tzinfo) -> tzinfo:
        """The zone that its clock goes by."""
        if self.zone is not None:
            return self.zone
        return UTC if self.kind == "utc" else floating


class Duration(Struct, frozen=True, gc=False):
    """A span of time: days as the calendar counts them, then seconds."""

    days: int = 0
    seconds: int = 0

    @property
    def is_negative(self) -> bool:
        """Whether it goes back in time."""
        return (self.days or self.seconds) < 0


def seconds_of(local: datetime, zone: tzinfo) -> int:
    """Seconds since 1970 of a time on a zone's clock.

    A time that the clock jumps over counts as before the jump, one that comes twice is the first (RFC 5545 §3.3.5).
    """
    if zone is UTC:
        return _whole(local - EPOCH)
    offset = local.replace(tzinfo=zone).utcoffset()
    since = local - EPOCH
    if offset:
        since -= offset
    return since.days * 86_400 + since.seconds


def _whole(delta: timedelta) -> int:
    return delta.days * 86_400 + delta.seconds


def local_of(seconds: int, zone: tzinfo) -> datetime:
    """What a zone's clock shows. Raises OverflowError beyond the years 1 to 9999."""
    if zone is UTC:
        return EPOCH + timedelta(seconds=seconds)
    return (_UTC_EPOCH + timedelta(seconds=seconds)).astimezone(zone).replace(tzinfo=None)


def parsed(value: str, zone: tzinfo | None = None, tzid: str = "", is_day: bool = False) -> Moment:
    """The moment that a value spells. zone: that of its TZID, None where there is none. Raises OddMoment."""
    value = value.strip()
    try:
        if len(value) == 8 and _DATE.fullmatch(value):
            return Moment("date", datetime.fromisoformat(value))
        if _TIME.fullmatch(value) and not is_day:
            if value[13:15] == "60":  # a leap second
                value = value[:13] + "59" + value[15:]
            if value[-1] == "Z":
                return Moment("utc", datetime.fromisoformat(value[:15]))
            if zone is not None:
                return Moment("zoned", datetime.fromisoformat(value), zone, tzid)
            return Moment("floating", datetime.fromisoformat(value))
    except ValueError:
        pass
    raise OddMoment(f"{value[:40]} is not a date" if is_day else f"{value[:40]} is neither a date nor a time")


def duration(value: str) -> Duration:
    """The span that a value spells: `PT1H30M`, `-P1D`, `P2W`. Raises OddMoment."""
    found = _DURATION.fullmatch(value.strip())
    if found is None or not any(found.groups()[1:]):
        raise OddMoment(f"{value[:40]} is not a duration")
    sign = -1 if found[1] == "-" else 1
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in found.groups()[1:])
    return Duration(sign * (weeks * 7 + days), sign * (hours * 3600 + minutes * 60 + seconds))


def spelled(moment: Moment) -> str:
    """The value of a moment."""
    if moment.kind == "date":
        return (
            f"{moment.local:%Y%m%d}"
            if moment.local.year >= 1000
            else f"{moment.local.year:04d}{moment.local:%m%d}"
        )
    text = moment.local.isoformat(timespec="seconds").replace("-", "").replace(":", "")
    return text + "Z" if moment.kind == "utc" else text


def utc(seconds: int) -> str:
    """The value of a time in UTC."""
    return spelled(Moment("utc", local_of(seconds, UTC)))


def duration_spelled(length: Duration) -> str:
    """The value of a span of time."""
    sign = "-" if length.is_negative else ""
    days, rest = abs(length.days), abs(length.seconds)
    hours, minutes, seconds = rest // 3600, rest % 3600 // 60, rest % 60
    time = "".join(
        f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number
    )
    text = (f"{days}D" if days else "") + (f"T{time}" if time else "")
    return f"{sign}P{text or 'T0S'}"
