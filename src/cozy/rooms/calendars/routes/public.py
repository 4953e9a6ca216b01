"""Public calendars, for programs that subscribe to them."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from cozy.kernel.ledger import Use
from cozy.kernel.routes import OPEN
from cozy.web.call import Call

from .. import service
from ..model import CALENDARS
from .door import routes


@routes.on("GET", "/public/calendars/{code}.ics", OPEN)
async def calendar(call: Call, code: str) -> Response:
    """A calendar that the owner made public, as iCalendar. 200; 304, 404."""
    opened = await call.scan(service.public.read, code)
    headers = {
        "etag": opened.tag, "cache-control": "private, no-cache", "x-robots-tag": "noindex",
        "content-disposition": f"attachment; filename*=UTF-8''{quote(opened.name, safe='')}.ics",
    }  # fmt: skip
    call.house.ledger.note(call.home, opened.caller, Use("GET", CALENDARS), call.house.clock())
    if opened.tag in call.header("if-none-match"):
        return Response(status_code=304, headers=headers)
    return Response(opened.text, 200, headers, "text/calendar; charset=utf-8")
