"""Memories: photos of about this day in earlier years."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.problem import NotFound
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import formats
from cozy.web.call import Call

from .. import service
from ..model import Memory
from .door import PHOTOS_URL, number_in, routes, words
from .places import namer
from .rolls import roll_page
from .tiles import by_day, picture_url

LONGEST = timedelta(days=366)


class Card(Struct, frozen=True):
    """A memory as a picture with two lines."""

    href: str
    title: str
    under: str
    picture: str


def cards(work: Work) -> list[Card]:
    """What was photographed about this day of earlier years."""
    return [_card(work, memory) for memory in service.memories.on_this_day(work)]


def _card(work: Work, memory: Memory) -> Card:
    said = words(work)
    days = f"{memory.first}" if memory.first == memory.last else f"{memory.first}/{memory.last}"
    return Card(
        f"{PHOTOS_URL}/days/{days}", said.ngettext("%(num)s year ago", "%(num)s years ago", memory.years),
        namer(work)([memory.cover]) or said.ngettext("%(num)s photo", "%(num)s photos", memory.count),
        picture_url(memory.cover, 512),
    )  # fmt: skip


@routes.on("GET", f"{PHOTOS_URL}/days/{{first}}", OWNER)
async def day(call: Call, first: str) -> Response:
    """The photos of a day. 200; 404."""
    return await call.scan(_days, call, first, first)


@routes.on("GET", f"{PHOTOS_URL}/days/{{first}}/{{last}}", OWNER)
async def days(call: Call, first: str, last: str) -> Response:
    """The photos of some days. 200; 404."""
    return await call.scan(_days, call, first, last)


def _days(work: Work, call: Call, first: str, last: str) -> Response:
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as error:
        raise NotFound from error
    if not date(1800, 1, 1) <= start <= end <= date(9000, 1, 1) or end - start > LONGEST:
        raise NotFound
    roll = service.rolls.days(work, start, end)
    photos = service.rolls.photos(work, roll, number_in(call))
    shown = by_day(photos, service.timeline.zone(work), namer(work), roll.name)
    title = formats.days(start, end, words(work).locale)
    url = f"{PHOTOS_URL}/days/{first}" + (f"/{last}" if last != first else "")
    return roll_page(work, call, roll, url, "days.html", shown, title=title)
