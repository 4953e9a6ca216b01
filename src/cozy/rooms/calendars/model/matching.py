"""Whether the text of an item is what a filter looks for (RFC 4791 §9.7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from cozy.dav import lines
from cozy.dav.filters import CompFilter, ParamFilter, PropFilter, TextMatch, TimeRange
from cozy.dav.lines import Component, Line

from . import moments, series, timing, unfolding
from .moments import OddMoment
from .rules import Budget
from .series import MASTER, Instance, Misread, Times
from .texts import Planned

_LISTS = frozenset({"CATEGORIES", "RESOURCES"})


def seconds(moment: datetime | None) -> int | None:
    """A bound of a range of time."""
    return None if moment is None else int(moment.timestamp())


def matches(item: Planned, wanted: CompFilter, floating: tzinfo, budget: Budget) -> bool:
    """Whether an item is what is looked for. floating: the zone of times without one. Raises TooMuchWork."""
    if wanted.name != item.root.name:
        return wanted.is_absent
    return not wanted.is_absent and _holds(item, item.root, wanted, floating, budget)


def may_match(text: str, wanted: CompFilter) -> bool:
    """Whether a text could be what is looked for, told without reading it: every text that is looked for is in it."""
    folded = text.replace("\r\n ", "").replace("\r\n\t", "").casefold()
    return all(word in folded for word in _words(wanted))


def _words(wanted: CompFilter) -> Iterator[str]:
    for prop in wanted.props:
        match = prop.text
        if not prop.is_absent and match is not None and not match.is_negated and match.text.isalnum():
            yield match.text.casefold()
    for comp in wanted.comps:
        if not comp.is_absent:
            yield from _words(comp)


def _holds(item: Planned, component: Component, wanted: CompFilter, floating: tzinfo, budget: Budget) -> bool:
    """Whether a component fulfils all of a filter, but its range of time."""
    if not all(_has_property(item, component, each, floating) for each in wanted.props):
        return False
    return all(_has_component(item, component, each, floating, budget) for each in wanted.comps)


def _has_component(
    item: Planned, parent: Component, wanted: CompFilter, floating: tzinfo, budget: Budget
) -> bool:
    found = parent.components(wanted.name)
    if wanted.is_absent or not found:
        return wanted.is_absent and not found
    if wanted.range is not None:
        found = list(_inside(item, parent, found, wanted, wanted.range, floating, budget))
    return any(_holds(item, each, wanted, floating, budget) for each in found)


def _inside(
    item: Planned, parent: Component, found: list[Component], wanted: CompFilter, span: TimeRange, floating: tzinfo,
    budget: Budget,
) -> Iterator[Component]:  # fmt: skip
    """The components that are, or ring, in a range of time."""
    low, high = seconds(span.start), seconds(span.end)
    if parent is item.root and wanted.name == item.component:
        yield from touched(item, low, high, floating, budget)
    elif wanted.name == "VALARM":
        for alarm in found:
            if _rings(item, parent, alarm, low, high, floating, budget):
                yield alarm
    elif wanted.name == "VFREEBUSY":
        yield from found
    else:
        for component in found:
            times = timing.times_of(component, item.zones)
            if unfolding.is_found(series.Series(times), low, high, floating, budget):
                yield component


def touched(
    item: Planned, low: int | None, high: int | None, floating: tzinfo, budget: Budget
) -> list[Component]:
    """The components of an item of which some instance is found by a range of time. Raises TooMuchWork."""
    plan = item.series
    main = plan.main
    if main is not None and main.start is None and main.end is None:
        return [item.first] if unfolding.is_found(plan, low, high, floating, budget) else []
    places: set[int] = set()
    wanted = len(item.components)
    for instance in unfolding.instances(plan, low, high, floating, budget):
        times = main if instance.place == MASTER else plan.overrides[instance.place].times
        if (
            instance.place not in places
            and times is not None
            and unfolding.overlaps(times, instance, low, high)
        ):
            places.add(instance.place)
            if len(places) == wanted:
                break
    return [item.first if place == MASTER else item.override(place) for place in sorted(places)]


def _rings(
    item: Planned, parent: Component, alarm: Component, low: int | None, high: int | None, floating: tzinfo, budget: Budget
) -> bool:  # fmt: skip
    """Whether an alarm rings, or repeats, in a range of time (RFC 4791 §9.9)."""
    trigger = alarm.line("TRIGGER")
    if trigger is None:
        return False
    try:
        delays = _delays(alarm)
        if trigger.param("VALUE").upper() == "DATE-TIME":
            at = timing.moment_of(trigger, item.zones).at(floating)
            return any(_is_between(at + delay, low, high) for delay in delays)
        length = moments.duration(trigger.value)
    except (OddMoment, Misread):
        return False
    ahead = length.days * 86_400 + length.seconds
    from_end = trigger.param("RELATED").upper() == "END"
    reach = abs(ahead) + max(delays) + 86_400
    for instance, times in _of_component(item, parent, low, high, reach, floating, budget):
        at = instance.end if from_end or times.start is None else instance.start
        if any(_is_between(at + ahead + delay, low, high) for delay in delays):
            return True
    return False


def _of_component(
    item: Planned, component: Component, low: int | None, high: int | None, reach: int, floating: tzinfo, budget: Budget
) -> Iterator[tuple[Instance, Times]]:  # fmt: skip
    """The instances that a component stands for, a little before and after a range of time."""
    plan = item.series
    early, late = None if low is None else low - reach, None if high is None else high + reach
    for instance in unfolding.instances(plan, early, late, floating, budget):
        times = plan.main if instance.place == MASTER else plan.overrides[instance.place].times
        own = item.master if instance.place == MASTER else item.override(instance.place)
        if times is not None and own is component:
            yield instance, times


def _delays(alarm: Component) -> list[int]:
    """When an alarm rings, seconds after the first time."""
    count, length = alarm.value("REPEAT").strip(), alarm.value("DURATION")
    if not count.isdecimal() or not length:
        return [0]
    each = moments.duration(length)
    step = each.days * 86_400 + each.seconds
    return [number * step for number in range(min(int(count[:4]), 100) + 1)]


def _is_between(at: int, low: int | None, high: int | None) -> bool:
    return (low is None or at >= low) and (high is None or at < high)


def _has_property(item: Planned, component: Component, wanted: PropFilter, floating: tzinfo) -> bool:
    found = component.lines(wanted.name)
    if wanted.is_absent or not found:
        return wanted.is_absent and not found
    return any(_is_property(item, line, wanted, floating) for line in found)


def _is_property(item: Planned, line: Line, wanted: PropFilter, floating: tzinfo) -> bool:
    if wanted.range is not None and not _is_in(item, line, wanted.range, floating):
        return False
    if wanted.text is not None and not _says(line, wanted.text):
        return False
    return all(_has_parameter(line, each) for each in wanted.params)


def _is_in(item: Planned, line: Line, span: TimeRange, floating: tzinfo) -> bool:
    try:
        moment = timing.moment_of(line, item.zones)
    except Misread:
        return False
    low, high = seconds(span.start), seconds(span.end)
    at = moment.at(floating)
    end = at + 86_400 if moment.is_day else at
    if end > at:
        return (low is None or end > low) and (high is None or at < high)
    return _is_between(at, low, high)


def _says(line: Line, wanted: TextMatch) -> bool:
    """Of a list of texts, whether one of them matches; where it is negated, whether none does."""
    values = lines.texts(line.value) if line.name in _LISTS else [lines.unescape(line.value)]
    found = [wanted.holds(value) for value in values]
    return all(found) if wanted.is_negated else any(found)


def _has_parameter(line: Line, wanted: ParamFilter) -> bool:
    values = line.params().get(wanted.name)
    if wanted.is_absent or values is None:
        return wanted.is_absent and values is None
    if wanted.text is None:
        return True
    found = [wanted.text.holds(value) for value in values]
    return all(found) if wanted.text.is_negated else any(found)
