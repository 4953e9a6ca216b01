"""Rolls on pages: parts of 200 photos, which scripts fetch as they come near, and links between them without scripts."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.work import Work
from cozy.web import pages
from cozy.web.call import Call

from .. import service
from ..service.rolls import Roll
from ..service.timeline import PAGE
from .door import number_in, page
from .tiles import Day, flat


class Part(Struct, frozen=True):
    """Some photos of a roll that are on a page together. key: of the month, "" where there are none; month: to be named."""

    key: str
    page: int
    days: list[Day]
    month: date | None = None

    @property
    def name(self) -> str:
        """`2026-07/1`."""
        return f"{self.key}/{self.page}"


class Reel(Struct, frozen=True):
    """A roll as a page shows it.

    url: of a part, `{key}` standing for its key; stretches: key, name and number of photos, of each; total: of them all.
    """

    url: str
    stretches: list[tuple[str, str, int]]
    parts: list[Part]
    total: int
    before_url: str = ""
    after_url: str = ""

    @property
    def told(self) -> str:
        """What scripts need to know of it, as JSON."""
        told = {"url": self.url, "page": PAGE, "stretches": self.stretches}
        return msgspec.json.encode(told).decode()


def fragment(work: Work, call: Call, part: Part) -> Response:
    """A part alone, as scripts ask for it."""
    return pages.page(work, call, "photos/part.html", part=part)


def wants_fragment(call: Call) -> bool:
    """Whether a script asks for a part alone."""
    return call.query("part") == "1"


def roll_page(
    work: Work, call: Call, roll: Roll, url: str, template: str, days: list[Day] | None = None, **context: Any
) -> Response:
    """A page of a roll; days: its photos as they are to be grouped, all in one grid by default."""
    number = number_in(call)
    photos = service.rolls.photos(work, roll, number)
    part = Part("", number, flat(photos, roll.name) if days is None else days)
    if wants_fragment(call):
        return fragment(work, call, part)
    total = len(roll.ids)
    reel = Reel(
        url, [("", "", total)], [part] if part.days else [], total,
        turned(url, number - 1) if number > 1 else "", turned(url, number + 1) if number * PAGE < total else "",
    )  # fmt: skip
    return page(work, call, template, reel=reel, **context)


def turned(url: str, number: int) -> str:
    """The address of another page."""
    if number == 1:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'page': number})}"
