"""A calendar that anybody may read who has its address."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from msgspec import Struct

from cozy.dav import lines
from cozy.dav.lines import Component, Line
from cozy.kernel.caller import SYSTEM, Caller
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.permissions import service as permissions

from ..errors import NoPublicCalendar
from ..model import KIND, texts
from .opening import address, close, is_kept, keep, open_, opens
from .queries import every

__all__ = ["Opened", "address", "close", "is_kept", "keep", "open_", "read"]

_PEOPLE = frozenset({"ATTENDEE", "ORGANIZER", "ATTACH", "CONTACT", "COMMENT", "X-ALT-DESC"})
_TIMES = frozenset(
    [
        "UID",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
        "RECURRENCE-ID",
        "SEQUENCE",
        "TRANSP",
        "STATUS",
        "CLASS",
    ]
)


class Opened(Struct, frozen=True):
    """What a code opens: a calendar as the world may see it, and who is noted to have read it."""

    text: str
    tag: str
    name: str
    caller: Caller


def read(work: Work, code: str) -> Opened:
    """The calendar that a code opens: without the people in it, what is private left out, what is confidential only as
    busy. Raises NoPublicCalendar.
    """
    link = permissions.of_code(work, code)
    if link is None or link.password or link.type != "share" or permissions.has_ended(work, link):
        raise NoPublicCalendar
    calendar = opens(link)
    if not is_kept(work, calendar, link.id):
        raise NoPublicCalendar
    inside = replace(work, caller=SYSTEM)
    known = {shelf.id: shelf for shelf in collections.shelves.all_(inside, KIND)}
    if calendar not in known:
        raise NoPublicCalendar
    shelf = known[calendar]
    zones: dict[str, Component] = {}
    found: list[Component] = []
    for item in every(inside, calendar):
        (root,) = lines.parse(item.text)
        shown = [
            each for one in root.components() if one.name != "VTIMEZONE" if (each := _shown(one)) is not None
        ]
        if shown:
            found += shown
            for zone in root.components("VTIMEZONE"):
                zones.setdefault(zone.value("TZID"), zone)
    root = texts.calendar(found, zones.values())
    name = lines.make("X-WR-CALNAME", lines.escape(shelf.name))
    text = texts.written(Component(root.name, (*root.parts[:3], name, *root.parts[3:])))
    tag = hashlib.sha256(text.encode()).hexdigest()[:32]
    return Opened(
        text, f'"{tag}"', shelf.name, Caller("share", link.grants, name=link.id, permission=link.id)
    )


def _shown(component: Component) -> Component | None:
    secrecy = component.value("CLASS").strip().upper()
    if secrecy == "PRIVATE":
        return None
    if secrecy == "CONFIDENTIAL":
        kept: tuple[Line | Component, ...] = tuple(each for each in component.lines() if each.name in _TIMES)
        return Component(component.name, (*kept, lines.make("SUMMARY", "Busy")))
    return Component(component.name, tuple(each for each in component.lines() if each.name not in _PEOPLE))
