"""Who is to be told what about an event with invitees (RFC 5546, RFC 6638 §3.2): requests, cancellations, replies."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from cozy.dav import lines
from cozy.dav.lines import Component, Line

from . import making, members, reach, series, texts, timing
from .making import stamp
from .texts import Planned, with_lines, with_value

Method = Literal["REQUEST", "CANCEL", "REPLY"]
_ADDRESS = re.compile(
    r"[^\s,;<>\"@]{1,64}@[^\s,;<>\"@]{1,255}"
)  # one, and nothing that a header could take for more
ANSWERS = ("ACCEPTED", "TENTATIVE", "DECLINED")
FRESH_S = (
    86_400  # what was written longer ago when it comes here for the first time is known to its people already
)
_MATTERS = frozenset(
    [
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
        "SUMMARY",
        "LOCATION",
        "DESCRIPTION",
        "STATUS",
        "RECURRENCE-ID",
        "URL",
        "CONFERENCE",
    ]
)
_FOR_CANCEL = frozenset(
    [
        "UID",
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RECURRENCE-ID",
        "SUMMARY",
        "LOCATION",
        "ORGANIZER",
        "SEQUENCE",
    ]
)
_FOR_REPLY = frozenset(
    ["UID", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "SUMMARY", "ORGANIZER", "SEQUENCE"]
)


class Letter(Struct, frozen=True):
    """A mail to one person. text: the iCalendar that it carries; is_change: they were told of the event before."""

    to: str
    method: Method
    text: str
    component: Component
    is_change: bool = False
    answer: str = ""


def is_due(item: Planned | None, told: Planned | None) -> bool:
    """Whether an event has people to tell anything, now or before."""
    return any(
        each is not None and any(_attendees(part) for part in each.components) for each in (item, told)
    )


def letters(
    item: Planned | None,
    told: Planned | None,
    own: Collection[str],
    now: datetime,
    failed: Collection[str] = (),
) -> list[Letter]:
    """The mails that make everybody know an event as it is. told: as they know it; None: not at all.

    own: the owner's addresses, in lower case; failed: to whom the last mail did not get.
    """
    known = item or told
    if known is None or known.component != "VEVENT" or _is_over(known, now):
        return []
    if _organizer(known) in own:
        return list(_to_invitees(item, told, own, now, failed))
    return list(_to_organizer(item, told, own, now))


def is_fresh(item: Planned, now: datetime) -> bool:
    """Whether an event was written lately."""
    for component in item.components:
        for name in ("CREATED", "DTSTAMP", "LAST-MODIFIED"):
            line = component.line(name)
            try:
                at = timing.moment_of(line, item.zones) if line else None
            except series.Misread:
                continue
            if at is not None and at.at(UTC) > now.timestamp() - FRESH_S:
                return True
    return False


def _is_over(item: Planned, now: datetime) -> bool:
    _, last = reach.bounds(item.series)
    return last is not None and last < now.timestamp()


def _organizer(item: Planned) -> str:
    return members.address(item.first.value("ORGANIZER")).lower()


def _attendees(component: Component) -> dict[str, Line]:
    return {members.address(line.value).lower(): line for line in component.lines("ATTENDEE")}


def _is_ours(line: Line | None) -> bool:
    """Whether this server is to write to somebody, rather than the program that made the event (RFC 6638 §7.1)."""
    return line is None or line.param("SCHEDULE-AGENT").upper() in {"", "SERVER"}


def _to_invitees(
    item: Planned | None, told: Planned | None, own: Collection[str], now: datetime, failed: Collection[str]
) -> Iterator[Letter]:
    invited, before = _invited(item), _invited(told)
    for email, line in {**before, **invited}.items():
        if email in own or not _ADDRESS.fullmatch(email) or not _is_ours(line):
            continue
        if item is not None and email in invited and not _is_cancelled(item):
            was = _said_to(told, email) if email in before else None
            if was != _said_to(item, email) or email in failed:
                text, component = _request(item, email, now)
                yield Letter(
                    members.address(line.value), "REQUEST", text, component, is_change=was is not None
                )
            if told is not None:
                for source, attendee in _left_out(item, told, email):
                    text, component = _cancelled(item, told, source, attendee, now)
                    yield Letter(members.address(line.value), "CANCEL", text, component, is_change=True)
        elif told is not None and email in before and not _is_cancelled(told):
            source = next((each for each in told.components if email in _attendees(each)), told.first)
            text, component = _cancelled(item or told, told, source, _attendees(source)[email], now)
            yield Letter(members.address(line.value), "CANCEL", text, component, is_change=True)


def _invited(item: Planned | None) -> dict[str, Line]:
    found: dict[str, Line] = {}
    for component in item.components if item else ():
        for email, line in _attendees(component).items():
            found.setdefault(email, line)
    return found


def _is_cancelled(item: Planned) -> bool:
    return item.first.value("STATUS").strip().upper() == "CANCELLED"


def _said_to(item: Planned | None, email: str) -> list[list[tuple[str, str, str]]]:
    """What matters to an invitee, of each component in which they are."""
    if item is None:
        return []
    return [
        sorted(
            (each.name, each.parameters, each.value) for each in component.lines() if each.name in _MATTERS
        )
        for component in item.components
        if email in _attendees(component)
    ]


def _left_out(item: Planned, told: Planned, email: str) -> Iterator[tuple[Component, Line]]:
    """The occurrences that an invitee was to come to and is no longer, while they still come to others (RFC 5546 §3.2.5);
    with the line that invited them.
    """
    now, before = _by_key(item), _by_key(told)
    for key in {**before, **now}:
        was, will = before.get(key) or before.get(""), now.get(key) or now.get("")
        if not key or was is None or email not in _attendees(was) or (will and email in _attendees(will)):
            continue
        yield now.get(key) or before[key], _attendees(was)[email]


def _by_key(item: Planned) -> dict[str, Component]:
    """Its components by the occurrence that they are about; "" for all of them."""
    return {component.value("RECURRENCE-ID"): component for component in item.components}


def _request(item: Planned, email: str, now: datetime) -> tuple[str, Component]:
    own = [_plain(_without(item, each, email), now) for each in item.components if email in _attendees(each)]
    return _message(item, "REQUEST", own), own[0]


def _without(item: Planned, component: Component, email: str) -> Component:
    """A component; the one for all occurrences leaves out those that an invitee is not to come to (RFC 6638 §3.2.6)."""
    keys = [each.line("RECURRENCE-ID") for each in item.components if email not in _attendees(each)]
    if component.line("RECURRENCE-ID") is not None or not any(keys):
        return component
    gone = [lines.make("EXDATE", key.value, key.params()) for key in keys if key is not None]
    return with_lines(component, "EXDATE", *component.lines("EXDATE"), *gone)


def _plain(component: Component, now: datetime) -> Component:
    """A component as others may have it: without alarms, and without what only servers tell each other."""
    kept = tuple(_unscheduled(line) for line in component.lines() if not line.name.startswith("X-MOZ-"))
    plain = Component(component.name, kept)
    if plain.line("SEQUENCE") is None:
        plain = with_value(plain, "SEQUENCE", "0")
    return with_value(plain, "DTSTAMP", stamp(now))


def _unscheduled(line: Line) -> Line:
    if "SCHEDULE-" not in line.parameters.upper():
        return line
    params = {name: values for name, values in line.params().items() if not name.startswith("SCHEDULE-")}
    return lines.make(line.name, line.value, params)


def _cancelled(
    item: Planned, told: Planned, source: Component, attendee: Line, now: datetime
) -> tuple[str, Component]:
    """That what a component is about does not take place for an invitee. attendee: the line that invited them."""
    kept = [_unscheduled(line) for line in source.lines() if line.name in _FOR_CANCEL]
    said = (_unscheduled(attendee), lines.make("STATUS", "CANCELLED"))
    component = Component(source.name, (*kept, *said))
    component = with_value(component, "SEQUENCE", str(max(_sequence(item.first), _sequence(told.first) + 1)))
    component = with_value(component, "DTSTAMP", stamp(now))
    return _message(told, "CANCEL", [component]), component


def _sequence(component: Component) -> int:
    said = component.value("SEQUENCE").strip()
    return int(said[:9]) if said.isdecimal() else 0


def _message(item: Planned, method: Method, components: Sequence[Component]) -> str:
    tzids = {line.param("TZID") for each in components for line in each.lines() if line.parameters}
    zones = [each for each in item.root.components("VTIMEZONE") if each.value("TZID") in tzids]
    root = texts.explained(texts.calendar(components, zones))
    return texts.written(
        replace(root, parts=(*root.parts[:3], lines.make("METHOD", method), *root.parts[3:]))
    )


def _to_organizer(
    item: Planned | None, told: Planned | None, own: Collection[str], now: datetime
) -> Iterator[Letter]:
    """The owner's answers that the organizer does not know yet."""
    known = item or told
    assert known is not None
    organizer = known.first.line("ORGANIZER")
    if organizer is None or not _is_ours(organizer) or not _ADDRESS.fullmatch(_organizer(known)):
        return
    before, after = _answers(told, own), _answers(item, own)
    changed: list[tuple[Component, Line, str]] = []
    for key, (component, line, status) in after.items():
        was = before.get(key) or before.get("")
        if status in ANSWERS and (was is None or was[2] != status):
            changed.append((component, line, status))
    if item is None and told is not None:
        changed = [
            (each, line, "DECLINED")
            for each, line, status in before.values()
            if status in {"ACCEPTED", "TENTATIVE"}
        ]
    for component, line, status in changed:
        told_so = lines.make("ATTENDEE", line.value, {**_unscheduled(line).params(), "PARTSTAT": [status]})
        kept = [_unscheduled(each) for each in component.lines() if each.name in _FOR_REPLY]
        reply = with_value(Component(component.name, (*kept, told_so)), "DTSTAMP", stamp(now))
        text = _message(known, "REPLY", [reply])
        yield Letter(members.address(organizer.value), "REPLY", text, component, answer=status)


def _answers(item: Planned | None, own: Collection[str]) -> Mapping[str, tuple[Component, Line, str]]:
    found: dict[str, tuple[Component, Line, str]] = {}
    for component in item.components if item else ():
        for email, line in _attendees(component).items():
            if email in own:
                key = component.value("RECURRENCE-ID")
                found[key] = (component, line, (line.param("PARTSTAT") or "NEEDS-ACTION").upper())
    return found


def with_delivery(item: Planned, failed: Collection[str]) -> Planned | None:
    """The item with what became of its mails, where one did not get there; None where nothing is to be said."""
    changed = False
    components = []
    for component in item.components:
        parts: list[Line | Component] = []
        for part in component.parts:
            if (
                type(part) is Line
                and part.name == "ATTENDEE"
                and members.address(part.value).lower() in failed
            ):
                params = {**part.params(), "SCHEDULE-STATUS": ["5.1"]}
                made = lines.make(part.name, part.value, params)
                changed = changed or made.params() != part.params()
                part = made
            parts.append(part)
        components.append(replace(component, parts=tuple(parts)))
    return making.with_components(item, components) if changed else None
