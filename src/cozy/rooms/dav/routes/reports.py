"""REPORT: what programs ask of calendars, address books and the owner (RFC 3253 §3.6)."""

from __future__ import annotations

from starlette.responses import Response

from cozy.dav import headers, reports, xml
from cozy.dav.reports import (
    BusyQuery,
    CalendarQuery,
    CardQuery,
    ExpandProperty,
    Multiget,
    PrincipalSearch,
    Report,
    SearchProps,
    SyncCollection,
)
from cozy.web.call import Call

from .. import service
from ..errors import NoQueryHere
from ..service.addresses import PRINCIPAL, PRINCIPALS, ROOT, Place
from ..service.changes import Span
from ..service.dialects import CALDAV
from .discovery import everywhere
from .door import told, xml_of
from .paging import Pages, in_pages
from .places import at

AT_HAND = 100  # items that are read while others wait


@everywhere("REPORT", ROOT, PRINCIPALS, PRINCIPAL)
async def about_people(call: Call) -> Response:
    """Who the owner is. 207; 400, 401, 403."""
    asked = await _asked(call)
    if isinstance(asked, ExpandProperty):
        return told(await call.read(service.people.expand, call.request.url.path, asked))
    return await _about_owner(call, asked)


async def _asked(call: Call) -> Report:
    return reports.read(await xml_of(call, xml.REPORT_LIMIT))


async def _about_owner(call: Call, asked: Report) -> Response:
    if isinstance(asked, SearchProps):
        return told(service.people.searchable(), 200)
    if isinstance(asked, PrincipalSearch):
        return told(await call.read(service.people.search, asked))
    raise NoQueryHere


@at("REPORT", "home", "GET", "shelves")
async def about_all(call: Call, place: Place) -> Response:
    """Items of several calendars or address books, by their addresses; and who the owner is. 207; 400, 401, 403."""
    asked = await _asked(call)
    return await (_multiget(call, place, asked) if isinstance(asked, Multiget) else _about_owner(call, asked))


@at("REPORT", "shelf", "GET")
async def about_shelf(call: Call, place: Place) -> Response:
    """What is in a calendar or address book: by address, by what it says, or what changed. 200, 207; 400, 401, 403, 404."""
    asked = await _asked(call)
    if isinstance(asked, Multiget):
        return await _multiget(call, place, asked)
    if isinstance(asked, SyncCollection):
        return await _changes(call, place, asked)
    if isinstance(asked, CalendarQuery | CardQuery):
        return await _matching(call, place, asked)
    if isinstance(asked, BusyQuery):
        return await _busy(call, place, asked)
    raise NoQueryHere


def _is_minimal(call: Call) -> bool:
    return headers.is_minimal(call.header("prefer"), call.header("brief"))


async def _multiget(call: Call, place: Place, asked: Multiget) -> Response:
    if asked.kind != place.dialect.kind:
        raise NoQueryHere

    async def pages() -> Pages:
        run, at_once = (call.read if len(asked.hrefs) <= AT_HAND else call.scan), service.fetching.AT_ONCE
        for start in range(0, len(asked.hrefs), at_once):
            hrefs, is_minimal = asked.hrefs[start : start + at_once], _is_minimal(call)
            yield await run(service.fetching.lines, place.dialect, asked.asked, hrefs, is_minimal=is_minimal)

    return await in_pages(call, place, pages())


async def _changes(call: Call, place: Place, asked: SyncCollection) -> Response:
    span, token = await call.read(service.changes.begun, place, asked.token, asked.limit)

    async def pages() -> Pages:
        nonlocal token
        rest: Span | None = span if span.since < span.until else None
        while rest is not None:
            page = await call.scan(
                service.changes.page, place, rest, asked.asked, is_minimal=_is_minimal(call)
            )
            rest, token = page.rest, page.token or token
            yield page.lines

    return await in_pages(call, place, pages(), ending=lambda: service.changes.ending(token))


async def _matching(call: Call, place: Place, asked: CalendarQuery | CardQuery) -> Response:
    if (place.dialect is CALDAV) != isinstance(asked, CalendarQuery):
        raise NoQueryHere
    component, is_minimal = service.querying.component_of_all(asked), _is_minimal(call)

    async def pages() -> Pages:
        if component is None and isinstance(asked, CalendarQuery):
            yield await call.scan(service.querying.in_calendar, place, asked, is_minimal=is_minimal)
        elif component is None and isinstance(asked, CardQuery):
            yield await call.scan(service.querying.in_book, place, asked, is_minimal=is_minimal)
        after: str | None = "" if component is not None else None
        while after is not None:
            lines, after = await call.scan(
                service.querying.all_of, place, asked, component or "", after, is_minimal=is_minimal
            )
            yield lines

    return await in_pages(call, place, pages())


async def _busy(call: Call, place: Place, asked: BusyQuery) -> Response:
    if place.dialect is not CALDAV:
        raise NoQueryHere
    text = await call.scan(service.scheduling.busy, place, asked)
    return Response(text, 200, media_type="text/calendar; charset=utf-8")
