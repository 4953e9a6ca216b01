"""Times in words, as people say when something was: `juillet 2024`, `July 12, 2024`, `l'été dernier`, `last week`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from msgspec import Struct

Days = tuple[date, date]  # the first one, and the one after the last
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier january janv jan", "fevrier february fevr fev feb", "mars march mar", "avril april avr apr", "mai may",
            "juin june jun", "juillet july juil jul", "aout august aug", "septembre september sept sep", "octobre october oct",
            "novembre november nov", "decembre december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_SEASONS: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {
    name: bounds  # wide ones: people do not look into the almanac
    for names, bounds in (
        ("printemps spring", ((3, 1), (6, 21))),
        ("ete summer", ((6, 1), (9, 23))),
        ("automne autumn fall", ((9, 1), (12, 21))),
        ("hiver winter", ((12, 1), (3, 21))),
        ("noel christmas", ((12, 24), (12, 27))),
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "lundi monday", "mardi tuesday", "mercredi wednesday", "jeudi thursday", "vendredi friday", "samedi saturday",
            "dimanche sunday",
        )
    )
    for name in names.split()
}  # fmt: skip
_UNITS = {
    "semaine": "week", "week": "week", "mois": "month", "month": "month", "annee": "year", "an": "year", "year": "year",
    "weekend": "weekend",
}  # fmt: skip
_BEFORE = {"last": -1, "this": 0, "next": 1, "cette": 0, "ce": 0, "cet": 0}
_AFTER = {
    "dernier": -1, "derniere": -1, "passe": -1, "passee": -1, "prochain": 1, "prochaine": 1,
}  # fmt: skip
_DAYS_AWAY = {
    ("hier",): -1, ("yesterday",): -1, ("avant", "hier"): -2, ("aujourd", "hui"): 0, ("today",): 0, ("demain",): 1,
    ("tomorrow",): 1,
}  # fmt: skip
_LEADING = frozenset(
    ["l", "la", "le", "les", "the", "de", "du", "d", "en", "in", "of", "on", "au", "pendant", "during"]
)
_DAY = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)?")
_YEAR = re.compile(r"(?:19|20)\d\d")


class Moment(Struct, frozen=True):
    """A time that words told. first, after: RFC 3339 days, the second no longer in it; is_relative: it depends on today.

    start, end: which of the words told it.
    """

    first: str
    after: str
    start: int
    end: int
    is_relative: bool = False


def told(words: Sequence[str], today: date) -> Moment | None:
    """The first time that is told by some of these words, which are without capitals and accents; None where none is."""
    for start in range(len(words)):
        for read, is_relative in _READERS:
            if found := read(words[start:], today):
                return _moment(words, start, *found, is_relative=is_relative)
    years = [start for start, word in enumerate(words) if _YEAR.fullmatch(word)]
    if len(years) == 1 and len(words) > 1:  # `facture 2024`; alone, it is a number as well
        year = int(words[years[0]])
        return _moment(words, years[0], (date(year, 1, 1), date(year + 1, 1, 1)), 1, is_relative=False)
    return None


def _moment(words: Sequence[str], start: int, days: Days, length: int, *, is_relative: bool) -> Moment:
    first, after = days
    begin = start
    while begin and words[begin - 1] in _LEADING:
        begin -= 1
    return Moment(first.isoformat(), after.isoformat(), begin, start + length, is_relative)


Read = Callable[[Sequence[str], date], tuple[Days, int] | None]


def _day_of_month(words: Sequence[str], today: date) -> tuple[Days, int] | None:
    """`12 juillet 2024`, `July 12th 2024`."""
    for day, month in ((0, 1), (1, 0)):
        if len(words) >= 3 and (match := _DAY.fullmatch(words[day])) and words[month] in _MONTHS:
            days = _one_day(words[2], _MONTHS[words[month]], int(match[1]))
            return (days, 3) if days else None
    return None


def _one_day(year: str, month: int, day: int) -> Days | None:
    if not _YEAR.fullmatch(year):
        return None
    try:
        first = date(int(year), month, day)
    except ValueError:
        return None
    return first, first + timedelta(days=1)


def _part_of_year(words: Sequence[str], _today: date) -> tuple[Days, int] | None:
    """`juillet 2024`, `été 2024`, `winter of 2023`, `hiver 2023-2024`."""
    at = 2 if len(words) > 2 and words[1] in {"de", "of"} else 1
    if len(words) <= at or not _YEAR.fullmatch(words[at]):
        return None
    year = int(words[at])
    days = _in_year(words[0], year)
    if days is None:
        return None
    ends = days[1].year > year and words[at + 1 : at + 2] == [str(year + 1)]
    return days, at + 1 + ends


def _in_year(name: str, year: int) -> Days | None:
    """A month, a season or a feast of a year; winter begins in it."""
    if name in _MONTHS:
        return _month(year, _MONTHS[name])
    if name in _SEASONS:
        first, after = _SEASONS[name]
        return date(year, *first), date(year + (after < first), *after)
    return None


def _month(year: int, month: int) -> Days:
    return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)


def _near_today(words: Sequence[str], today: date) -> tuple[Days, int] | None:
    """`hier`, `yesterday`, `avant-hier`."""
    for said, away in _DAYS_AWAY.items():
        if tuple(words[: len(said)]) == said:
            first = today + timedelta(days=away)
            return (first, first + timedelta(days=1)), len(said)
    return None


def _last_or_next(words: Sequence[str], today: date) -> tuple[Days, int] | None:
    """`l'été dernier`, `la semaine prochaine`, `last week`, `cette année`, `next July`."""
    if len(words) < 2:
        return None
    if words[0] in _BEFORE:
        name, length = _named(words[1:])
        days = _away(name, _BEFORE[words[0]], today)
        return (days, 1 + length) if days else None
    name, length = _named(words)
    if len(words) > length and words[length] in _AFTER:
        days = _away(name, _AFTER[words[length]], today)
        return (days, length + 1) if days else None
    return None


def _named(words: Sequence[str]) -> tuple[str, int]:
    """What is last or next, and of how many words it is: `week-end` is two."""
    return ("weekend", 2) if list(words[:2]) == ["week", "end"] else (words[0], 1)


def _away(name: str, step: int, today: date) -> Days | None:
    """The unit, month, season or weekday before today, around it, or after."""
    if name in _UNITS:
        return _unit(_UNITS[name], step, today)
    if name in _WEEKDAYS:
        ahead = (_WEEKDAYS[name] - today.weekday()) % 7
        first = today + timedelta(days=ahead - 7 if step < 0 else ahead or 7 * step)
        return first, first + timedelta(days=1)
    around = [days for year in range(today.year - 2, today.year + 3) if (days := _in_year(name, year))]
    if step < 0:
        return next((days for days in reversed(around) if days[1] <= today), None)
    if step > 0:
        return next((days for days in around if days[0] > today), None)
    return next((days for days in around if days[0].year == today.year), None)


def _unit(unit: str, step: int, today: date) -> Days:
    monday = today - timedelta(days=today.weekday())
    if unit == "week":
        return monday + timedelta(weeks=step), monday + timedelta(weeks=step + 1)
    if unit == "weekend":
        return monday + timedelta(weeks=step, days=5), monday + timedelta(weeks=step + 1)
    if unit == "month":
        months = today.year * 12 + today.month - 1 + step
        return _month(months // 12, months % 12 + 1)
    return date(today.year + step, 1, 1), date(today.year + step + 1, 1, 1)


_READERS: tuple[tuple[Read, bool], ...] = (
    (_day_of_month, False), (_part_of_year, False), (_near_today, True), (_last_or_next, True),
)  # fmt: skip
