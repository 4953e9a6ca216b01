"""Changes of what comes back: of one occurrence, of it and all after it, of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from cozy.dav import lines
from cozy.dav.lines import Component, Line

from . import making, members, moments, rules, series, texts, timing, unfolding
from .making import at_clock
from .moments import Moment, OddMoment
from .rules import Budget, Rule
from .series import Misread
from .texts import Planned, moment_line, with_lines, with_value

_SECOND = timedelta(seconds=1)


class NoInstance(ValueError):
    """The item does not take place then."""


def key_of(item: Planned, text: str) -> datetime:
    """Which occurrence a key names, on the clock of the item's start. Raises NoInstance."""
    clock = item.clock
    try:
        found = members.moment("key", text, None, "", {})
    except members.BadMember as error:
        raise NoInstance from error
    if found is None:
        raise NoInstance
    return series.on_clock(found, clock)


def check(item: Planned, key: datetime) -> None:
    """The item takes place then, as it is or replaced. Raises NoInstance."""
    plan = item.series
    if any(override.key == key for override in plan.overrides):
        return
    if plan.main is not None and plan.main.start is not None:
        at = moments.seconds_of(key, plan.main.start.zone_in(UTC))
        shift = max(
            (
                abs(int(series.shift_of(each, plan.main.start).total_seconds()))
                for each in plan.overrides
                if each.is_future
            ),
            default=0,
        )
        around = unfolding.instances(plan, at - 86_400 - shift, at + 86_400 + shift, UTC, Budget())
        if any(instance.key == key for instance in around):
            return
    raise NoInstance


def occurrence(item: Planned, key: datetime) -> Component:
    """The component that stands for one occurrence, made of the one that it follows where it has none of its own."""
    start = item.clock
    future: Component | None = None
    for component in item.components:
        line = component.line("RECURRENCE-ID")
        if line is None:
            continue
        own = series.on_clock(timing.moment_of(line, item.zones), start)
        if own == key and line.param("RANGE").upper() != "THISANDFUTURE":
            return component
        if own <= key and line.param("RANGE").upper() == "THISANDFUTURE":
            future = component
    source = future or item.master
    if source is None:
        raise NoInstance
    return _instance_of(source, item, key, start)


def _instance_of(source: Component, item: Planned, key: datetime, start: Moment) -> Component:
    times = timing.times_of(source, item.zones)
    assert times.start is not None
    line = source.line("RECURRENCE-ID")
    since = series.on_clock(timing.moment_of(line, item.zones), start) if line else start.local
    begins = at_clock(times.start, times.start.local + (key - since))
    for name in ("RRULE", "RDATE", "EXDATE"):
        source = with_lines(source, name)
    source = with_lines(source, "DTSTART", moment_line("DTSTART", begins))
    if times.end is not None:
        name = "DUE" if source.name == "VTODO" else "DTEND"
        source = with_lines(source, name, moment_line(name, _later(times.end, times.start, begins)))
    return with_lines(source, "RECURRENCE-ID", moment_line("RECURRENCE-ID", at_clock(start, key)))


def _later(end: Moment, start: Moment, begins: Moment) -> Moment:
    """An end as long after another start."""
    if start.is_floating or end.is_floating:
        return at_clock(end, end.local + (begins.local - start.local))
    at = begins.at(UTC) + end.at(UTC) - start.at(UTC)
    return at_clock(end, moments.local_of(at, end.zone_in(UTC)))


def one(item: Planned, key: datetime, changes: Mapping[str, Any], stamp: str) -> Planned:
    """The item with one occurrence changed. Raises NoInstance, BadMember, Misread."""
    check(item, key)
    old = occurrence(item, key)
    times = timing.times_of(old, item.zones)
    was = members.of_component(old, times)
    new = members.changed(old, was, {**was, **changes}, times.start)
    new = making.touched(making.raised(new), stamp)
    kept = [each for each in item.components if each is not old]
    return making.with_components(item, [*kept, new])


def every(item: Planned, changes: Mapping[str, Any], stamp: str, key: datetime | None = None) -> Planned:
    """The item with all its occurrences changed. key: of the occurrence whose start and end the changes tell.

    Raises NoInstance, BadMember, Misread.
    """
    was = members.of_item(item)
    now = {**was, **changes}
    main = item.series.main
    if key is not None and main is not None and main.start is not None and item.series.is_recurring:
        now |= _at_first(item, key, changes, main)
    changed = making.rewritten(item, _settled(now), was)
    first = making.touched(changed.first, stamp)
    return making.with_components(
        changed, [first if each is changed.first else each for each in changed.components]
    )


def _settled(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


def _at_first(item: Planned, key: datetime, changes: Mapping[str, Any], main: series.Times) -> dict[str, Any]:
    """Start, end and rule of the first occurrence, when these changes are about another one."""
    old = occurrence(item, key)
    times = timing.times_of(old, item.zones)
    was = members.of_component(old, times)
    end_member = "limitDate" if old.name == "VTODO" else "end"
    if not {"start", end_member, "timezone", "allDay"} & set(changes):
        return {}
    new = members.changed(old, was, _settled({**was, **changes}), times.start)
    told = timing.times_of(new, timing.zones_of(texts.explained(texts.calendar([new]))))
    assert main.start is not None
    assert times.start is not None
    if told.start is None:
        return {}
    shift = told.start.local - series.on_clock(times.start, told.start)
    local = series.on_clock(main.start, told.start) + shift
    if told.start.is_day:
        local = local.replace(hour=0, minute=0, second=0)
    start = at_clock(told.start, local)
    found: dict[str, Any] = {"start": members.said(start), "timezone": members.zone_name(start) or None}
    found["allDay"] = True if start.is_day else None
    if told.end is not None:
        found[end_member] = members.said(_later(told.end, told.start, start))
    elif (end := members.ended(told)) is not None:
        found[end_member] = members.said(_later(end, told.start, start))
    if "rrule" not in changes and (text := item.first.value("RRULE")):
        found["rrule"] = moved_rule(text, main.start.local, local)
    return found


def moved_rule(text: str, old: datetime, new: datetime) -> str:
    """A rule for a start on another day: every Tuesday becomes every Wednesday, the 3rd becomes the 4th."""
    days = (new.date() - old.date()).days
    rule, until = rules.parsed(text)
    if not days:
        return text
    if rule.by_day and (rule.freq in {"WEEKLY", "DAILY"} or not any(nth for nth, _ in rule.by_day)):
        rule = replace(rule, by_day=tuple((nth, (day + days) % 7) for nth, day in rule.by_day))
    elif len(rule.by_day) == 1:
        ((nth, _),) = rule.by_day
        rule = replace(rule, by_day=((_nth(new, nth), new.weekday()),))
    if rule.by_month_day == (old.day,):
        rule = replace(rule, by_month_day=(new.day,))
    if rule.by_month == (old.month,):
        rule = replace(rule, by_month=(new.month,))
    return rules.spelled(rule, until)


def _nth(day: date, was: int) -> int:
    """Which of its month a day of the week is, counted from the end where it was so and can be."""
    if was < 0 and (day + timedelta(days=7)).month != day.month:
        return -1
    nth = (day.day - 1) // 7 + 1
    return nth if nth < 5 else -1


def split(
    item: Planned, key: datetime, changes: Mapping[str, Any], uid: str, stamp: str
) -> tuple[Planned | None, Planned]:
    """The item up to an occurrence, None where it is the first one; and that one with all after it, changed, as an item
    of its own. Raises NoInstance, BadMember, Misread.
    """
    check(item, key)
    if _is_first(item, key):
        return None, every(item, changes, stamp, key)
    after = _following(item, key, uid)
    return cut(item, key, stamp), every(after, changes, stamp, key)


def _is_first(item: Planned, key: datetime) -> bool:
    main = item.series.main
    if main is None or main.start is None:
        return True
    at = moments.seconds_of(key, main.start.zone_in(UTC))
    earlier = unfolding.instances(item.series, None, at, UTC, Budget())
    return not any(instance.key < key for instance in earlier)


def cut(item: Planned, key: datetime, stamp: str) -> Planned | None:
    """The item without an occurrence and those after it; None where nothing is left."""
    master, main = item.master, item.series.main
    if master is None or main is None or main.start is None or _is_first(item, key):
        return None
    start = main.start
    for line in master.lines("RRULE"):
        rule, _ = rules.parsed(line.value)
        ended = rules.spelled(replace(rule, count=0, until=None), _until(start, key))
        master = replace(
            master,
            parts=tuple(
                replace(part, value=ended, raw="") if part is line else part for part in master.parts
            ),
        )
    master = _dates(master, item, start, before=key)
    master = making.touched(making.raised(master), stamp)
    kept = [each for each in _overrides(item, start) if each[0] < key]
    return making.with_components(item, [master, *(component for _, component in kept)])


def _until(start: Moment, key: datetime) -> str:
    """UNTIL of a rule that ends just before an occurrence (RFC 5545 §3.3.10: a day, or UTC)."""
    if start.is_day:
        return moments.spelled(Moment("date", key - timedelta(days=1)))
    if start.kind == "floating":
        return moments.spelled(Moment("floating", key - _SECOND))
    return moments.utc(moments.seconds_of(key, start.zone_in(UTC)) - 1)


def _following(item: Planned, key: datetime, uid: str) -> Planned:
    """An occurrence and all after it, as an item of its own, nothing changed yet."""
    main, master = item.series.main, item.master
    assert main is not None
    assert main.start is not None
    assert master is not None
    start = main.start
    first = with_lines(_instance_of(master, item, key, start), "RECURRENCE-ID")
    for line in master.lines("RRULE"):
        rule, until = rules.parsed(line.value)
        if rule.count:
            before = _before(replace(rule, count=0), start.local, key)
            rule = replace(rule, count=max(1, rule.count - before))
        first = _appended(first, replace(line, value=rules.spelled(rule, until), raw=""))
    for name in ("RDATE", "EXDATE"):
        for line in master.lines(name):
            first = _appended(first, line)
    first = _dates(first, item, start, since=key)
    kept = [component for own, component in _overrides(item, start) if own >= key]
    whole = [with_value(each, "UID", uid) for each in (first, *kept)]
    return making.with_components(item, whole)


def _before(rule: Rule, start: datetime, key: datetime) -> int:
    found = rules.occurrences(rule, start, start, key - _SECOND, Budget())
    earlier = {start, *found}
    return sum(each < key for each in earlier)


def _appended(component: Component, line: Line) -> Component:
    return with_lines(component, line.name, *component.lines(line.name), line)


def _overrides(item: Planned, start: Moment) -> list[tuple[datetime, Component]]:
    return [
        (series.on_clock(timing.moment_of(line, item.zones), start), component)
        for component in item.components
        if (line := component.line("RECURRENCE-ID")) is not None
    ]


def _dates(
    component: Component,
    item: Planned,
    start: Moment,
    *,
    before: datetime | None = None,
    since: datetime | None = None,
) -> Component:
    """The same with RDATE and EXDATE of a part of the time only."""
    parts: list[Line | Component] = []
    for part in component.parts:
        if type(part) is not Line or part.name not in {"RDATE", "EXDATE"}:
            parts.append(part)
            continue
        values = part.value.split(",")
        kept = [each for each in values if _is_within(part, each, item, start, before, since)]
        if kept:
            parts.append(part if len(kept) == len(values) else replace(part, value=",".join(kept), raw=""))
    return replace(component, parts=tuple(parts))


def _is_within(
    line: Line, value: str, item: Planned, start: Moment, before: datetime | None, since: datetime | None
) -> bool:
    try:
        moment = timing.moment_of(replace(line, value=value.partition("/")[0]), item.zones)
    except (Misread, OddMoment):
        return True
    local = series.on_clock(moment, start)
    return (before is None or local < before) and (since is None or local >= since)


def without(item: Planned, key: datetime, stamp: str) -> Planned | None:
    """The item without one occurrence; None where nothing is left. Raises NoInstance, Misread."""
    check(item, key)
    master, main = item.master, item.series.main
    kept = [component for own, component in _overrides(item, item.clock) if own != key]
    if master is None or main is None or main.start is None:
        return making.with_components(item, kept) if kept else None
    line = moment_line("EXDATE", at_clock(main.start, key))
    master = making.touched(making.raised(_appended(master, line)), stamp)
    found = making.with_components(item, [master, *kept])
    try:
        left = next(unfolding.instances(found.series, None, None, UTC, Budget()), None)
    except rules.TooMuchWork:
        return found
    return found if left is not None else None


def with_status(component: Component, emails: Sequence[str], status: str) -> Component | None:
    """The same component with the answer of an invitee; None where none of these addresses is invited."""
    wanted = {email.lower() for email in emails}
    parts: list[Line | Component] = []
    is_there = False
    for part in component.parts:
        if type(part) is Line and part.name == "ATTENDEE" and members.address(part.value).lower() in wanted:
            params = {**part.params(), "PARTSTAT": [status]}
            params.pop("RSVP", None)
            part = lines.make("ATTENDEE", part.value, params)
            is_there = True
        parts.append(part)
    return replace(component, parts=tuple(parts)) if is_there else None
