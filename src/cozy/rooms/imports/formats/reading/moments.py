"""Moments as strangers write them; each answer is RFC 3339 in UTC, or nothing where it is no date."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cozy.kernel import clock

_EARLIEST = datetime(1800, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = re.compile(r"^\s*(\d{1,4})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{1,4})\.?\s*$")
_PAIR = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan janv january janvier januar enero ene gennaio gen januari janeiro sty",
            "feb fév févr february février februar febrero febbraio februari fevereiro fev lut",
            "mar mars mär märz march marzo mrt maart março mrz",
            "apr avr april avril abril abr aprile kwi",
            "may mai mayo maggio mag mei maio maj",
            "jun juin june juni junio giugno giu junho cze",
            "jul juil july juillet juli julio luglio lug julho lip",
            "aug août august agosto ago augustus sie",
            "sep sept september septembre septiembre settembre set setembro wrz",
            "oct okt october octobre oktober octubre ottobre ott outubro out paź",
            "nov november novembre noviembre novembro lis",
            "dec déc dez december décembre dezember diciembre dic dicembre dezembro gru",
        ),
        1,
    )
    for name in names.split()
}
_HEAD = re.compile(r"\s*\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\.?")
_WORD = re.compile(r"[^\W\d_]+")
_CLOCK = re.compile(r"(\d{1,2})[:h.](\d{2})(?:[:.](\d{2}))?\s*([AaPp]\.?\s?[Mm]\b)?")
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?\s*$")
_ZONES = {"UTC": 0, "GMT": 0, "Z": 0, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "BST": 1, "WET": 0, "WEST": 1,
          "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}  # fmt: skip


def from_epoch(value: Any, per_second: int = 1) -> str:
    """A number of seconds, or of parts of them, since 1970; zero says that nobody knew."""
    try:
        number = float(value)
        moment = _EPOCH + timedelta(seconds=number / per_second)
    except (TypeError, ValueError, OverflowError):
        return ""
    return _told(moment) if number else ""


def from_iso(value: Any) -> str:
    """What ISO 8601 writes; without an offset it is UTC."""
    if not isinstance(value, str):
        return ""
    text = value.strip().replace(" UTC", "Z").replace("/", "-")
    try:
        return _told(clock.parse(text))
    except (ValueError, OverflowError):
        return ""


def from_words(text: str) -> str:
    """`Jan 2, 2020, 3:04:05 PM CET`, `2 janv. 2020, 15:04:05 CET`, `02.01.2020, 15:04:05 MEZ`: in UTC if the zone is said."""
    day = _spelt(text)
    time = _CLOCK.search(text, _behind_date(text))
    if day is None:
        return ""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if time:
        found = hour(time)
        if found is None:
            return ""
        moment += found - timedelta(hours=_zone(text[time.end() :]))
    return _told(moment)


def _behind_date(text: str) -> int:
    """Where a date in numbers ends: its points are not those of a clock."""
    head = _HEAD.match(text)
    return head.end() if head else 0


def hour(found: re.Match[str]) -> timedelta | None:
    """The time of a day, of the match of hours, minutes, seconds and the half of the day."""
    hours, minutes, seconds, half = found.groups()
    number = int(hours)
    if half:
        number = number % 12 + (12 if half[0] in "Pp" else 0)
    if number > 23 or int(minutes) > 59 or int(seconds or 0) > 59:
        return None
    return timedelta(hours=number, minutes=int(minutes), seconds=int(seconds or 0))


def _spelt(text: str) -> date | None:
    words = [_MONTHS[word] for word in _WORD.findall(text.lower()) if word in _MONTHS]
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if not words:
        head = _HEAD.match(text)
        return day(head.group().rstrip(".")) if head else None
    year = next((number for number in numbers[:2] if number > 31), None)
    day_of_month = next((number for number in numbers[:2] if 0 < number < 32), None)
    return _date(year, words[0], day_of_month) if year and day_of_month else None


def day(text: str, *, is_month_first: bool = False) -> date | None:
    """A date in numbers: year first where it has four digits, else day, month, year, unless the month leads."""
    found = _DAY.match(text)
    if not found:
        return None
    first, second, third = (int(part) for part in found.groups())
    if len(found[1]) == 4:
        return _date(first, second, third)
    year = third if len(found[3]) == 4 else _century(third)
    if is_month_first:
        first, second = second, first
    return _date(year, second, first)


def leads_with_month(dates: Iterable[str]) -> bool:
    """Whether some date can only be read with its month first, and none with its day first."""
    found = [match for date in dates if (match := _PAIR.match(date))]
    return any(int(one[2]) > 12 for one in found) and not any(int(one[1]) > 12 for one in found)


def _century(year: int) -> int:
    return year + (1900 if year > 69 else 2000)


def _date(year: int, month: int, of_month: int) -> date | None:
    try:
        return date(year, month, of_month)
    except ValueError:
        return None


def _zone(text: str) -> float:
    """Hours ahead of UTC, as the end of a text says."""
    offset = _OFFSET.search(text)
    if offset:
        sign = -1 if offset[1] == "-" else 1
        return sign * (int(offset[2]) + int(offset[3] or 0) / 60)
    return next((_ZONES[word] for word in _WORD.findall(text.upper()) if word in _ZONES), 0)


def _told(moment: datetime) -> str:
    return clock.iso(moment) if moment >= _EARLIEST else ""
