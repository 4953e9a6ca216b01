"""The first page of Contacts: everybody, by letter; and who is found."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.call import Call

from .birthdays import coming
from .door import CONTACTS_URL, page, routes
from .rows import listed

SOON, SHOWN = 60, 5  # days ahead, and birthdays of them


@routes.on("GET", CONTACTS_URL, OWNER)
async def people(call: Call) -> Response:
    """Everybody, or those whom the query narrows the list to. 200."""
    return await call.scan(_people, call)


def _people(work: Work, call: Call) -> Response:
    return page(work, call, "list.html", soon=coming(work, SOON)[:SHOWN], **listed(work, call))
