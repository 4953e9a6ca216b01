"""A shared calendar: its next days, and how to follow it."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from starlette.responses import Response

from cozy.kernel.work import Work
from cozy.rooms.calendars.model import Occurrence
from cozy.web.call import Call

from .. import service
from ..service.opening import Opened
from .door import guest_page, is_owner


async def show(call: Call, opened: Opened) -> Response:
    """What comes, day by day; a calendar without a password can be followed by programs."""
    return await call.scan(_days, call, opened, await is_owner(call))


def _days(work: Work, call: Call, opened: Opened, is_owner: bool) -> Response:
    found = service.days.soon(work, opened)
    host = call.home.origin.partition("://")[2]
    address = "" if opened.has_password else f"{call.home.origin}/public/calendars/{opened.code}.ics"
    return guest_page(
        work, call, "days.html", opened, is_owner=is_owner, days=_by_day(found), ics=address,
        webcal=f"webcal://{host}/public/calendars/{opened.code}.ics", ahead=service.days.AHEAD.days,
    )  # fmt: skip


def _by_day(found: list[Occurrence]) -> list[tuple[date, list[Occurrence]]]:
    return [(day, list(some)) for day, some in groupby(found, key=lambda each: each.start.date())]
