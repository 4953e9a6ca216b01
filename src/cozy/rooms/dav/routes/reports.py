"""REPORT: what programs ask of calendars, address books and the owner (RFC 3253 §3.6)."""

from __future__ import annotations

from starlette.responses import Response

from cozy.dav import headers, reports, xml
from cozy.dav.reports import ExpandProperty, Multiget, PrincipalSearch, Report, SearchProps, SyncCollection
from cozy.kernel.work import Work
from cozy.web.call import Call

from .. import service
from ..errors import NoQueryHere
from ..service.addresses import PRINCIPAL, PRINCIPALS, ROOT, Place
from ..service.changes import Span
from ..service.items import Tell
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
    with_texts = service.items.wants_text(place.dialect, asked.asked.props)
    span, tell, token = await call.read(_begun, place, asked, _is_minimal(call))

    async def pages() -> Pages:
        nonlocal token
        rest: Span | None = span if span.since < span.until else None
        while rest is not None:
            page = await call.scan(service.changes.page, place, rest, tell, with_texts=with_texts)
            rest, token = page.rest, page.token or token
            yield page.lines

    return await in_pages(call, place, pages(), ending=lambda: service.changes.ending(token))


def _begun(work: Work, place: Place, asked: SyncCollection, is_minimal: bool) -> tuple[Span, Tell, str]:
    """What there is to tell, who tells it, and the token where that is nothing."""
    collection, span = service.changes.begun(work, place, asked.token, asked.limit)
    render = service.rendering.render_of(place.dialect, asked.asked)
    tell = service.items.teller(
        work, place.dialect, collection, asked.asked.props, render=render, is_minimal=is_minimal
    )
    return span, tell, service.changes.token(work, span)
