"""When the owner is busy (RFC 4791 §7.10, RFC 5545 §3.6.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct

from cozy.dav import lines
from cozy.dav.lines import Component, Line
from cozy.kernel.work import Work
from cozy.rooms.collections.model import Collection
from cozy.rooms.permissions import service as permissions

from .. import store
from ..model import EVENTS, making, moments, texts, timing
from ..model.rules import Budget
from ..model.series import MASTER, Times
from .occurrences import STEPS, found_in
from .places import chosen, zone_in
from .queries import bounded

Why = Literal["BUSY", "BUSY-TENTATIVE"]
TRANSPARENT = (
    "{urn:ietf:params:xml:ns:caldav}schedule-calendar-transp"  # a property of calendars (RFC 6638 §9.1)
)


class Period(Struct, frozen=True, order=True):
    """A time that is taken."""

    start: datetime
    end: datetime
    why: Why = "BUSY"


def between(
    work: Work, start: datetime, end: datetime, calendars: Sequence[str] | None = None
) -> list[Period]:
    """The times that are taken from `start` to `end`, in UTC, joined where they touch.

    Raises TooManyInstances, NobodyIn, NotAllowed.
    """
    permissions.guard(work, "GET", EVENTS, None, None)
    shelves = {
        id_: shelf for id_, shelf in chosen(work, calendars, "VEVENT").items() if not is_transparent(shelf)
    }
    return _between(work, start, end, shelves)


def of_calendar(work: Work, start: datetime, end: datetime, calendar: str) -> list[Period]:
    """The times that one calendar says are taken."""
    permissions.guard(work, "GET", EVENTS, None, None)
    return _between(work, start, end, chosen(work, [calendar]))


def is_transparent(shelf: Collection) -> bool:
    """Whether what is in a calendar makes nobody busy."""
    said = shelf.properties.get(TRANSPARENT, "")
    return "transparent" in said


def _between(work: Work, start: datetime, end: datetime, shelves: Mapping[str, Collection]) -> list[Period]:
    low, high = int(start.timestamp()), int(end.timestamp())
    budget = Budget(STEPS)
    found: list[tuple[int, int, Why]] = []
    with bounded():
        for span in store.between(work, list(shelves), ["VEVENT"], low, high):
            zone = zone_in(work, shelves[span.collection])
            plan = timing.sketched(span.sketch) if span.sketch else None
            for instance in found_in(span, low, high, zone, budget):
                why = _why(span.status, bool(span.is_free))
                if plan is not None:
                    times = plan.main if instance.place == MASTER else plan.overrides[instance.place].times
                    why = _why_of(times)
                if why is not None and instance.end > instance.start:
                    found.append((max(low, instance.start), min(high, instance.end), why))
    return [
        Period(datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC), why)
        for first, last, why in joined(found)
    ]


def _why_of(times: Times | None) -> Why | None:
    return _why(times.status, times.is_free) if times is not None else None


def _why(status: str, is_free: bool) -> Why | None:
    if is_free or status == "CANCELLED":
        return None
    return "BUSY-TENTATIVE" if status == "TENTATIVE" else "BUSY"


def joined(found: Sequence[tuple[int, int, Why]]) -> list[tuple[int, int, Why]]:
    """Times of one kind that touch are one."""
    whole: list[tuple[int, int, Why]] = []
    last: dict[Why, int] = {}
    for start, end, why in sorted(found):
        place = last.get(why)
        if place is not None and whole[place][1] >= start:
            whole[place] = (whole[place][0], max(whole[place][1], end), why)
        else:
            last[why] = len(whole)
            whole.append((start, end, why))
    return whole


def told(
    work: Work, start: datetime, end: datetime, busy: Sequence[Period], *, uid: str = "", more: Sequence[Line] = (),
    method: str = "",
) -> str:  # fmt: skip
    """A VFREEBUSY. more: further lines, such as who asks; method: REPLY for an answer to somebody's question."""
    head = [
        lines.make("UID", uid or f"busy-{int(start.timestamp())}-{int(end.timestamp())}"),
        lines.make("DTSTAMP", making.stamp(work.now)),
        lines.make("DTSTART", moments.utc(int(start.timestamp()))),
        lines.make("DTEND", moments.utc(int(end.timestamp()))),
        *more,
    ]
    periods = [
        Line(
            "FREEBUSY",
            f"{moments.utc(int(each.start.timestamp()))}/{moments.utc(int(each.end.timestamp()))}",
            f";FBTYPE={each.why}",
        )
        for each in busy
    ]
    root = texts.calendar([Component("VFREEBUSY", (*head, *periods))])
    if method:
        root = Component(root.name, (*root.parts[:3], lines.make("METHOD", method), *root.parts[3:]))
    return texts.written(root)
