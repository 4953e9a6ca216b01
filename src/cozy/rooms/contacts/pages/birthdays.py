"""Birthdays: those that come next, month by month."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from babel.dates import format_date
from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.web.call import Call

from .. import service
from .cards import Row
from .days import in_words, turns
from .door import CONTACTS_URL, page, routes, words
from .rows import row


class Feast(Struct, frozen=True):
    """A birthday that comes. on: the day; born: in words; turns: how old, and when."""

    row: Row
    on: date
    born: str
    turns: str
    is_today: bool


def today_of(work: Work) -> date:
    """Today, where the owner is."""
    return work.now.astimezone(ZoneInfo(homes.profile(work).tz)).date()


def coming(work: Work, days: int) -> list[Feast]:
    """The birthdays of the next days, the nearest first."""
    said, today = words(work), today_of(work)
    return [
        Feast(
            row(each.person),
            each.on,
            in_words(said, each.born),
            turns(said, each.born, today),
            each.on == today,
        )
        for each in service.people.birthdays(work, today, days)
    ]


@routes.on("GET", f"{CONTACTS_URL}/birthdays", OWNER)
async def birthdays(call: Call) -> Response:
    """All birthdays of a year, from today on. 200."""
    return await call.scan(_birthdays, call)


def _birthdays(work: Work, call: Call) -> Response:
    said = words(work)
    months: list[tuple[str, list[Feast]]] = []
    for feast in coming(work, 366):
        month = format_date(feast.on, "MMMM y", locale=said.locale)
        if not months or months[-1][0] != month:
            months.append((month, []))
        months[-1][1].append(feast)
    return page(work, call, "birthdays.html", months=months)
