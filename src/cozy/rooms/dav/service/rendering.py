"""Which part of a text is told, of those who ask for a part (RFC 4791 §9.6, RFC 6352 §10.4)."""

from __future__ import annotations

from cozy.dav import partial
from cozy.dav.reports import AddressData, Asked, CalendarData
from cozy.kernel.work import Work
from cozy.rooms.calendars import service as calendars
from cozy.rooms.collections.model import Item
from cozy.rooms.contacts import service as contacts

from .dialects import CALDAV, Dialect
from .items import Render, whole


def render_of(work: Work, dialect: Dialect, asked: Asked, timezone: str = "") -> Render:
    """Who makes of an item the text that is wanted. timezone: where times without a zone are, as a calendar-query says it."""
    if dialect is CALDAV:
        return whole if asked.calendar.is_whole else _of_calendar(work, asked.calendar, timezone)
    return _of_card(asked.address)


def _of_calendar(work: Work, wanted: CalendarData, timezone: str) -> Render:
    def render(item: Item) -> str:
        text = item.text
        if wanted.expand is not None:
            text = calendars.queries.expanded(work, item, wanted.expand, timezone)
        elif wanted.overrides is not None:
            text = calendars.queries.limited(work, item, wanted.overrides, timezone)
        return text if wanted.comp is None else partial.calendar(text, wanted.comp)

    return render


def _of_card(wanted: AddressData) -> Render:
    """In the version that is wanted: programs that say nothing know 3.0 (RFC 6352 §10.4)."""
    props, said = wanted.props, f"VERSION:{wanted.version}"

    def render(item: Item) -> str:
        text = item.text if said in item.text else contacts.text_of(item.text, wanted.version)
        return text if props is None else partial.card(text, props)

    return render
