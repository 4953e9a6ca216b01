"""What is in calendars and address books: GET, PUT, DELETE, COPY, MOVE, PROPFIND, PROPPATCH."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import Response

from cozy.dav import answers, bodies, headers
from cozy.dav.bodies import PropFind
from cozy.dav.conditions import Alternative
from cozy.dav.telling import refused
from cozy.kernel.clock import parse
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.errors import BadText, NoItem, TextTooLarge
from cozy.rooms.collections.model import TEXT_LIMIT, Entry, Expected, Item
from cozy.web.call import Call
from cozy.web.ranges import disposition, serve

from .. import service
from ..errors import Unmapped, WrongFormat
from ..service.addresses import Place, of_item, of_shelf
from .door import done, nothing_to_read, told, xml_of
from .places import at, described, expected_of, lists_of, target_of


@at("GET", "item", "GET")
async def get(call: Call, place: Place) -> Response:
    """An event, a task, a contact, as text. 200, 206, 304; 401, 403, 404, 416."""
    item = await call.read(service.items.open_, place)
    text = item.text.encode()
    kept = service.items.validators(item) | {
        "content-type": service.items.media_type(place.dialect, item.entry), "cache-control": "private, no-cache",
        "content-disposition": disposition("attachment", item.entry.name), "content-security-policy": "sandbox",
    }  # fmt: skip
    return serve(
        call, nothing_to_read, size=len(text), etag=item.entry.etag, modified=_modified(item.entry), headers=kept, inline=text
    )  # fmt: skip


def _modified(entry: Entry) -> datetime:
    return parse(entry.changed_at)


@at("PUT", "item", "PUT")
async def put(call: Call, place: Place) -> Response:
    """An event, a task, a contact with this text. 201, 204; 400, 401, 403, 404, 409, 412, 415."""
    said = call.header("content-type").partition(";")[0].strip().lower()
    if said not in place.dialect.taken_for_it:
        raise WrongFormat
    text = await _text_of(call)
    entry, is_new = await call.write(_put, place, lists_of(call), text, expected_of(call))
    return done(is_new=is_new, headers=service.items.validators(Item(entry, text)))


async def _text_of(call: Call) -> str:
    """The body as text. Raises TextTooLarge, BadText, CutShort."""
    held = bytearray()
    async for chunk in call.chunks():
        held += chunk
        if len(held) > TEXT_LIMIT:
            raise TextTooLarge(limit=TEXT_LIMIT)
    try:
        return held.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = held.count(b"\n", 0, error.start) + 1
        raise BadText(line=line, reason="this is not UTF-8") from error


def _put(
    work: Work, place: Place, lists: tuple[Alternative, ...], text: str, expected: Expected
) -> tuple[Entry, bool]:
    if lists:
        service.expecting.check(work, lists, place)
    return collections.items.put(work, place.dialect.kind, place.collection, place.name, text, expected)


@at("DELETE", "item", "DELETE")
async def delete(call: Call, place: Place) -> Response:
    """Put an event, a task, a contact into the bin. 204; 401, 403, 404, 412."""
    await call.write(_deleted, place, lists_of(call), expected_of(call))
    return done(is_new=False)


def _deleted(work: Work, place: Place, lists: tuple[Alternative, ...], expected: Expected) -> None:
    service.expecting.check(work, lists, place)
    try:
        collections.items.delete(work, place.dialect.kind, place.collection, place.name, expected)
    except NoItem as error:
        raise Unmapped from error


@at("COPY", "item", "POST")
async def copy(call: Call, place: Place) -> Response:
    """Copy to the name that Destination says. 201, 204; 400, 401, 403, 404, 409, 412, 502."""
    target, overwrites = target_of(call, place), headers.overwrites(call.header("overwrite"))
    try:
        return done(is_new=await call.write(service.items.copy, place, target, overwrites=overwrites))
    except Problem as problem:
        raise described(problem, target) from problem.__cause__


@at("MOVE", "item", "PUT")
async def move(call: Call, place: Place) -> Response:
    """Move to the name that Destination says, perhaps in another collection. 201, 204; 400, 401, 403, 404, 409, 412, 502."""
    target, overwrites = target_of(call, place), headers.overwrites(call.header("overwrite"))
    try:
        is_new = await call.write(service.items.move, place, target, expected_of(call), overwrites=overwrites)
    except Problem as problem:
        raise described(problem, target) from problem.__cause__
    return done(is_new=is_new)


@at("PROPFIND", "item", "GET")
async def propfind(call: Call, place: Place) -> Response:
    """Properties of an event, a task, a contact. 207; 400, 401, 403, 404."""
    asked = bodies.propfind(await xml_of(call))
    is_minimal = headers.is_minimal(call.header("prefer"), call.header("brief"))
    return told(answers.multistatus([await call.read(_told, place, asked, is_minimal)]))


def _told(work: Work, place: Place, asked: PropFind, is_minimal: bool) -> str:
    item = service.items.open_(work, place)
    collection = collections.shelves.here(
        work, collections.kinds.named(work, place.dialect.kind), place.collection
    )
    return service.items.teller(work, place.dialect, collection, asked, is_minimal=is_minimal)(item)


@at("PROPPATCH", "item", "PATCH")
async def proppatch(call: Call, place: Place) -> Response:
    """Nothing can be set beside the text: every property is refused. 207; 400, 401, 403, 404."""
    changes = bodies.proppatch(await xml_of(call))
    await call.read(service.items.open_, place)
    said = refused(changes, {change.name for change in changes})
    address = of_item(of_shelf(place.dialect, place.collection), place.name)
    return told(answers.multistatus([answers.response(address, "".join(said))]))
