"""The first page of Contacts: everybody, by letter; and who is found."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.call import Call

from .. import service
from .birthdays import coming
from .door import CONTACTS_URL, page, routes
from .rows import listed

SOON, SHOWN = 59, 5  # days ahead, and birthdays of them


@routes.on("GET", CONTACTS_URL, OWNER)
async def people(call: Call) -> Response:
    """Everybody, or those whom the query narrows the list to. 200."""
    return await call.scan(_people, call)


def _people(work: Work, call: Call) -> Response:
    return page(work, call, "list.html", **listed(work, call))


@routes.on("GET", f"{CONTACTS_URL}/today", OWNER)
async def today(call: Call) -> Response:
    """What stands beside the list while nobody is chosen: birthdays that are near, people who are there twice. 200."""
    return await call.scan(_today, call)


def _today(work: Work, call: Call) -> Response:
    soon, twins = coming(work, SOON)[:SHOWN], len(service.twins.duplicates(work))
    return page(work, call, "today.html", soon=soon, twins=twins)
