"""The inbox and the outbox of scheduling (RFC 6638)."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import PlainTextResponse, Response

from cozy.dav import answers, bodies, headers, reports, xml
from cozy.dav.reports import CalendarQuery, Multiget
from cozy.dav.telling import responder
from cozy.kernel.routes import OPEN, may
from cozy.kernel.work import Work
from cozy.web.call import Call

from .. import service
from ..errors import NoQueryHere
from ..service.addresses import INBOX, OUTBOX
from ..service.dialects import CALDAV
from ..service.owner import Node
from .discovery import SENTENCE, capabilities
from .door import routes, told, xml_of

_SEES = may("GET", CALDAV.items)
_INBOX, _OUTBOX = INBOX.rstrip("/"), OUTBOX.rstrip("/")


@routes.on("OPTIONS", _INBOX, OPEN)
@routes.on("OPTIONS", _OUTBOX, OPEN)
async def options(call: Call) -> Response:
    """What can be done here. 200."""
    return capabilities(call)


@routes.on("GET", _INBOX, _SEES)
@routes.on("GET", _OUTBOX, _SEES)
async def get(call: Call) -> Response:
    """A sentence for people who open this in a browser. 200; 401, 403."""
    return PlainTextResponse(SENTENCE)


@routes.on("PROPFIND", _INBOX, _SEES)
async def inbox(call: Call) -> Response:
    """Where invitations would lie, were they not in the calendar already. 207; 400, 401, 403."""
    return await _told(call, service.scheduling.inbox)


@routes.on("PROPFIND", _OUTBOX, _SEES)
async def outbox(call: Call) -> Response:
    """Where programs ask when people are free. 207; 400, 401, 403."""
    return await _told(call, service.owner.outbox)


async def _told(call: Call, of: Callable[[Work], Node]) -> Response:
    asked = bodies.propfind(await xml_of(call))
    is_minimal = headers.is_minimal(call.header("prefer"), call.header("brief"))
    node = await call.read(of)
    return told(
        answers.multistatus([responder(service.owner.words(node), asked, is_minimal=is_minimal)(node)])
    )


@routes.on("REPORT", _INBOX, _SEES)
async def report(call: Call) -> Response:
    """Nothing is in the inbox. 207; 400, 401, 403."""
    asked = reports.read(await xml_of(call, xml.REPORT_LIMIT))
    if isinstance(asked, CalendarQuery):
        return told(answers.multistatus([]))
    if isinstance(asked, Multiget):
        return told(answers.multistatus(service.fetching.missing(href) for href in asked.hrefs))
    raise NoQueryHere


@routes.on("POST", _OUTBOX, _SEES)
async def ask(call: Call) -> Response:
    """When people are free (RFC 6638 §5). 200; 400, 401, 403."""
    body = await xml_of(call)
    asked = service.scheduling.question(body.decode("utf-8", "replace"))
    return told(await call.scan(service.scheduling.answers_to, asked), 200)
