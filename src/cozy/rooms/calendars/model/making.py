"""New texts: of members, and of members that changed since a text was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from cozy.dav import lines
from cozy.dav.lines import Component, Line

from . import members, moments, series, texts, timing
from .moments import Moment
from .series import Series
from .texts import Planned, with_lines, with_value
from .timing import Zones

_TOLD = (
    "start",
    "end",
    "limitDate",
    "timezone",
    "allDay",
    "rrule",
    "rdates",
    "exdates",
    "location",
    "status",
)
EPOCH = "19700101T000000Z"


def stamp(now: datetime) -> str:
    """A moment as DTSTAMP says it."""
    return moments.utc(int(now.timestamp()))


def made(component: str, uid: str, body: Mapping[str, Any], at: str) -> Planned:
    """A new item of these members. at: when, as `stamp` says it. Raises BadMember, Misread."""
    bare = Component(
        component, (lines.make("UID", uid), lines.make("DTSTAMP", at), lines.make("CREATED", at))
    )
    full = members.changed(bare, {}, body, None)
    return texts.of_root(texts.explained(texts.calendar([full])))


def merged(item: Planned, body: Mapping[str, Any]) -> Planned:
    """An item whose document says something else by now: what changed is put into its text. Raises BadMember, Misread."""
    was = members.of_item(item)
    if all(was.get(member) == body.get(member) for member in members.MEMBERS):
        return item
    return rewritten(item, body, was)


def rewritten(item: Planned, body: Mapping[str, Any], was: Mapping[str, Any]) -> Planned:
    """The same, with other members in its first component; exceptions follow a start that moves."""
    main = item.series.main or item.series.overrides[0].times
    first = members.changed(item.first, was, body, main.start or main.end)
    if any(was.get(member) != body.get(member) for member in _TOLD):
        first = raised(first)
    parts = tuple(first if part is item.first else part for part in item.root.parts)
    changed = texts.explained(replace(item.root, parts=parts))
    old, new = main.start, _start(first, changed)
    if old is not None and new is not None and item.series.main is not None and old != new:
        changed = _followed(changed, item, first, old, new, body, was)
    return texts.of_root(changed)


def _start(component: Component, root: Component) -> Moment | None:
    line = component.line("DTSTART")
    return timing.moment_of(line, timing.zones_of(root)) if line else None


def _followed(
    root: Component, item: Planned, first: Component, old: Moment, new: Moment, body: Mapping[str, Any],
    was: Mapping[str, Any],
) -> Component:  # fmt: skip
    """The same calendar; RECURRENCE-ID of every exception, and EXDATE where nobody changed it, moved like the start."""
    if not (item.series.is_recurring or item.series.skipped):
        return root
    shift = new.local - series.on_clock(old, new)
    parts: list[Line | Component] = []
    for part in root.parts:
        if type(part) is Component and (line := part.line("RECURRENCE-ID")) is not None:
            key = series.on_clock(timing.moment_of(line, item.zones), new) + shift
            tail = ";RANGE=THISANDFUTURE" if line.param("RANGE").upper() == "THISANDFUTURE" else ""
            moved = texts.moment_line("RECURRENCE-ID", at_clock(new, key), tail)
            part = with_lines(part, "RECURRENCE-ID", moved)
        elif part is first and body.get("exdates") == was.get("exdates") and item.series.skipped:
            keys = sorted(series.on_clock(at_clock(old, key), new) + shift for key in item.series.skipped)
            part = with_lines(
                part, "EXDATE", *(texts.moment_line("EXDATE", at_clock(new, key)) for key in keys)
            )
        parts.append(part)
    return replace(root, parts=tuple(parts))


def at_clock(clock: Moment, local: datetime) -> Moment:
    """A time on the clock that a start goes by, of its kind."""
    return Moment(clock.kind, local, clock.zone, clock.tzid)


def raised(component: Component) -> Component:
    """The same with the next SEQUENCE (RFC 5545 §3.8.7.4)."""
    number = component.value("SEQUENCE").strip()
    return with_value(component, "SEQUENCE", str(int(number[:9]) + 1 if number.isdecimal() else 1))


def touched(component: Component, at: str) -> Component:
    """The same, written at this moment."""
    return with_value(with_value(component, "DTSTAMP", at), "LAST-MODIFIED", at)


def with_components(item: Planned, components: Iterable[Component]) -> Planned:
    """The same item with these components. Raises Misread."""
    kept = tuple(part for part in item.root.parts if type(part) is Line or part.name == "VTIMEZONE")
    return texts.of_root(texts.explained(replace(item.root, parts=(*kept, *components))))


def stamp_of(body: Mapping[str, Any]) -> str:
    """When a document of an app was written, as far as it says so."""
    metadata = body.get("cozyMetadata")
    said = metadata.get("updatedAt") or metadata.get("createdAt") if isinstance(metadata, Mapping) else None
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        at = None
    return stamp(at if at.tzinfo else at.replace(tzinfo=UTC)) if at else EPOCH


__all__ = [
    "Series",
    "Zones",
    "at_clock",
    "made",
    "merged",
    "raised",
    "rewritten",
    "stamp",
    "stamp_of",
    "touched",
    "with_components",
]
