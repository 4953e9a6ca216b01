"""Birthdays in words: with a year or without, and how long until the next."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date, get_month_names

from cozy.ui import N_, Words

from ..model import dates

_LEAP = 2000


def in_words(words: Words, day: str) -> str:
    """3 August 1985, 3 August; "" for what is no day. day: as documents spell it."""
    found = dates.parts(day)
    if found is None:
        return ""
    year, month, number = found
    return format_date(
        date(year or _LEAP, month, number), "d MMMM y" if year else "d MMMM", locale=words.locale
    )


def turns(words: Words, day: str, today: date) -> str:
    """Turns 41 in 16 days: how old somebody is next, and when; "in 16 days" where the year is not known."""
    found, comes = dates.parts(day), dates.next_time(day, today)
    if found is None or comes is None:
        return ""
    when = left(words, (comes - today).days)
    age = comes.year - found[0] if found[0] else 0
    if age <= 0:
        return when[:1].upper() + when[1:]
    return words.ngettext("Turns %(num)s %(when)s", "Turns %(num)s %(when)s", age, when=when)


def left(words: Words, days: int) -> str:
    """Today, tomorrow, in 16 days, in 3 months: within a sentence."""
    if days < 2:
        return words.gettext(N_("today") if days == 0 else N_("tomorrow"))
    if days < 60:
        return words.ngettext("in %(num)s day", "in %(num)s days", days)
    return words.ngettext("in %(num)s month", "in %(num)s months", round(days / 30.44))


def months(words: Words) -> list[tuple[str, str]]:
    """The months of a year, to choose from."""
    named = get_month_names("wide", "stand-alone", locale=words.locale)
    return [(str(number), str(name)) for number, name in named.items()]
