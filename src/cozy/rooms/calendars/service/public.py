"""A calendar that anybody may read who has its address: a link of the room permissions, which the owner can take back there.

Which links the owner made for this is kept: who may give the document of a calendar does not give the events in it.
"""

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
from cozy.rooms.permissions.model import Permission, Rule

from .. import store
from ..errors import NoPublicCalendar
from ..model import CALENDARS, KIND, texts
from .queries import every

_TITLE = "calendar"
_PAGE = 1000
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


def open_(work: Work, calendar: str) -> str:
    """Make a calendar public, and say its address; the same again where it is public already.

    Raises NoCollection, NotYours, NobodyIn, NotAllowed.
    """
    collections.shelves.one(work, KIND, calendar)
    if there := address(work, calendar):
        return there
    rule = Rule(CALENDARS, ("GET",), (calendar,))
    made = permissions.links.make(work, permissions.links.Wanted(rules={_TITLE: rule}, labels=(_TITLE,)))
    store.keep_link(work, calendar, made.id)
    return _address(work, made)


def address(work: Work, calendar: str) -> str:
    """Where anybody can read a calendar; "" where nobody can."""
    return next((_address(work, link) for link in _links(work, calendar)), "")


def close(work: Work, calendar: str) -> None:
    """Make a calendar private again: its addresses die at once. Raises NotTheMaker."""
    for link in _links(work, calendar):
        permissions.links.revoke(work, link)
    store.forget_links(work, calendar)


def _links(work: Work, calendar: str) -> list[Permission]:
    """Those by which the owner opened this calendar to everybody."""
    made = store.links(work, calendar)
    if not made:
        return []
    found: list[Permission] = []
    after = ""
    while page := permissions.links.of_doctype(work, CALENDARS, after=after, limit=_PAGE):
        found += [link for link in page if link.id in made and _opens(link) == calendar and link.shortcodes]
        after = page[-1].id
        if len(page) < _PAGE:
            break
    return [link for link in found if not permissions.has_ended(work, link)]


def _opens(link: Permission) -> str:
    """The calendar that a link opens, "" for none."""
    for rule in link.rules.values():
        if rule.doctype == CALENDARS and len(rule.values) == 1 and not rule.selector and "GET" in rule.verbs:
            return rule.values[0]
    return ""


def _address(work: Work, link: Permission) -> str:
    code = next(iter(link.shortcodes.values()))
    return f"{work.origin}/public/calendars/{code}.ics"


def read(work: Work, code: str) -> Opened:
    """The calendar that a code opens: without the people in it, what is private left out, what is confidential only as
    busy. Raises NoPublicCalendar.
    """
    link = permissions.of_code(work, code)
    if link is None or link.password or link.type != "share" or permissions.has_ended(work, link):
        raise NoPublicCalendar
    calendar = _opens(link)
    if link.id not in store.links(work, calendar):
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
