"""Texts as a query may ask for them: each instance as one of its own, or only the exceptions of some time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo

from msgspec.structs import replace

from cozy.dav.lines import Component, Line

from . import moments, rules, series, texts, unfolding
from .moments import Moment
from .rules import Budget, TooMuchWork
from .series import MASTER, Instance, Times
from .texts import Planned, moment_line, with_lines

_WHEN = ("DTSTART", "DTEND", "DUE", "RECURRENCE-ID")


def expanded(item: Planned, low: int, high: int, floating: tzinfo, budget: Budget) -> str:
    """Each instance from `low` to just before `high` as a component, times in UTC, no rules and no zones (RFC 4791 §9.6.5).

    Raises TooMuchWork.
    """
    plan = item.series
    found: list[Component] = []
    for instance in sorted(
        unfolding.instances(plan, low, high, floating, budget), key=lambda each: (each.start, each.key)
    ):
        times = plan.main if instance.place == MASTER else plan.overrides[instance.place].times
        if times is not None and unfolding.overlaps(times, instance, low, high):
            found.append(_alone(item, instance, times, floating))
            if len(found) > rules.INSTANCES:
                raise TooMuchWork
    if not found and plan.main is not None and plan.main.start is None:
        found = [item.first]
    return texts.written(_without_zones(item.root, found))


def _without_zones(root: Component, components: list[Component]) -> Component:
    head = tuple(part for part in root.parts if type(part) is Line)
    return replace(root, parts=(*head, *components))


def _alone(item: Planned, instance: Instance, times: Times, floating: tzinfo) -> Component:
    """An instance as a component that needs no other."""
    component = item.first if instance.place == MASTER else item.override(instance.place)
    for name in ("RRULE", "RDATE", "EXDATE", "EXRULE", "DURATION"):
        component = with_lines(component, name)
    start = _in_utc(times.start, instance.start, floating)
    component = with_lines(component, "DTSTART", *([moment_line("DTSTART", start)] if start else []))
    end_name = "DUE" if component.name == "VTODO" else "DTEND"
    if times.end is not None or times.length is not None:
        end = _in_utc(times.end or times.start, instance.end, floating)
        component = with_lines(component, end_name, *([moment_line(end_name, end)] if end else []))
    if not item.series.is_recurring:
        return component
    clock = item.clock
    key = Moment(clock.kind, instance.key, clock.zone, clock.tzid)
    told = key if key.is_day else Moment("utc", moments.local_of(key.at(floating), UTC))
    return with_lines(component, "RECURRENCE-ID", moment_line("RECURRENCE-ID", told))


def _in_utc(like: Moment | None, at: int, floating: tzinfo) -> Moment | None:
    if like is None:
        return None
    if like.is_day:
        return Moment("date", moments.local_of(at, floating))
    return Moment("utc", moments.local_of(at, UTC))


def limited(item: Planned, low: int, high: int, floating: tzinfo) -> str:
    """The text with those exceptions only that are, or would have been, in a range of time (RFC 4791 §9.6.6)."""
    kept = {id(component) for component in _kept(item, low, high, floating)}
    parts = tuple(
        part for part in item.root.parts if type(part) is Line or part.name == "VTIMEZONE" or id(part) in kept
    )
    return texts.written(replace(item.root, parts=parts))


def _kept(item: Planned, low: int, high: int, floating: tzinfo) -> Iterator[Component]:
    if (master := item.master) is not None:
        yield master
    clock = item.clock
    for place, override in enumerate(item.series.overrides):
        first = override.times.start
        lone = series.Series(override.times)
        was = moments.seconds_of(override.key, clock.zone_in(floating))
        length = _length(item, floating)
        if (
            override.is_future
            or (was < high and was + length >= low)
            or first is None
            or unfolding.is_found(lone, low, high, floating, Budget())
        ):
            yield item.override(place)


def _length(item: Planned, floating: tzinfo) -> int:
    main = item.series.main
    if main is None or main.start is None:
        return 0
    return max(
        (
            each.end - each.start
            for each in unfolding.instances(series.Series(main), None, None, floating, Budget())
        ),
        default=0,
    )
