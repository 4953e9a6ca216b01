"""When an item is: its start and end, how it comes back, and what is different once (RFC 5545 §3.8.5, RFC 4791 §9.9).

An item is one UID: a component with a rule or without one, and others that replace single instances of it. `Series` holds what
decides about time and nothing else; it can be written as a small text, which the time index keeps.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property, lru_cache

from msgspec import Struct
from msgspec.structs import replace

from cozy.dav import lines
from cozy.dav.lines import Component, Line

from . import moments, rules, zones
from .moments import Duration, Moment, OddMoment
from .rules import Budget, OddRule, Rule, TooMuchWork

MASTER = -1  # the component of an instance that nothing replaces
DATES_LIMIT = rules.INSTANCES  # of RDATE and EXDATE in one item, and of replaced instances
_MARGIN = timedelta(days=1)  # between a zone's clock and another one, and a change of the clock
_WIDEST_S = 15 * 3600  # zones are at most 14 hours ahead of UTC
_DAY_S = 86_400
_TIMES = frozenset(
    [
        "DTSTART",
        "DTEND",
        "DUE",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
        "RECURRENCE-ID",
        "COMPLETED",
        "CREATED",
        "STATUS",
        "TRANSP",
    ]
)


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
        lengths, shifts = [_length_s(self.main)], [timedelta()]
        for _, override in self.futures:
            lengths.append(_length_s(override.times))
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


# Reading ---------------------------------------------------------------------------------------------------------


def times_of(component: Component, zone_of: Mapping[str, tzinfo | None]) -> Times:
    """What a component says about when it is. Raises Misread."""
    start = end = completed = created = length = None
    status, is_free = "", False
    for line in component.parts:
        if type(line) is not Line:
            continue
        match line.name:
            case "DTSTART":
                start = moment_of(line, zone_of)
            case "DTEND" | "DUE":
                end = moment_of(line, zone_of)
            case "DURATION":
                length = _length(line)
            case "COMPLETED":
                completed = moment_of(line, zone_of)
            case "CREATED":
                created = _lenient(line, zone_of)
            case "STATUS":
                status = line.value.strip().upper()
            case "TRANSP":
                is_free = line.value.strip().upper() == "TRANSPARENT"
    return Times(component.name, start, end, length, completed, created, status, is_free)


def moment_of(line: Line, zone_of: Mapping[str, tzinfo | None]) -> Moment:
    """The moment that a line names. Raises Misread."""
    try:
        if not line.parameters:
            return moments.parsed(line.value)
        tzid = line.param("TZID")
        return moments.parsed(line.value, zone_of.get(tzid), tzid, "DATE" in line.params().get("VALUE", ()))
    except OddMoment as error:
        raise Misread(line.number, str(error)) from error


def _lenient(line: Line, zone_of: Mapping[str, tzinfo | None]) -> Moment | None:
    try:
        return moment_of(line, zone_of)
    except Misread:
        return None


def _length(line: Line) -> Duration:
    try:
        return moments.duration(line.value)
    except OddMoment as error:
        raise Misread(line.number, str(error)) from error


class Zones(dict[str, "tzinfo | None"]):
    """The zones of a text by TZID, looked up when they are asked for."""

    def __init__(self, definitions: Mapping[str, Component]) -> None:
        super().__init__()
        self._definitions = definitions

    def get(self, tzid: str, default: tzinfo | None = None) -> tzinfo | None:  # pyrefly: ignore
        """The zone of a TZID; None for none, and for one that nobody knows."""
        if not tzid:
            return None
        if tzid not in self:
            component = self._definitions.get(tzid)
            self[tzid] = zones.named(tzid) or (
                zones.resolved(tzid, lines.write((component,))) if component is not None else None
            )
        return self[tzid]


def zones_of(root: Component) -> Zones:
    """The zones that a calendar's text defines."""
    return Zones({each.value("TZID"): each for each in root.components("VTIMEZONE")})


def series_of(components: Sequence[Component], zone_of: Zones) -> Series:
    """When an item is. components: those of one UID. Raises Misread."""
    master = next((each for each in components if each.line("RECURRENCE-ID") is None), None)
    if master is None:
        return _detached(components, zone_of)
    main = times_of(master, zone_of)
    names = {part.name for part in master.parts}
    rest = [each for each in components if each is not master]
    if not rest and names.isdisjoint(("RRULE", "RDATE", "EXDATE")):
        return Series(main)
    if main.start is None:
        if "RRULE" in names:
            raise Misread(master.number, "what comes back needs a DTSTART")
        return Series(main)
    skipped, skipped_days = _skipped(master, main.start, zone_of)
    return Series(
        main,
        tuple(_rule(line, main.start) for line in master.lines("RRULE")),
        tuple(_added(master, main.start, zone_of)),
        skipped,
        skipped_days,
        _overrides(rest, main.start, zone_of),
    )


def _detached(components: Sequence[Component], zone_of: Zones) -> Series:
    first = components[0].line("RECURRENCE-ID")
    assert first is not None
    return Series(None, overrides=_overrides(components, moment_of(first, zone_of), zone_of))


def _overrides(components: Iterable[Component], start: Moment, zone_of: Zones) -> tuple[Override, ...]:
    found: dict[datetime, Override] = {}
    for component in components:
        line = component.line("RECURRENCE-ID")
        assert line is not None
        key = on_clock(moment_of(line, zone_of), start)
        if key in found:
            raise Misread(line.number, "the same instance is replaced twice")
        is_future = bool(line.parameters) and line.param("RANGE").upper() == "THISANDFUTURE"
        found[key] = Override(key, times_of(component, zone_of), is_future)
        if len(found) > DATES_LIMIT:
            raise Misread(line.number, f"more than {DATES_LIMIT} instances are replaced")
    return tuple(found[key] for key in sorted(found))


def on_clock(moment: Moment, start: Moment) -> datetime:
    """A moment on the clock that a start goes by."""
    if moment.kind == start.kind and moment.zone is start.zone:
        return moment.local
    if moment.is_floating or start.is_floating:
        return moment.local
    return moments.local_of(moment.at(UTC), start.zone_in(UTC))


def _rule(line: Line, start: Moment) -> Rule:
    """A rule that has an end or is one without: COUNT is worked out. Raises Misread."""
    try:
        rule, until = rules.parsed(line.value)
        if until:
            end = moments.parsed(until)
            local = on_clock(end, start)
            if end.is_day and not start.is_day:
                local += timedelta(days=1, seconds=-1)
            return _sparse(replace(rule, until=local), start.local)
        if rule.count:
            return replace(rule, count=0, until=rules.last(rule, start.local))
        return _sparse(rule, start.local)
    except (OddRule, OddMoment) as error:
        raise Misread(line.number, str(error)) from error
    except TooMuchWork as error:
        raise Misread(
            line.number, f"this happens more than {rules.INSTANCES} times, or cannot be worked out"
        ) from error


def _sparse(rule: Rule, start: datetime) -> Rule:
    """The rule, which does not happen too often in its first year. Raises TooMuchWork."""
    if rule.is_dense:
        end = start + timedelta(days=366)
        for number, _ in enumerate(rules.occurrences(rule, start, start, end, Budget())):
            if number >= rules.INSTANCES:
                raise TooMuchWork
    return rule


def _added(master: Component, start: Moment, zone_of: Zones) -> Iterator[Added]:
    count = 0
    for line in master.lines("RDATE"):
        for value in line.value.split(","):
            count += 1
            if count > DATES_LIMIT:
                raise Misread(line.number, f"more than {DATES_LIMIT} dates are added")
            first, _, end = value.partition("/")
            moment = moment_of(replace(line, value=first), zone_of)
            local = on_clock(moment, start)
            if not end:
                yield Added(local)
            elif end.strip()[:1] in "Pp+-":
                yield Added(local, length=_length(replace(line, value=end)))
            else:
                yield Added(
                    local, end=moment_of(replace(line, value=end, parameters=_only_zone(line)), zone_of)
                )


def _only_zone(line: Line) -> str:
    tzid = line.param("TZID")
    return f';TZID="{tzid}"' if tzid else ""


def _skipped(
    master: Component, start: Moment, zone_of: Zones
) -> tuple[frozenset[datetime], frozenset[datetime]]:
    skipped: set[datetime] = set()
    days: set[datetime] = set()
    for line in master.lines("EXDATE"):
        for value in line.value.split(","):
            if not value.strip():
                continue
            moment = moment_of(replace(line, value=value), zone_of)
            (days if moment.is_day and not start.is_day else skipped).add(on_clock(moment, start))
            if len(skipped) + len(days) > DATES_LIMIT:
                raise Misread(line.number, f"more than {DATES_LIMIT} dates are left out")
    return frozenset(skipped), frozenset(days)


# The small text that the index keeps ----------------------------------------------------------------------------


def sketch(root: Component, components: Sequence[Component]) -> str:
    """The lines of an item that decide about time, as a text. Items that happen alike have the same one."""
    tzids = {
        line.param("TZID")
        for component in components
        for line in component.lines()
        if line.parameters and line.name in _TIMES
    }
    parts = [
        each
        for each in root.components("VTIMEZONE")
        if (tzid := each.value("TZID")) in tzids and zones.named(tzid) is None
    ]
    parts += [_bare(component) for component in components]
    return lines.write([Component("VCALENDAR", tuple(parts))])


def _bare(component: Component) -> Component:
    kept = tuple(replace(line, raw="", number=0) for line in component.lines() if line.name in _TIMES)
    return Component(component.name, kept)


@lru_cache(maxsize=16_384)
def sketched(text: str) -> Series:
    """The series of such a text."""
    root = lines.parse(text)[0]
    components = [each for each in root.components() if each.name != "VTIMEZONE"]
    return series_of(components, zones_of(root))


# Working out ----------------------------------------------------------------------------------------------------


def bounds(series: Series) -> tuple[int, int | None]:
    """The first and the last second of it, wherever one is: days and times without a zone count from the first zone
    where they are to the last. None: it never ends.
    """
    lows: list[int] = []
    highs: list[int] = []
    is_open = series.is_open
    for times in series.all_times():
        low, high = _reach(times)
        is_open = is_open or high is None
        lows.append(low)
        highs.append(low if high is None else high)
    if series.main is not None and series.main.start is not None and (series.rules or series.added):
        start, zone = series.main.start, series.main.start.zone_in(UTC)
        longest = max(highs) - min(lows) if not is_open else 0
        for added in series.added:
            at = moments.seconds_of(added.local, zone)
            lows.append(at)
            highs.append(
                max(at + longest, added.end.at(UTC) if added.end else at, at + _seconds(added.length))
            )
        shift = max(
            (abs(_whole(shift_of(each, start))) for each in series.overrides if each.is_future), default=0
        )
        after = _length_s(series.main) + longest + shift + _DAY_S
        highs += [
            moments.seconds_of(rule.until, zone) + after for rule in series.rules if rule.until is not None
        ]
        lows[0] -= shift
    wide = _WIDEST_S if series.is_floating else 0
    return min(lows) - wide, None if is_open else max(highs) + wide


def _whole(delta: timedelta) -> int:
    return delta.days * _DAY_S + delta.seconds


def _seconds(length: Duration | None) -> int:
    return length.days * _DAY_S + length.seconds if length else 0


def _length_s(times: Times) -> int:
    assert times.start is not None
    return max(0, _end_of(times, times.start.local, times.start.at(UTC), UTC) - times.start.at(UTC))


def _reach(times: Times) -> tuple[int, int | None]:
    """From when to when it can be found (RFC 4791 §9.9); days and times without a zone as if they were UTC."""
    if times.component == "VTODO":
        return _todo_reach(times)
    if times.start is None:
        return (0, 0) if times.end is None else (times.end.at(UTC), times.end.at(UTC))
    start = times.start.at(UTC)
    return start, max(start, _end_of(times, times.start.local, start, UTC))


def _todo_reach(times: Times) -> tuple[int, int | None]:
    known = [each.at(UTC) for each in (times.start, times.end) if each is not None]
    if not known:
        known = [each.at(UTC) for each in (times.completed, times.created) if each is not None]
        if times.completed is None:
            return (known[0] if known else -_FAR), None
    if times.start is not None and times.end is None:
        known.append(_end_of(times, times.start.local, known[0], UTC))
    return min(known), max(known)


_FAR = 1 << 40  # seconds: before anything, or after it


def _end_of(times: Times, local: datetime, start: int, zone: tzinfo) -> int:
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


def instances(
    series: Series, low: int | None, high: int | None, floating: tzinfo, budget: Budget
) -> Iterator[Instance]:
    """The instances between two moments (seconds since 1970; None: no bound), touching them included, in no order.

    floating: the zone of days and of times without a zone. Raises TooMuchWork.
    """
    main = series.main
    if main is not None and main.start is not None:
        zone = main.start.zone_in(floating)
        left_out = series.replaced | series.skipped if series.replaced else series.skipped
        for local in _locals(series, low, high, zone, budget):
            if local in left_out or (series.skipped_days and _midnight(local) in series.skipped_days):
                continue
            instance = _instance(series, local, zone, floating)
            if (low is None or instance.end >= low) and (high is None or instance.start <= high):
                yield instance
        for added in series.added:
            budget.spend()
            if added.local in left_out:
                continue
            at = moments.seconds_of(added.local, zone)
            end = _end_of(main, added.local, at, zone)
            if added.end is not None:
                end = added.end.at(zone)
            elif added.length is not None:
                end = at + _seconds(added.length)
            yield from _touching(Instance(added.local, at, end), low, high)
    elif main is not None and main.end is not None:
        at = main.end.at(floating)
        yield from _touching(Instance(main.end.local, at, at), low, high)
    for place, override in enumerate(series.overrides):
        budget.spend()
        first = override.times.start or override.times.end
        if first is None:
            continue
        zone = first.zone_in(floating)
        at = first.at(floating)
        end = _end_of(override.times, first.local, at, zone)
        yield from _touching(Instance(override.key, at, end, place), low, high)


def _midnight(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0)


def _touching(instance: Instance, low: int | None, high: int | None) -> Iterator[Instance]:
    if (low is None or instance.end >= low) and (high is None or instance.start <= high):
        yield instance


def _locals(
    series: Series, low: int | None, high: int | None, zone: tzinfo, budget: Budget
) -> Iterator[datetime]:
    """When the rules say that it starts, on the clock of its start, a little before and after the bounds too."""
    assert series.main is not None
    assert series.main.start is not None
    first, added = series.main.start.local, series.added_locals
    if not series.rules:
        if first not in added:
            yield first
        return
    before, after = series.margins
    try:
        since = first if low is None else moments.local_of(low, zone) - before
    except (OverflowError, ValueError):
        since = first
    try:
        until = None if high is None else moments.local_of(high, zone) + after
    except (OverflowError, ValueError):
        until = None
    if first not in added and first >= since:
        yield first
    if len(series.rules) == 1:
        for local in rules.occurrences(series.rules[0], first, since, until, budget):
            if local != first and local not in added:
                yield local
        return
    seen = {first, *added}
    for rule in series.rules:
        for local in rules.occurrences(rule, first, since, until, budget):
            if local not in seen:
                seen.add(local)
                yield local


def shift_of(override: Override, start: Moment) -> timedelta:
    """How much later what replaces an instance and all that follow begins."""
    first = override.times.start
    return on_clock(first, start) - override.key if first is not None else timedelta()


def _instance(series: Series, local: datetime, zone: tzinfo, floating: tzinfo) -> Instance:
    assert series.main is not None
    assert series.main.start is not None
    place, times, shifted = MASTER, series.main, local
    if followed := bisect_right(series.futures, local, key=lambda each: each[1].key):
        place, override = series.futures[followed - 1]
        times, shifted = override.times, local + shift_of(override, series.main.start)
    at = moments.seconds_of(shifted, zone)
    if place == MASTER:
        return Instance(local, at, max(at, _end_of(times, shifted, at, zone)))
    assert times.start is not None
    end = at + max(
        0, _end_of(times, times.start.local, times.start.at(floating), zone) - times.start.at(floating)
    )
    return Instance(local, at, end, place)


# What a range of time finds (RFC 4791 §9.9) ----------------------------------------------------------------------


def overlaps(times: Times, instance: Instance, low: int | None, high: int | None) -> bool:
    """Whether an instance is found by a range of time: from low to just before high. None: no bound."""
    low = -_FAR if low is None else low
    high = _FAR if high is None else high
    start, end = instance.start, instance.end
    match times.component:
        case "VTODO":
            return _todo_overlaps(times, start, end, low, high)
        case "VJOURNAL":
            if times.start is None:
                return False
            return start < high and (end > low if times.is_day else low <= start)
    if end > start:
        return low < end and high > start
    return low <= start < high


def _todo_overlaps(times: Times, start: int, end: int, low: int, high: int) -> bool:
    if times.start is not None and times.length is not None:
        return low <= end and (high > start or high >= end)
    if times.start is not None and times.end is not None:
        return (low < end or low <= start) and (high > start or high >= end)
    if times.start is not None:
        return low <= start < high
    return low < end <= high  # DUE alone: low < due and high >= due


def is_found(series: Series, low: int | None, high: int | None, floating: tzinfo, budget: Budget) -> bool:
    """Whether any instance is found by a range of time. Raises TooMuchWork."""
    main = series.main
    if main is not None and is_undated(series):
        return _undated_is_found(main, low, high, floating)
    for instance in instances(series, low, high, floating, budget):
        times = main if instance.place == MASTER else series.overrides[instance.place].times
        if times is not None and overlaps(times, instance, low, high):
            return True
    return False


def is_undated(series: Series) -> bool:
    """Whether it is a task without a start and without a time to be done by."""
    main = series.main
    return main is not None and main.component == "VTODO" and main.start is None and main.end is None


def _undated_is_found(times: Times, low: int | None, high: int | None, floating: tzinfo) -> bool:
    low = -_FAR if low is None else low
    high = _FAR if high is None else high
    completed = times.completed.at(floating) if times.completed else None
    created = times.created.at(floating) if times.created else None
    if completed is not None and created is not None:
        return (low <= created or low <= completed) and (high >= created or high >= completed)
    if completed is not None:
        return low <= completed <= high
    return created is None or high > created
