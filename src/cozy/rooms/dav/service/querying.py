"""What is in a calendar or address book and matches (RFC 4791 §7.8, RFC 6352 §8.6), page by page."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.dav.filters import CompFilter
from cozy.dav.reports import CalendarQuery, CardQuery
from cozy.kernel.work import Work
from cozy.rooms.calendars import service as calendars
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.model import Item
from cozy.rooms.contacts import service as contacts

from . import items
from .addresses import Place
from .changes import truncated
from .rendering import render_of

PAGE = 1000


Query = CalendarQuery | CardQuery


def component_of_all(asked: Query) -> str | None:
    """The component of which every item matches, "" where every item does at all, None where it has to be looked at."""
    if isinstance(asked, CardQuery):
        return "" if not asked.filter.props and asked.limit is None else None
    if asked.filter == CompFilter("VCALENDAR"):
        return ""
    inner = asked.filter.comps[0] if len(asked.filter.comps) == 1 else asked.filter
    is_all = asked.filter == CompFilter("VCALENDAR", comps=(CompFilter(inner.name),))
    return inner.name if is_all else None


def all_of(
    work: Work, place: Place, asked: Query, component: str, after: str, *, is_minimal: bool
) -> tuple[list[str], str | None]:
    """A page of all that there is, of one component where one is said; the name that the next one begins after."""
    kind = place.dialect.kind
    if items.wants_text(place.dialect, asked.asked.props):
        found = collections.items.page(work, kind, place.collection, after, PAGE)
    else:
        entries = collections.items.entries(work, kind, place.collection, after, PAGE)
        found = [Item(entry, "") for entry in entries]
    wanted = [item for item in found if not component or item.entry.component == component]
    rest = found[-1].entry.name if len(found) == PAGE else None
    return _told(work, place, asked, wanted, is_minimal=is_minimal), rest


def in_calendar(work: Work, place: Place, asked: CalendarQuery, *, is_minimal: bool) -> list[str]:
    """What a filter finds in a calendar. Raises NoCollection, TooManyInstances, NobodyIn, NotAllowed."""
    found = calendars.queries.matching(work, place.collection, asked.filter, asked.timezone)
    return _told(work, place, asked, found, is_minimal=is_minimal)


def in_book(work: Work, place: Place, asked: CardQuery, *, is_minimal: bool) -> list[str]:
    """What a filter finds in an address book; that there is more, where that is so. Raises NoCollection, NobodyIn, NotAllowed."""
    found = contacts.queries.matching(work, place.collection, asked.filter, asked.limit)
    told = _told(work, place, asked, found[: asked.limit], is_minimal=is_minimal)
    return told + ([truncated(place)] if len(found) > len(told) else [])


def _told(work: Work, place: Place, asked: Query, found: Sequence[Item], *, is_minimal: bool) -> list[str]:
    dialect = place.dialect
    collection = collections.shelves.one(work, dialect.kind, place.collection)
    zone = asked.timezone if isinstance(asked, CalendarQuery) else ""
    render = render_of(work, dialect, asked.asked, zone)
    tell = items.teller(work, dialect, collection, asked.asked.props, render=render, is_minimal=is_minimal)
    return [tell(item) for item in found]
