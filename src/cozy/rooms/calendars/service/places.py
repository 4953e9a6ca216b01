"""In which zone things are looked at, and in which calendars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from functools import lru_cache

from cozy.dav import lines
from cozy.dav.problems import BadLine
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.model import Collection
from cozy.rooms.homes import service as homes

from ..model import KIND, zones


def owner_zone(work: Work) -> tzinfo:
    """The zone that the owner lives in."""
    return zones.named(homes.profile(work).tz) or UTC


def zone_in(work: Work, shelf: Collection, asked: str = "") -> tzinfo:
    """Where days and times without a zone are, for a calendar: the zone that is asked for, its own, the owner's.

    asked: iCalendar with a VTIMEZONE (RFC 4791 §9.8), or a zone's name.
    """
    return zone_of_text(asked) or zone_of_text(shelf.timezone) or owner_zone(work)


@lru_cache(maxsize=256)
def zone_of_text(text: str) -> tzinfo | None:
    """The zone that a text names or defines."""
    if not text.strip():
        return None
    if "BEGIN:" not in text.upper():
        return zones.named(text)
    try:
        root = lines.parse(text)[0]
    except (BadLine, IndexError):
        return None
    found = root.components("VTIMEZONE") if root.name == "VCALENDAR" else [root]
    return zones.resolved(found[0].value("TZID"), lines.write((found[0],))) if found else None


def chosen(work: Work, ids: Sequence[str] | None, component: str = "") -> Mapping[str, Collection]:
    """Calendars by id, all where none is named; those that can hold a component. Raises NobodyIn, NotAllowed."""
    return {
        shelf.id: shelf
        for shelf in collections.shelves.all_(work, KIND)
        if (ids is None or shelf.id in ids) and (not component or component in shelf.components)
    }
