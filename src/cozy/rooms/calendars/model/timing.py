"""A series, read out of components; and the small text of what decides about time, which the index keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from msgspec.structs import replace

from cozy.dav import lines
from cozy.dav.lines import Component, Line

from . import moments, rules, zones
from .moments import Duration, Moment, OddMoment
from .rules import Budget, OddRule, Rule, TooMuchWork
from .series import Added, Misread, Override, Series, Times, on_clock

DATES_LIMIT = rules.INSTANCES  # of RDATE and EXDATE in one item, and of replaced instances
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
