"""What decides about the time of an item: its start and end, how it comes back, and what is different once (RFC 5545 §3.8.5).

An item is one UID: a component with a rule or without one, and others that replace single instances of it. `timing.py` makes a
`Series` of it, `reach.py` says from when to when it is, `unfolding.py` when it takes place.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property

from msgspec import Struct

from . import moments
from .moments import Duration, Moment
from .rules import Rule

MASTER = -1  # the component of an instance that nothing replaces
FAR = 1 << 40  # seconds: before anything, or after it
DAY_S = 86_400
_MARGIN = timedelta(days=1)  # between a zone's clock and another one, and a change of the clock


class Misread(ValueError):
    """Something in a text that cannot be understood; in which line, and why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


class Times(Struct, frozen=True, dict=True):
    """What one component says about time. end: DTEND or DUE."""

    component: str
    start: Moment | None = None
    end: Moment | None = None
    length: Duration | None = None
    completed: Moment | None = None
    created: Moment | None = None
    status: str = ""
    is_free: bool = False  # TRANSP:TRANSPARENT

    @property
    def is_day(self) -> bool:
        """Whether it is about whole days."""
        first = self.start or self.end
        return first is not None and first.is_day

    @property
    def is_floating(self) -> bool:
        """Whether where one is decides when it is."""
        first, last = self.start, self.end
        return (first is not None and first.is_floating) or (last is not None and last.is_floating)

    @cached_property
    def exact_s(self) -> int | None:
        """How long it takes, where neither zones nor the calendar have a say in it."""
        if self.start is None or self.is_floating or (self.length is not None and self.length.days):
            return None
        if self.end is not None:
            return max(0, self.end.at(UTC) - self.start.at(UTC))
        return max(0, self.length.seconds) if self.length is not None else 0


class Added(Struct, frozen=True, gc=False):
    """An instance that RDATE adds, perhaps with an end of its own."""

    local: datetime
    end: Moment | None = None
    length: Duration | None = None


class Override(Struct, frozen=True, gc=False):
    """What replaces an instance, or it and all that follow. key: where the instance was, on the clock of the start."""

    key: datetime
    times: Times
    is_future: bool = False


class Series(Struct, frozen=True, dict=True):
    """All instances of an item. main: None where only replaced instances are known, as in an invitation to one of them."""

    main: Times | None
    rules: tuple[Rule, ...] = ()
    added: tuple[Added, ...] = ()
    skipped: frozenset[datetime] = frozenset()
    skipped_days: frozenset[datetime] = frozenset()
    overrides: tuple[Override, ...] = ()

    @property
    def is_recurring(self) -> bool:
        """Whether there may be more than one instance."""
        return bool(self.rules or self.added or self.overrides)

    @property
    def is_open(self) -> bool:
        """Whether it never ends."""
        return any(rule.until is None for rule in self.rules)

    @property
    def is_floating(self) -> bool:
        """Whether where one is decides when any of it is."""
        return any(times.is_floating for times in self.all_times())

    @cached_property
    def replaced(self) -> frozenset[datetime]:
        """The instances that exceptions stand for."""
        return frozenset(override.key for override in self.overrides)

    @cached_property
    def futures(self) -> tuple[tuple[int, Override], ...]:
        """The exceptions that all following instances follow, each with its place; by their keys."""
        return tuple(
            (place, each)
            for place, each in enumerate(self.overrides)
            if each.is_future and each.times.start is not None
        )

    @cached_property
    def added_locals(self) -> frozenset[datetime]:
        """When the instances start that RDATE adds."""
        return frozenset(each.local for each in self.added)

    @cached_property
    def margins(self) -> tuple[timedelta, timedelta]:
        """How long before a range of time the rule may say what is in it, and how long after it."""
        assert self.main is not None
        assert self.main.start is not None
        lengths, shifts = [length_s(self.main)], [timedelta()]
        for _, override in self.futures:
            lengths.append(length_s(override.times))
            shifts.append(shift_of(override, self.main.start))
        return timedelta(seconds=max(lengths)) + max(shifts) + _MARGIN, _MARGIN - min(shifts)

    def all_times(self) -> Iterator[Times]:
        """What every component says."""
        if self.main is not None:
            yield self.main
        for override in self.overrides:
            yield override.times


class Instance(Struct, frozen=True, gc=False):
    """One time that it happens, in seconds since 1970. place: of the override that it is, MASTER for none."""

    key: datetime  # its RECURRENCE-ID, on the clock of the series' start
    start: int
    end: int
    place: int = MASTER


def on_clock(moment: Moment, start: Moment) -> datetime:
    """A moment on the clock that a start goes by."""
    if moment.kind == start.kind and moment.zone is start.zone:
        return moment.local
    if moment.is_floating or start.is_floating:
        return moment.local
    return moments.local_of(moment.at(UTC), start.zone_in(UTC))


def shift_of(override: Override, start: Moment) -> timedelta:
    """How much later what replaces an instance and all that follow begins."""
    first = override.times.start
    return on_clock(first, start) - override.key if first is not None else timedelta()


def end_of(times: Times, local: datetime, start: int, zone: tzinfo) -> int:
    """When an instance ends that starts at `local` on the clock of the series, which is `start`."""
    first = times.start
    if first is None:
        return start
    if (exact := times.exact_s) is not None:
        return start + exact
    if times.end is not None:
        if first.is_day:
            return moments.seconds_of(local + (times.end.local - first.local), zone)
        return start + times.end.at(zone) - first.at(zone)  # the exact time (RFC 5545 §3.8.5.3)
    if times.length is not None:
        ahead = local + timedelta(days=times.length.days) if times.length.days else local
        return (moments.seconds_of(ahead, zone) if times.length.days else start) + times.length.seconds
    if first.is_day and times.component != "VTODO":
        return moments.seconds_of(local + timedelta(days=1), zone)
    return start


def seconds(length: Duration | None) -> int:
    """Of a duration, its days of 24 hours; 0 for none."""
    return length.days * DAY_S + length.seconds if length else 0


def length_s(times: Times) -> int:
    """How long it is, where there is a start."""
    assert times.start is not None
    return max(0, end_of(times, times.start.local, times.start.at(UTC), UTC) - times.start.at(UTC))
