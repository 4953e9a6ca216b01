"""When a series takes place: its instances, worked out, and which of them a range of time finds (RFC 4791 §9.9)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, tzinfo

from . import moments, rules
from .rules import Budget
from .series import FAR, MASTER, Instance, Series, Times, end_of, seconds, shift_of


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
            end = end_of(main, added.local, at, zone)
            if added.end is not None:
                end = added.end.at(zone)
            elif added.length is not None:
                end = at + seconds(added.length)
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
        end = end_of(override.times, first.local, at, zone)
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


def _instance(series: Series, local: datetime, zone: tzinfo, floating: tzinfo) -> Instance:
    assert series.main is not None
    assert series.main.start is not None
    place, times, shifted = MASTER, series.main, local
    if followed := bisect_right(series.futures, local, key=lambda each: each[1].key):
        place, override = series.futures[followed - 1]
        times, shifted = override.times, local + shift_of(override, series.main.start)
    at = moments.seconds_of(shifted, zone)
    if place == MASTER:
        return Instance(local, at, max(at, end_of(times, shifted, at, zone)))
    assert times.start is not None
    end = at + max(
        0, end_of(times, times.start.local, times.start.at(floating), zone) - times.start.at(floating)
    )
    return Instance(local, at, end, place)


def overlaps(times: Times, instance: Instance, low: int | None, high: int | None) -> bool:
    """Whether an instance is found by a range of time: from low to just before high. None: no bound."""
    low = -FAR if low is None else low
    high = FAR if high is None else high
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
    low = -FAR if low is None else low
    high = FAR if high is None else high
    completed = times.completed.at(floating) if times.completed else None
    created = times.created.at(floating) if times.created else None
    if completed is not None and created is not None:
        return (low <= created or low <= completed) and (high >= created or high >= completed)
    if completed is not None:
        return low <= completed <= high
    return created is None or high > created
