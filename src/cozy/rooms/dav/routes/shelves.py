"""Calendars and address books: OPTIONS, GET, PROPFIND, PROPPATCH, MKCALENDAR, MKCOL, DELETE."""

from __future__ import annotations

from starlette.responses import PlainTextResponse, Response

from cozy.dav import answers, bodies, headers, xml
from cozy.dav.bodies import Change, PropFind
from cozy.dav.conditions import Alternative
from cozy.dav.telling import responder
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.model import Item
from cozy.web.call import Call

from .. import service
from ..errors import NoBodyHere, TooDeep
from ..service.addresses import Place, of_shelf
from ..service.dialects import CALDAV
from ..service.items import Tell
from .discovery import SENTENCE, capabilities
from .door import done, told, xml_of
from .paging import Pages, in_pages
from .places import at, lists_of

PAGE = 1000


@at("OPTIONS", "home", None)
@at("OPTIONS", "shelf", None)
@at("OPTIONS", "item", None)
async def options(call: Call, place: Place) -> Response:
    """What can be done with calendars and contacts, whether or not something is there. 200."""
    return capabilities(call)


@at("GET", "home", "GET", "shelves")
async def greet(call: Call, place: Place) -> Response:
    """A sentence for people who open this in a browser. 200; 401, 403."""
    return PlainTextResponse(SENTENCE)


@at("GET", "shelf", "GET")
async def get(call: Call, place: Place) -> Response:
    """The same. 200; 401, 403, 404."""
    await call.read(collections.shelves.one, place.dialect.kind, place.collection)
    return PlainTextResponse(SENTENCE)


@at("PROPFIND", "home", "GET", "shelves")
async def propfind_home(call: Call, place: Place) -> Response:
    """Where the calendars or address books are and, with `Depth: 1`, each of them. 207; 400, 401, 403."""
    depth = headers.depth(call.header("depth"), otherwise=0)
    asked = bodies.propfind(await xml_of(call))
    if depth is None:
        raise TooDeep
    lines = await call.read(_home, place, asked, depth, _is_minimal(call))
    call.account(len(lines))
    return told(answers.multistatus(lines))


def _is_minimal(call: Call) -> bool:
    return headers.is_minimal(call.header("prefer"), call.header("brief"))


def _home(work: Work, place: Place, asked: PropFind, depth: int, is_minimal: bool) -> list[str]:
    dialect = place.dialect
    nodes = [service.owner.home(work, dialect)]
    shelves = collections.shelves.all_(work, dialect.kind) if depth else []
    if depth and dialect is CALDAV:
        nodes += service.scheduling.boxes(work)
    shelf = service.shelves.of(work, dialect, asked)
    tell = responder(service.shelves.WORDS[dialect.kind], asked, is_minimal=is_minimal)
    lines = [responder(service.owner.words(node), asked, is_minimal=is_minimal)(node) for node in nodes]
    return lines + [tell(shelf(each)) for each in shelves]


@at("PROPFIND", "shelf", "GET")
async def propfind(call: Call, place: Place) -> Response:
    """A calendar or address book and, with `Depth: 1`, what is in it. 207; 400, 401, 403, 404, 412."""
    depth = headers.depth(call.header("depth"), otherwise=0)
    asked, lists = bodies.propfind(await xml_of(call)), lists_of(call)
    if depth is None:
        raise TooDeep
    first, tell = await call.read(_looked_at, place, asked, lists, _is_minimal(call))
    if depth == 0:
        return told(answers.multistatus([first]))

    async def pages() -> Pages:
        after: str | None = ""
        while after is not None:
            lines, after = await call.scan(_page, place, tell, after)
            yield lines

    return await in_pages(call, place, pages(), head=first)


def _looked_at(
    work: Work, place: Place, asked: PropFind, lists: tuple[Alternative, ...], is_minimal: bool
) -> tuple[str, Tell]:
    dialect = place.dialect
    collection = collections.shelves.one(work, dialect.kind, place.collection)
    service.expecting.check(work, lists, place)
    tell = responder(service.shelves.WORDS[dialect.kind], asked, is_minimal=is_minimal)
    shelf = service.shelves.of(work, dialect, asked)(collection)
    return tell(shelf), service.items.teller(work, dialect, collection, asked, is_minimal=is_minimal)


def _page(work: Work, place: Place, tell: Tell, after: str) -> tuple[list[str], str | None]:
    """A page of what is in a collection, and the name that the next one begins after, None for the last."""
    found = collections.items.entries(work, place.dialect.kind, place.collection, after, PAGE)
    return [tell(Item(entry, "")) for entry in found], found[-1].name if len(found) == PAGE else None


@at("PROPPATCH", "shelf", "PATCH", "shelves")
async def proppatch(call: Call, place: Place) -> Response:
    """Set and remove properties, all or none. 207; 400, 401, 403, 404, 412, 422."""
    changes = bodies.proppatch(await xml_of(call))
    said = await call.write(_patched, place, lists_of(call), changes)
    return told(
        answers.multistatus([answers.response(of_shelf(place.dialect, place.collection), "".join(said))])
    )


def _patched(work: Work, place: Place, lists: tuple[Alternative, ...], changes: list[Change]) -> list[str]:
    service.expecting.check(work, lists, place)
    return service.shelves.patch(work, place.dialect, place.collection, changes)


@at("MKCALENDAR", "shelf", "POST", "shelves")
async def make_calendar(call: Call, place: Place) -> Response:
    """A new calendar (RFC 4791 §5.3.1). 201; 400, 401, 403, 405, 422."""
    if place.dialect is not CALDAV:
        raise NoBodyHere
    changes = bodies.creation(await xml_of(call), f"{{{xml.CALDAV}}}mkcalendar")
    return await _made(call, place, changes)


@at("MKCOL", "shelf", "POST", "shelves")
async def make_shelf(call: Call, place: Place) -> Response:
    """A new calendar or address book (RFC 5689). 201; 400, 401, 403, 405, 422."""
    return await _made(call, place, bodies.creation(await xml_of(call), "{DAV:}mkcol"))


async def _made(call: Call, place: Place, changes: list[Change]) -> Response:
    await call.write(service.shelves.make, place.dialect, place.collection, changes)
    return done(is_new=True)


@at("DELETE", "shelf", "DELETE", "shelves")
async def delete(call: Call, place: Place) -> Response:
    """Delete a calendar or address book; what is in it goes to the bin. 204; 401, 403, 404, 412."""
    await call.write(_deleted, place, lists_of(call))
    return done(is_new=False)


def _deleted(work: Work, place: Place, lists: tuple[Alternative, ...]) -> None:
    service.expecting.check(work, lists, place)
    collections.shelves.delete(work, place.dialect.kind, place.collection)
