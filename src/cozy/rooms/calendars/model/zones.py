"""Time zones: what a TZID means, and the VTIMEZONE that explains a zone to others (RFC 5545 §3.6.5)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from cozy.dav import lines
from cozy.dav.lines import Component
from cozy.dav.problems import BadLine
from cozy.kernel.clock import time_zones

from . import rules

_HORIZON = 2037  # the last year that is worked out: where 32 bits end, and many programs with them
_ZERO = timedelta(0)
_HOUR = timedelta(hours=1)


@lru_cache(maxsize=1024)
def named(tzid: str) -> ZoneInfo | None:
    """The zone of a name: IANA's, with a prefix as some programs write it, or one of Windows."""
    known = time_zones()
    parts = tzid.strip('" ').lstrip("/").split("/")
    for start in range(len(parts)):
        if (name := "/".join(parts[start:])) in known:
            return ZoneInfo(name)
    windows = _windows().get(tzid.strip('" '))
    return ZoneInfo(windows) if windows in known else None


@lru_cache(maxsize=1)
def _windows() -> Mapping[str, str]:
    from babel.core import get_global

    return get_global("windows_zone_mapping")


def resolved(tzid: str, definition: str = "") -> tzinfo | None:
    """The zone of a TZID: by its name where it is known, else by its definition, the text of a VTIMEZONE."""
    found = named(tzid) if len(tzid) < 200 else None
    return found or (defined(definition) if definition else None)


@lru_cache(maxsize=256)
def defined(definition: str) -> tzinfo | None:
    """The zone that the text of a VTIMEZONE defines; None where it cannot be understood."""
    try:
        component = lines.parse(definition)[0]
        return Defined(component.value("TZID"), tuple(sorted(_changes(component))))
    except (BadLine, ValueError, IndexError, OverflowError, rules.TooMuchWork):
        return None


class Change(Struct, frozen=True, order=True):
    """From a moment on the clock of before, another offset from UTC counts."""

    wall: datetime
    before: timedelta
    after: timedelta
    name: str = ""
    is_summer: bool = False


def _changes(component: Component) -> list[Change]:
    found: list[Change] = []
    for observance in component.components():
        start = _wall(observance.value("DTSTART"))
        before, after = _offset(observance.value("TZOFFSETFROM")), _offset(observance.value("TZOFFSETTO"))
        walls = {start}
        if text := observance.value("RRULE"):
            rule, until = rules.parsed(text)
            high = datetime(_HORIZON, 12, 31)
            if until:
                wall = datetime.fromisoformat(until.rstrip("Z"))
                high = min(high, wall + before if until.endswith("Z") else wall)
            for number, wall in enumerate(rules.occurrences(rule, start, start, high, rules.Budget(2_000))):
                if rule.count and number >= rule.count:
                    break
                walls.add(wall)
        for line in observance.lines("RDATE"):
            walls.update(_wall(each) for each in line.value.split(",")[:500])
        is_summer = observance.name == "DAYLIGHT"
        name = observance.value("TZNAME")
        found += [Change(wall, before, after, name, is_summer) for wall in walls]
    if not found:
        raise ValueError("no observance")
    return found


def _wall(value: str) -> datetime:
    return datetime.fromisoformat(value.strip()[:15])


def _offset(value: str) -> timedelta:
    """+0130, -0500, +001234."""
    value = value.strip()
    digits = value.lstrip("+-")
    if not digits.isdecimal() or len(digits) not in {4, 6}:
        raise ValueError("not an offset")
    length = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:6] or 0))
    if length >= timedelta(hours=24):
        raise ValueError("not an offset")
    return -length if value.startswith("-") else length


class Defined(tzinfo):
    """A zone that a text defines."""

    def __init__(self, name: str, changes: tuple[Change, ...]) -> None:
        self.key = name
        self._changes = changes
        self._walls = [change.wall for change in changes]
        self._moments = [change.wall - change.before for change in changes]

    def _at(self, wall: datetime) -> Change | None:
        """The change in force at a time of the clock; the first of two, or what was before a jump (RFC 5545 §3.3.5)."""
        place = bisect_right(self._walls, wall.replace(tzinfo=None, fold=0)) - 1
        if place + 1 < len(self._changes) and wall.fold:
            following = self._changes[place + 1]
            if wall.replace(tzinfo=None, fold=0) >= following.wall + (following.after - following.before):
                return following
        if place >= 0 and not wall.fold:
            change = self._changes[place]
            if wall.replace(tzinfo=None) < change.wall + (change.after - change.before):
                return (
                    self._changes[place - 1] if place else Change(change.wall, change.before, change.before)
                )
        return self._changes[place] if place >= 0 else None

    def utcoffset(self, dt: datetime | None, /) -> timedelta:
        """What its clock is ahead of UTC."""
        if dt is None:
            return self._changes[0].before
        change = self._at(dt)
        return change.after if change else self._changes[0].before

    def dst(self, dt: datetime | None, /) -> timedelta:
        """Whether it is summer there: an hour, or nothing."""
        change = self._at(dt) if dt else None
        return _HOUR if change and change.is_summer else _ZERO

    def tzname(self, dt: datetime | None, /) -> str:
        """How its time is called there."""
        change = self._at(dt) if dt else None
        return change.name if change else self.key

    def fromutc(self, dt: datetime, /) -> datetime:
        """What its clock shows."""
        moment = dt.replace(tzinfo=None)
        place = bisect_right(self._moments, moment) - 1
        change = self._changes[place] if place >= 0 else None
        offset = change.after if change else self._changes[0].before
        wall = moment + offset
        is_second = change is not None and wall < change.wall and change.after < change.before
        return wall.replace(tzinfo=self, fold=int(is_second))


def since(year: int) -> int:
    """The year from which a zone is explained for something that begins in `year`: few, so that texts are shared."""
    return max(1900, min(year, _HORIZON) // 10 * 10)


@lru_cache(maxsize=512)
def explained(name: str, since_year: int) -> str:
    """The VTIMEZONE of a zone of IANA's, from a year on; lines end with LF."""
    zone = ZoneInfo(name)
    changes = _observed(zone, since_year)
    found = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    for block in _blocks(zone, changes, since_year):
        found += block
    found.append("END:VTIMEZONE")
    return "\n".join(found)


def _observed(zone: ZoneInfo, since_year: int) -> list[Change]:
    """The changes of a zone's clock, found by looking at it each week."""
    found: list[Change] = []
    at = datetime(since_year, 1, 1, tzinfo=UTC)
    end = datetime(_HORIZON, 12, 31, tzinfo=UTC)
    offset, step = at.astimezone(zone).utcoffset() or _ZERO, timedelta(days=7)
    while at < end:
        following = (at + step).astimezone(zone).utcoffset() or _ZERO
        if following != offset:
            moment = _between(zone, at, at + step, offset)
            local = moment.astimezone(zone)
            found.append(
                Change(
                    (moment + offset).replace(tzinfo=None),
                    offset,
                    following,
                    local.tzname() or "",
                    bool(local.dst()),
                )
            )
            offset = following
        at += step
    return found


def _between(zone: ZoneInfo, low: datetime, high: datetime, before: timedelta) -> datetime:
    """The first second of another offset."""
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle <= low:
            break
        if (middle.astimezone(zone).utcoffset() or _ZERO) == before:
            low = middle
        else:
            high = middle
    return high


def _blocks(zone: ZoneInfo, changes: list[Change], since_year: int) -> list[list[str]]:
    """One block for each change, but one alone for those that come back every year to the end."""
    if not changes:
        local = datetime(since_year, 1, 1, tzinfo=UTC).astimezone(zone)
        offset = local.utcoffset() or _ZERO
        start = datetime(since_year, 1, 1)
        return [_block(Change(start, offset, offset, local.tzname() or "", is_summer=False), "")]
    first = changes[0]
    local = datetime(since_year, 1, 1, tzinfo=UTC).astimezone(zone)
    opening = Change(
        datetime(since_year, 1, 1), first.before, first.before, local.tzname() or "", bool(local.dst())
    )
    yearly = _yearly(changes)
    kept = [change for change in changes if not any(change in run for _, run in yearly)]
    blocks = [(change, "") for change in (opening, *kept)] + [(run[0], rule) for rule, run in yearly]
    return [_block(change, rule) for change, rule in sorted(blocks)]


def _yearly(changes: list[Change]) -> list[tuple[str, list[Change]]]:
    """The two last changes of the clock, where they come back by one rule every year."""
    found = []
    for last in changes[-2:]:
        if last.wall.year != _HORIZON:
            continue
        for rule in _rules(last.wall):
            run = _run(changes, last, rule)
            if len(run) >= 3:
                found.append((rule, run))
                break
    return found


def _rules(wall: datetime) -> list[str]:
    """How the day of a change could be said: the last Sunday of March, the second one, 25 October."""
    month, day = wall.month, rules.DAYS[wall.weekday()]
    nth = (wall.day - 1) // 7 + 1
    last = [f"FREQ=YEARLY;BYMONTH={month};BYDAY=-1{day}"] if (wall + timedelta(days=7)).month != month else []
    from_day = f"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={{}};BYDAY={day}"
    spans = [
        ",".join(map(str, range(first, first + 7)))
        for first in range(max(1, wall.day - 6), min(wall.day, 25) + 1)
    ]
    return [
        *last,
        f"FREQ=YEARLY;BYMONTH={month};BYDAY={nth}{day}",
        *(from_day.format(span) for span in spans),
    ]


def _run(changes: list[Change], last: Change, rule: str) -> list[Change]:
    """The changes like the last one that a rule gives, each year, from the first year without an exception on."""
    alike = {
        change.wall: change
        for change in changes
        if (change.before, change.after, change.name) == (last.before, last.after, last.name)
    }
    parsed, _ = rules.parsed(rule)
    start = min(alike)
    walls = list(
        rules.occurrences(
            parsed,
            start.replace(
                hour=last.wall.hour, minute=last.wall.minute, second=last.wall.second, month=1, day=1
            ),
            datetime(start.year, 1, 1),
            last.wall,
            rules.Budget(),
        )
    )
    run: list[Change] = []
    for wall in reversed(walls):
        if wall not in alike:
            break
        run.append(alike[wall])
    return run[::-1]


def _block(change: Change, rule: str) -> list[str]:
    name = "DAYLIGHT" if change.is_summer else "STANDARD"
    found = [
        f"BEGIN:{name}", f"DTSTART:{change.wall.isoformat().replace('-', '').replace(':', '')}",
        f"TZOFFSETFROM:{_signed(change.before)}", f"TZOFFSETTO:{_signed(change.after)}",
    ]  # fmt: skip
    if rule:
        found.append(f"RRULE:{rule}")
    if change.name and not change.name.startswith(("+", "-")):
        found.append(f"TZNAME:{change.name}")
    return [*found, f"END:{name}"]


def _signed(offset: timedelta) -> str:
    seconds = int(offset.total_seconds())
    sign, rest = "-" if seconds < 0 else "+", abs(seconds)
    tail = f"{rest % 60:02d}" if rest % 60 else ""
    return f"{sign}{rest // 3600:02d}{rest % 3600 // 60:02d}{tail}"
