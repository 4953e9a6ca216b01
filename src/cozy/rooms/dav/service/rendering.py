"""Which part of a text is told, of those who ask for a part (RFC 4791 §9.6, RFC 6352 §10.4)."""

from __future__ import annotations

from cozy.dav import partial
from cozy.dav.reports import AddressData, Asked, CalendarData

from .dialects import CALDAV, Dialect
from .items import Render, whole


def render_of(dialect: Dialect, asked: Asked) -> Render:
    """Who makes of an item the text that is wanted."""
    return _of_calendar(asked.calendar) if dialect is CALDAV else _of_card(asked.address)


def _of_calendar(wanted: CalendarData) -> Render:
    comp = wanted.comp
    return whole if comp is None else lambda item: partial.calendar(item.text, comp)


def _of_card(wanted: AddressData) -> Render:
    props = wanted.props
    return whole if props is None else lambda item: partial.card(item.text, props)
