"""Sizes, numbers and dates as people of a language write them."""

import datetime as dt
import re
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_datetime, format_interval, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, get_currency_precision

from cozy.ui.words import N_, words

UNITS = {"en": ("kB", "MB", "GB", "TB", "PB"), "fr": ("Ko", "Mo", "Go", "To", "Po")}
AGO: dict[str, Literal["narrow", "short"]] = {"en": "narrow", "fr": "short"}
NO_BREAK = "\N{NO-BREAK SPACE}"
_CURRENCY = re.compile("[A-Z]{3}")


def number(value: float, locale: str) -> str:
    """12 430 in French, 12,430 in English."""
    return format_decimal(value, locale=_known(locale))


def money(sum_: float, currency: str, locale: str) -> str:
    """12,50 € in French, €12.50 in English; what is no currency stands behind the number, which has two decimals all the same."""
    if _CURRENCY.fullmatch(currency):
        return format_currency(sum_, currency, locale=_known(locale))
    return f"{format_decimal(sum_, '#,##0.00###', locale=_known(locale))} {currency}".strip()


def price(cents: int, currency: str, locale: str) -> str:
    """The same of what is kept in the smallest unit of its currency."""
    return money(cents / 10 ** get_currency_precision(currency), currency, locale)


def size(octets: int, locale: str) -> str:
    """4.2 MB, 48 kB, 1 byte: decimal units, one decimal below ten."""
    if octets < 1000:
        return _bytes(octets, locale)
    value, step = octets / 1000, 1
    while round(value) >= 1000 and step < len(UNITS[locale]):
        value, step = value / 1000, step + 1
    shown = format_decimal(value, "#,##0.#" if round(value, 1) < 10 else "#,##0", locale=_known(locale))
    return f"{shown}{NO_BREAK}{UNITS[locale][step - 1]}"


def _bytes(octets: int, locale: str) -> str:
    return words(locale).ngettext("%(num)s byte", "%(num)s bytes", octets).replace(" ", NO_BREAK)


def when(at: datetime, now: datetime, locale: str) -> str:
    """How a person would say it: 2 hours ago, yesterday, Monday, 12 Jul, 3 Aug 2024."""
    local = at.astimezone(now.tzinfo)
    ago = now - local
    if abs(ago) < timedelta(minutes=1):
        return words(locale).gettext("just now")
    if local.date() == now.date():
        return format_timedelta(
            -ago, add_direction=True, format=AGO[locale], threshold=1, locale=_known(locale)
        )
    days = (now.date() - local.date()).days
    if days == 1:
        return words(locale).gettext("yesterday")
    if 1 < days < 7:
        return format_date(local, "EEEE", locale=_known(locale))
    return format_date(local, "d MMM" if local.year == now.year else "d MMM y", locale=_known(locale))


def date(at: datetime, now: datetime, locale: str) -> str:
    """3 August 2026."""
    return day(at.astimezone(now.tzinfo), locale)


def day(at: dt.date, locale: str) -> str:
    """3 August 2026."""
    return format_date(at, "d MMMM y", locale=_known(locale))


def day_name(at: dt.date, now: datetime, locale: str) -> str:
    """Today, Yesterday, Monday 3 August, 3 August 2025."""
    ago = (now.date() - at).days
    if ago in (0, 1):
        return words(locale).gettext(N_("Today") if ago == 0 else N_("Yesterday"))
    said = format_date(at, "EEEE d MMMM" if at.year == now.year else "d MMMM y", locale=_known(locale))
    return said[:1].upper() + said[1:]


def month(at: dt.date, locale: str) -> str:
    """July 2026."""
    return _begun(format_date(at, "LLLL y", locale=_known(locale)))


def kept_day(text: str, locale: str) -> str:
    """3 August 2026, of a moment or a day as it is kept: 2026-08-03, and what comes after it."""
    return day(dt.date.fromisoformat(text[:10]), locale)


def kept_month(text: str, locale: str) -> str:
    """August 2026, of a month as it is kept: 2026-08."""
    return month(dt.date.fromisoformat(f"{text[:7]}-01"), locale)


def month_alone(at: dt.date, locale: str) -> str:
    """July."""
    return _begun(format_date(at, "LLLL", locale=_known(locale)))


def day_title(at: dt.date, now: datetime, locale: str, *, names_year: bool = True) -> str:
    """Saturday 18 July; with the year where it is another one, unless something else on the page says it."""
    if (now.date() - at).days in (0, 1):
        return day_name(at, now, locale)
    is_plain = at.year == now.year or not names_year
    return _begun(format_date(at, "EEEE d MMMM" if is_plain else "EEEE d MMMM y", locale=_known(locale)))


def days(first: dt.date, last: dt.date, locale: str) -> str:
    """18 July 2026, 15 – 21 July 2026."""
    return (
        day(first, locale) if first == last else format_interval(first, last, "yMMMMd", locale=_known(locale))
    )


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def hour(at: datetime, now: datetime, locale: str) -> str:
    """18:04."""
    return format_time(at.astimezone(now.tzinfo), "HH:mm", locale=_known(locale))


def moment(at: datetime, now: datetime, locale: str) -> str:
    """3 August 2026, 18:04."""
    return format_datetime(at.astimezone(now.tzinfo), "d MMMM y, HH:mm", locale=_known(locale))


@cache
def _known(locale: str) -> Locale:
    """Babel's own object for a language; finding it by name for every date of a long list takes half of the page's time."""
    return Locale.parse(locale)
