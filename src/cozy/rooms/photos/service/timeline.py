"""Photos by the owner's clock: months with how many, the photos of one, what is beside a photo."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from .. import access, store
from ..model import Month, Photo, moment, photo_of

PAGE = 200  # photos that are shown at once
_FIRST = date(1826, 1, 1)  # no photo is older; what says so is counted with the oldest
_LOW, _HIGH = "", "~"  # before and after all moments, as text


def zone(work: Work) -> ZoneInfo:
    """The owner's time zone."""
    return ZoneInfo(homes.profile(work).tz)


def months(work: Work) -> list[Month]:
    """Every month that has photos, newest first. Raises NobodyIn, NotAllowed."""
    access.every(work)
    edges = store.edges(work)
    if edges is None:
        return []
    here = zone(work)
    first, last = (_month_of(work, text, here) for text in edges)
    all_ = _from_to(first, last)
    spans = [(day.isoformat(), *_span(day, _next(day), here)) for day in all_]
    spans[0] = (spans[0][0], _LOW, spans[0][2])
    spans[-1] = (spans[-1][0], spans[-1][1], _HIGH)
    found = store.counts(work, spans)
    return [Month(day, found[day.isoformat()]) for day in reversed(all_) if day.isoformat() in found]


def _month_of(work: Work, text: str, here: ZoneInfo) -> date:
    """The first day of the month of a moment; what is none, or out of all bounds, goes to the next that is possible."""
    at = moment(text)
    latest = (work.now + timedelta(days=1)).astimezone(here).date()
    if at is None:
        return (_FIRST if text < "1" else latest).replace(day=1)
    return min(max(at.astimezone(here).date(), _FIRST), latest).replace(day=1)


def _from_to(first: date, last: date) -> list[date]:
    months, day = [], min(first, last)
    while day <= last:
        months.append(day)
        day = _next(day)
    return months


def _next(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _span(first: date, until: date, here: ZoneInfo) -> tuple[str, str]:
    """From when until when days last, as documents write moments."""
    start, end = (datetime.combine(day, time(), here).astimezone(UTC) for day in (first, until))
    return iso(start), iso(end)


def of_month(work: Work, month: Month, all_: list[Month], page: int = 1) -> list[Photo]:
    """A page of the photos of a month, newest first; all_: every month. Raises NobodyIn, NotAllowed."""
    access.every(work)
    low, high = _span(month.day, _next(month.day), zone(work))
    if month.day == all_[-1].day:
        low = _LOW
    if month.day == all_[0].day:
        high = _HIGH
    found = store.between(work, low, high, skip=(page - 1) * PAGE, limit=PAGE)
    return [photo_of(file) for file in found]


def of_days(work: Work, first: date, last: date) -> list[str]:
    """Ids of the photos of some days, newest first. Raises NobodyIn, NotAllowed."""
    access.every(work)
    return store.ids_between(work, *_span(first, last + timedelta(days=1), zone(work)))


def count_days(work: Work, spans: list[tuple[date, date]]) -> dict[tuple[date, date], int]:
    """How many photos are of some days, first and last; those without any are left out. Raises NobodyIn, NotAllowed."""
    access.every(work)
    here = zone(work)
    asked = [
        (f"{first}/{last}", *_span(first, last + timedelta(days=1), here))
        for first, last in dict.fromkeys(spans)
    ]
    found = store.counts(work, asked)
    return {(a, b): found[f"{a}/{b}"] for a, b in spans if f"{a}/{b}" in found}


def one_of_days(work: Work, first: date, last: date) -> Photo | None:
    """The last photo of some days. Raises NobodyIn, NotAllowed."""
    access.every(work)
    low, high = _span(first, last + timedelta(days=1), zone(work))
    found = store.between(work, low, high, skip=0, limit=1)
    return photo_of(found[0]) if found else None


def beside(work: Work, photo: Photo) -> tuple[Photo | None, Photo | None]:
    """The photos just newer and just older. Raises NobodyIn, NotAllowed."""
    access.every(work)
    newer = store.beside(work, photo.taken, photo.id, newer=True)
    older = store.beside(work, photo.taken, photo.id, newer=False)
    return (photo_of(newer) if newer else None, photo_of(older) if older else None)
