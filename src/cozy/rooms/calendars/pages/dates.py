"""Days, weeks and months as the owner counts them: where a week begins, what a page of time is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date

DAYS = 7
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)  # what the pages can turn to


@cache
def first_weekday(locale: str, zone: str) -> int:
    """On which day a week begins (Monday is 0): as people do who speak this language and live in this time zone."""
    territory = get_global("zone_territories").get(zone, "")
    try:
        return Locale.parse(f"{locale}_{territory}" if territory else locale).first_week_day
    except UnknownLocaleError:
        return Locale.parse(locale).first_week_day


def read_day(text: str, default: date) -> date:
    """The day that an address or a field names, `2026-11-27`; the default when it names none."""
    if not _DAY.fullmatch(text):
        return default
    try:
        return min(max(date.fromisoformat(text), FIRST), LAST)
    except ValueError:
        return default


def read_month(text: str, default: date) -> date:
    """The first day of the month that an address names, `2026-11`; of the default's month when it names none."""
    found = _MONTH.fullmatch(text)
    if not found or not 1 <= int(found[2]) <= 12:
        return default.replace(day=1)
    return min(max(date(max(int(found[1]), 1), int(found[2]), 1), FIRST), LAST.replace(day=1))


def read_time(text: str) -> time | None:
    """The time that a field names, `14:30`; None when it names none."""
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None) if text else None
    except ValueError:
        return None


def week_of(day: date, first: int) -> date:
    """The day on which the week of a day begins."""
    return day - timedelta(days=(day.weekday() - first) % DAYS)


def weeks_of(month: date, first: int) -> list[list[date]]:
    """The weeks that a month touches."""
    start, end = week_of(month, first), next_month(month)
    weeks = []
    while start < end:
        weeks.append([start + timedelta(days=n) for n in range(DAYS)])
        start += timedelta(days=DAYS)
    return weeks


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def month_before(month: date) -> date:
    """The first day of the month before."""
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)


def midnight(day: date, zone: tzinfo) -> datetime:
    """When a day begins."""
    return datetime.combine(day, time(), zone)


def month_name(month: date, locale: str) -> str:
    """November 2026."""
    return _capital(format_date(month, "LLLL y", locale=_spoken(locale)))


def day_title(day: date, locale: str) -> str:
    """Friday 27 November 2026."""
    return _capital(format_date(day, "EEEE d MMMM y", locale=_spoken(locale)))


def day_short(day: date, locale: str) -> str:
    """Friday 27 November."""
    return _capital(format_date(day, "EEEE d MMMM", locale=_spoken(locale)))


def range_title(first: date, last: date, locale: str) -> str:
    """23–29 November 2026; 30 November – 6 December 2026."""
    end = format_date(last, "d MMMM y", locale=_spoken(locale))
    if first.year != last.year:
        return f"{format_date(first, 'd MMMM y', locale=_spoken(locale))} – {end}"
    if first.month != last.month:
        return f"{format_date(first, 'd MMMM', locale=_spoken(locale))} – {end}"
    return f"{first.day}–{end}"


def weekday_names(days: Sequence[date], locale: str) -> list[tuple[str, str]]:
    """Of each day, long and short: ("Monday", "Mon")."""
    spoken = _spoken(locale)
    return [
        (
            _capital(format_date(day, "EEEE", locale=spoken)),
            format_date(day, "EEE", locale=spoken).rstrip("."),
        )
        for day in days
    ]


def _spoken(locale: str) -> Locale:
    """The day before the month in English too, as everywhere on our pages."""
    return Locale.parse("en_GB" if locale == "en" else locale)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
