"""Homes, as cozy-stack calls them: instances."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from msgspec import Meta, Struct, field
from starlette.responses import Response, StreamingResponse

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.routes import HOSTER, Routes
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Listing
from cozy.web import jsonapi
from cozy.web.answers import encoded, json, nothing
from cozy.web.call import Call

from .. import service
from ..model import Changing, Notifying, Opening
from .asking import asked, asks

routes = Routes()
LIST = "/instances"
TYPE = "instances"
MOST = 1000  # homes of one page


class Page(Struct):
    """Which homes of the list."""

    limit: Annotated[int, Meta(description="How many, 1,000 at the most; all of them without it.")] = field(
        default=0, name="page[limit]"
    )
    cursor: Annotated[str, Meta(description="After which: `links.next` has it.")] = field(
        default="", name="page[cursor]"
    )
    skip: Annotated[int, Meta(description="How many to pass over.")] = field(default=0, name="page[skip]")


@routes.on("GET", LIST, HOSTER)
@asks(Page)
async def instances(call: Call) -> Response:
    """Every home by address, or a page of them: `page[limit]`, `page[cursor]`, `page[skip]`. 200; 400."""
    if not jsonapi.page_limit(call, 0, MOST):
        return StreamingResponse(_all(call), media_type=jsonapi.MEDIA_TYPE)
    asking = jsonapi.paging(call, MOST, MOST)
    if asking.skip is None:
        found = await call.read(homes.listed, asking.after[0] if asking.after else "", asking.limit + 1)
    else:
        found = await call.read(homes.skipped_to, asking.skip, asking.limit + 1)
    shown = found[: asking.limit]
    last = (shown[-1].domain, shown[-1].id) if len(found) > asking.limit else None
    return _listed(call, shown, jsonapi.next_page(LIST, asking, last))


async def _all(call: Call) -> AsyncIterator[bytes]:
    """The document in pieces, so that a hundred thousand homes need no more memory than a page of them."""
    count, last, opening = 0, "", b'{"data":['
    while page := await call.house.read_host(homes.listed, last, MOST):
        yield opening + b",".join(encoded(_resource(call, listing)) for listing in page)
        count, last, opening = count + len(page), page[-1].domain, b","
    yield (b"" if count else opening) + b'],"meta":{"count":%d}}' % count


@routes.on("POST", LIST, HOSTER)
@asks(Opening)
async def open_instance(call: Call) -> Response:
    """Make a home. 201; 409, 422. Without a passphrase, `links.register` is the way in for its owner, for a week."""
    wanted, idle = asked(call, Opening)
    listing, link = await service.homes.open_(call.house, wanted)
    return _one(call, listing, idle, 201, {"register": link} if link else {})


@routes.on("GET", f"{LIST}/count", HOSTER)
def count(work: Work) -> Response:
    """How many homes there are. 200."""
    return json({"count": homes.count(work)})


@routes.on("GET", f"{LIST}/{{domain}}", HOSTER)
def instance(work: Work, call: Call, domain: str) -> Response:
    """One home. 200; 404."""
    return _one(call, homes.at(work, service.homes.clean_domain(domain)), [])


@routes.on("PATCH", f"{LIST}/{{domain}}", HOSTER)
@asks(Changing)
async def change_instance(call: Call, domain: str) -> Response:
    """Change what the host decides. 200; 404, 409, 422 also for what is the owner's to say."""
    wanted, idle = asked(call, Changing, owners=True)
    return _one(call, await service.homes.change(call.house, domain, wanted), idle)


@routes.on("DELETE", f"{LIST}/{{domain}}", HOSTER)
async def destroy_instance(call: Call, domain: str) -> Response:
    """Destroy a home with all that is in it, for good. 204; 404."""
    await homes.destroy(call.house, service.homes.clean_domain(domain))
    return nothing()


@routes.on("GET", f"{LIST}/{{domain}}/last-activity", HOSTER)
async def last_activity(call: Call, domain: str) -> Response:
    """The day on which the owner was last seen, about. 200; 404."""
    listing = await call.read(homes.at, service.homes.clean_domain(domain))
    home = service.homes.home_of(call.house.settings, listing)
    day = await call.house.read(home, SYSTEM, service.facts.last_day, listing.created_at)
    return json({"last-activity": day})


@routes.on("GET", f"{LIST}/{{domain}}/disk-usage", HOSTER)
async def disk_usage(call: Call, domain: str) -> Response:
    """How many bytes the home holds, and may hold. 200; 404."""
    home = await service.homes.find(call.house, domain)
    shown = {"used": str(await call.house.read(home, SYSTEM, service.facts.size))}
    return json(shown if home.quota is None else {**shown, "quota": str(home.quota)})


@routes.on("POST", f"{LIST}/{{domain}}/notifications", HOSTER)
@asks(body=Notifying)
async def notify(call: Call, domain: str) -> Response:
    """Tell the owner of one home something, by a notification, and by mail where they chose that. 201; 400, 404, 422."""
    said = (await call.decoded(Notifying)).notification
    told = await service.telling.say_to(call.house, domain, said.title, said.content or said.message)
    return json({"_id": told.message_id, "title": told.title, "message": told.body}, 201)


@routes.on("GET", f"{LIST}/{{domain}}/prefix", HOSTER)
async def prefix(call: Call, domain: str) -> Response:
    """The name of the home on the disk and in the database. 200; 404."""
    return json((await service.homes.find(call.house, domain)).id)


def _one(
    call: Call, listing: Listing, idle: list[str], status: int = 200, links: dict[str, str] | None = None
) -> Response:
    shown = _resource(call, listing)
    if links:
        shown["links"] |= links
    return jsonapi.answer(shown, status, meta={"ignored": idle} if idle else None)


def _listed(call: Call, listings: list[Listing], after: str = "") -> Response:
    shown = [_resource(call, listing) for listing in listings]
    return jsonapi.answer(shown, meta={"count": len(shown)}, links={"next": after} if after else None)


def _resource(call: Call, listing: Listing) -> dict[str, Any]:
    facts = service.facts.instance(call.house.settings, listing)
    if told := service.facts.help_open(call.house.settings, listing, iso(call.house.clock())):
        facts["help"] = told
    return jsonapi.resource(TYPE, listing.id, facts, own=f"{LIST}/{listing.id}")
