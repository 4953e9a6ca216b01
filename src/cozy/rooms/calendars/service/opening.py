"""Which links open a calendar to everybody: those of the room permissions that the owner made for this, and can take back there.

They are kept: who may give the document of a calendar does not give the events in it.
"""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Permission, Rule

from .. import store
from ..model import CALENDARS, KIND

_TITLE = "calendar"
_PAGE = 1000


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


def keep(work: Work, calendar: str, link_id: str) -> None:
    """Note that a link was made to open a calendar, with the events in it."""
    store.keep_link(work, calendar, link_id)


def is_kept(work: Work, calendar: str, link_id: str) -> bool:
    """Whether a link was made to open a calendar with the events in it."""
    return link_id in store.links(work, calendar)


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
        found += [link for link in page if link.id in made and opens(link) == calendar and link.shortcodes]
        after = page[-1].id
        if len(page) < _PAGE:
            break
    return [link for link in found if not permissions.has_ended(work, link)]


def opens(link: Permission) -> str:
    """The calendar that a link opens, "" for none."""
    for rule in link.rules.values():
        if rule.doctype == CALENDARS and len(rule.values) == 1 and not rule.selector and "GET" in rule.verbs:
            return rule.values[0]
    return ""


def _address(work: Work, link: Permission) -> str:
    code = next(iter(link.shortcodes.values()))
    return f"{work.origin}/public/calendars/{code}.ics"
