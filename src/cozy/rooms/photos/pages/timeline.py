"""Every photo, newest first: a month after the other, and dates to go to."""

from __future__ import annotations

from itertools import groupby

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.problem import NotFound
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import formats
from cozy.web.call import Call

from .. import service
from ..model import Month
from ..service.timeline import PAGE
from .door import PHOTOS_URL, number_in, page, routes, words
from .memories import cards
from .places import namer
from .rolls import Part, Reel, fragment, turned, wants_fragment
from .tiles import by_day
from .who import seen

MONTH_URL = f"{PHOTOS_URL}/month"
AT_FIRST = 60  # photos that the first page shows at least, where there are as many


class Year(Struct, frozen=True):
    """A year of the rail with its months, newest first."""

    year: int
    months: list[Month]

    @property
    def count(self) -> int:
        """How many photos are of it."""
        return sum(month.count for month in self.months)


@routes.on("GET", PHOTOS_URL, OWNER)
async def timeline(call: Call) -> Response:
    """Photos, from the last one on. 200."""
    return await call.scan(_timeline, call)


def _timeline(work: Work, call: Call) -> Response:
    months = service.timeline.months(work)
    parts: list[Part] = []
    shown = 0
    for month in months:
        if shown >= AT_FIRST:
            break
        parts.append(_part(work, month, months, 1))
        shown += min(month.count, PAGE)
    return _page(work, call, months, parts, is_first=True)


@routes.on("GET", f"{MONTH_URL}/{{key}}", OWNER)
async def month(call: Call, key: str) -> Response:
    """Photos of a month. 200; 404."""
    return await call.scan(_month, call, key)


def _month(work: Work, call: Call, key: str) -> Response:
    months = service.timeline.months(work)
    found = next((month for month in months if month.key == key), None)
    if found is None:
        raise NotFound
    part = _part(work, found, months, number_in(call))
    if wants_fragment(call):
        return fragment(work, call, part)
    return _page(work, call, months, [part])


def _part(work: Work, month: Month, months: list[Month], number: int) -> Part:
    photos = service.timeline.of_month(work, month, months, number)
    days = by_day(photos, service.timeline.zone(work), namer(work))
    return Part(month.key, number, days, month.day)


def _page(
    work: Work, call: Call, months: list[Month], parts: list[Part], *, is_first: bool = False
) -> Response:
    said = words(work)
    stretches = [(month.key, formats.month(month.day, said.locale), month.count) for month in months]
    before, after = _turning(months, parts)
    reel = Reel(
        MONTH_URL + "/{key}", stretches, parts, sum(month.count for month in months),
        "" if is_first else before, after,
    )  # fmt: skip
    return page(
        work, call, "photos.html", reel=reel, years=years(months), memories=cards(work) if is_first else [],
        current=parts[0].key if parts else "", is_first=is_first, seen=seen(work),
    )  # fmt: skip


def years(months: list[Month]) -> list[Year]:
    """Months by year, newest first."""
    return [Year(year, list(some)) for year, some in groupby(months, lambda month: month.day.year)]


def _turning(months: list[Month], parts: list[Part]) -> tuple[str, str]:
    """Where what is newer and what is older is."""
    if not parts:
        return "", ""
    pages = [(month.key, n) for month in months for n in range(1, -(-month.count // PAGE) + 1)]
    keys = [(part.key, part.page) for part in parts]
    first = pages.index(keys[0]) if keys[0] in pages else 0
    last = pages.index(keys[-1]) if keys[-1] in pages else first
    return (
        _url(pages[first - 1]) if first else "",
        _url(pages[last + 1]) if last + 1 < len(pages) else "",
    )


def _url(place: tuple[str, int]) -> str:
    return turned(f"{MONTH_URL}/{place[0]}", place[1])


@routes.on("GET", f"{PHOTOS_URL}/dates", OWNER)
async def dates(call: Call) -> Response:
    """Every month that has photos, to go to. 200."""
    return await call.scan(_dates, call)


def _dates(work: Work, call: Call) -> Response:
    return page(work, call, "dates.html", years=years(service.timeline.months(work)))
