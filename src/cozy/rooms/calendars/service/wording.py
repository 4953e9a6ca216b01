"""When an event is, as people of a language write it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from babel.dates import format_date, format_time


def when(body: Mapping[str, Any], zone: tzinfo, locale: str) -> str:
    """The start and end of an event: "Friday, 27 November 2026, 14:00 – 15:00"; "" where it says nothing.

    body: its members. zone: in which times are told.
    """
    start, end = _moment(body.get("start"), zone), _moment(body.get("end"), zone)
    if start is None:
        return ""
    if body.get("allDay") is True:
        last = max(start.date(), end.date() - timedelta(days=1)) if end else start.date()
        return " – ".join(_day(each, locale) for each in dict.fromkeys((start.date(), last)))
    said = f"{_day(start.date(), locale)}, {_time(start, locale)}"
    if end is None or end == start:
        return said
    if end.date() == start.date():
        return f"{said} – {_time(end, locale)}"
    return f"{said} – {_day(end.date(), locale)}, {_time(end, locale)}"


def _moment(text: object, zone: tzinfo) -> datetime | None:
    if not isinstance(text, str):
        return None
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(UTC).astimezone(zone)


def _day(day: date, locale: str) -> str:
    return str(format_date(day, "full", locale=_known(locale)))


def _time(at: datetime, locale: str) -> str:
    return str(format_time(at.replace(tzinfo=None), "short", locale=_known(locale)))


def _known(locale: str) -> str:
    """British English: a day before its month, 24 hours."""
    return "en_GB" if locale == "en" else locale
