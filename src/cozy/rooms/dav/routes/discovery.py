"""How programs find calendars and address books: well-known addresses (RFC 6764), the owner, and the top of everything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.responses import PlainTextResponse, RedirectResponse, Response

from cozy.dav import answers, bodies, headers
from cozy.dav.telling import responder
from cozy.kernel.routes import KNOWN, OPEN
from cozy.kernel.work import Work
from cozy.web.call import Call

from .. import service
from ..service.addresses import PRINCIPAL, PRINCIPALS, ROOT
from ..service.owner import Node
from .door import routes, told, xml_of

CLASSES = "1, 3, access-control, extended-mkcol, calendar-access, addressbook"
# Where mails can leave: who hears it leaves inviting people to the home.
SCHEDULING = "calendar-auto-schedule"
METHODS = "OPTIONS, GET, HEAD, PUT, DELETE, MKCOL, MKCALENDAR, COPY, MOVE, PROPFIND, PROPPATCH, REPORT"
WELL_KNOWN = ("/.well-known/caldav", "/.well-known/carddav")
SENTENCE = "This address is for programs: give it to the calendar or the contacts of your device.\n"
OF_NEXTCLOUD = ("/remote.php/dav", "/remote.php/caldav", "/remote.php/carddav")  # what its clients try
Handler = Callable[[Call], Awaitable[Response]]


def everywhere(method: str, *paths: str) -> Callable[[Handler], Handler]:
    """Declare a handler at some of these addresses, for whoever was let in."""

    def register(handler: Handler) -> Handler:
        for path in paths:
            routes.on(method, path.rstrip("/") or "/", OPEN if method == "OPTIONS" else KNOWN)(handler)
        return handler

    return register


async def well_known(call: Call) -> Response:
    """Leads to the top of DAV (RFC 6764 §5). 301."""
    return RedirectResponse(ROOT, 301, {"cache-control": "private, max-age=86400"})


for _path in WELL_KNOWN:
    for _method in ("GET", "PROPFIND", "OPTIONS", "REPORT"):
        routes.on(_method, _path, OPEN)(well_known)


@everywhere("OPTIONS", ROOT, PRINCIPALS, PRINCIPAL)
async def options(call: Call) -> Response:
    """What can be done with calendars and contacts. 200."""
    return capabilities(call)


def capabilities(call: Call) -> Response:
    """What the doors of calendars and contacts can do (RFC 4918 §10.1)."""
    classes = f"{CLASSES}, {SCHEDULING}" if call.house.mailer.configured else CLASSES
    return Response(headers={"dav": classes, "allow": METHODS, "content-length": "0"})


@everywhere("GET", ROOT)
async def get(call: Call) -> Response:
    """A sentence for people who open this in a browser. 200; 401, 403."""
    await call.read(service.owner.known)
    return PlainTextResponse(SENTENCE)


@everywhere("PROPFIND", "/", ROOT, *OF_NEXTCLOUD)
async def root(call: Call) -> Response:
    """Who is there, and where their calendars and contacts are. 207; 400, 401, 403."""
    return await _told(call, service.owner.root)


@everywhere("PROPFIND", PRINCIPALS)
async def principals(call: Call) -> Response:
    """The people of this home: its owner. 207; 400, 401, 403."""
    return await _told(call, service.owner.principals)


@everywhere("PROPFIND", PRINCIPAL)
async def principal(call: Call) -> Response:
    """The owner. 207; 400, 401, 403."""
    return await _told(call, lambda work: [service.owner.principal(work)])


async def _told(call: Call, of: Callable[[Work], list[Node]]) -> Response:
    depth = headers.depth(call.header("depth"), otherwise=0)
    asked = bodies.propfind(await xml_of(call))
    is_minimal = headers.is_minimal(call.header("prefer"), call.header("brief"))
    nodes = await call.read(of)
    told_ = nodes if depth != 0 else nodes[:1]
    return told(
        answers.multistatus(
            responder(service.owner.words(node), asked, is_minimal=is_minimal)(node) for node in told_
        )
    )
