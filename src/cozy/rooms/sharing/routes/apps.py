"""What apps, and the owner's pages, do with sharings (cozy-stack docs/sharing.md)."""

from __future__ import annotations

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.routes import KNOWN, Routes, may
from cozy.kernel.work import Work
from cozy.rooms.files.model import FILES
from cozy.web import jsonapi
from cozy.web.answers import json, nothing
from cozy.web.call import Call

from .. import service
from ..model import SHARINGS, Listed, Reference, Rule
from ..service.making import Recipients, Wanted
from . import door

routes = Routes()
_NO = {"0", "f", "F", "false", "FALSE", "False"}
_ONE = "/sharings/{sharing_id}"


class Related(Struct, frozen=True):
    """Contacts and groups of them, by name."""

    data: list[Reference] = []


class Relationships(Struct, frozen=True):
    """Whom to share with."""

    recipients: Related = Related()
    read_only_recipients: Related = Related()


class Attributes(Struct, frozen=True):
    """What to share, and how."""

    description: str = ""
    rules: tuple[Rule, ...] = ()
    open_sharing: bool = False
    preview_path: str = ""
    app_slug: str = ""
    drive: bool = False


class Data(Struct, frozen=True):
    """A JSON:API resource."""

    attributes: Attributes = Attributes()
    relationships: Relationships = Relationships()

    @property
    def recipients(self) -> Recipients:
        """Whom it names."""
        return Recipients(self.relationships.recipients.data, self.relationships.read_only_recipients.data)


class Body(Struct, frozen=True):
    """A sharing to make, or a change to one."""

    data: Data


@routes.on("POST", "/sharings", KNOWN)
def create(work: Work, call: Call, body: Body) -> Response:
    """Share something. 201; 400, 401, 403, 404, 422."""
    call.account(1, SHARINGS)
    asked = body.data.attributes
    wanted = Wanted(
        rules=asked.rules, description=asked.description, open_sharing=asked.open_sharing, preview_path=asked.preview_path,
        app_slug=asked.app_slug, drive=asked.drive,
    )  # fmt: skip
    made = service.making.create(work, wanted, body.data.recipients)
    return jsonapi.answer(door.resource(Listed(made)), 201)


@routes.on("GET", _ONE, KNOWN)
def show(work: Work, call: Call, sharing_id: str) -> Response:
    """A sharing, with the documents in it. 200; 401, 403, 404."""
    call.account(1, SHARINGS)
    found = service.listing.show(work, sharing_id)
    return jsonapi.answer(door.resource(door.for_guests(found) if call.caller.kind == "share" else found))


@routes.on("PATCH", _ONE, KNOWN)
def describe(work: Work, call: Call, sharing_id: str, body: Body) -> Response:
    """Call it otherwise. 200; 400, 401, 403, 404."""
    call.account(1, SHARINGS)
    kept = service.making.describe(work, sharing_id, body.data.attributes.description)
    return jsonapi.answer(door.resource(service.listing.with_shared(work, kept)))


@routes.on("POST", f"{_ONE}/recipients", KNOWN)
async def add_recipients(call: Call, sharing_id: str) -> Response:
    """Share with more people; on a member's home, the owner's is asked. 200; 400, 401, 403, 404, 422, 502."""
    call.account(1, SHARINGS)
    recipients = (await call.decoded(Body)).data.recipients
    sharing = await call.read(service.fetch, sharing_id)
    if sharing.owner:
        await call.write(service.making.add_recipients, sharing_id, recipients)
    else:
        await service.delegating.add_recipients(call.house, call.home, call.caller, sharing_id, recipients)
    return await call.read(_shown, sharing_id)


def _shown(work: Work, sharing_id: str) -> Response:
    found = service.listing.with_shared(work, service.fetch(work, sharing_id))
    return jsonapi.answer(door.resource(found))


@routes.on("DELETE", f"{_ONE}/recipients", KNOWN)
def revoke(work: Work, call: Call, sharing_id: str) -> Response:
    """Share it with nobody any more. 204; 400, 401, 403, 404."""
    call.account(1, SHARINGS)
    service.ending.revoke(work, sharing_id)
    return nothing()


@routes.on("DELETE", f"{_ONE}/recipients/self", KNOWN)
def leave(work: Work, call: Call, sharing_id: str) -> Response:
    """Take this home out of what somebody else shares. 204; 400, 401, 403, 404."""
    call.account(1, SHARINGS)
    service.ending.leave(work, sharing_id)
    return nothing()


@routes.on("DELETE", f"{_ONE}/recipients/{{index}}", KNOWN)
async def revoke_member(call: Call, sharing_id: str, index: str) -> Response:
    """Take one member out. 204; 400, 401, 403, 404, 502."""
    call.account(1, SHARINGS)
    await service.delegating.revoke_member(call.house, call.home, call.caller, sharing_id, door.number(index))
    return nothing()


@routes.on("DELETE", f"{_ONE}/groups/{{index}}", KNOWN)
def revoke_group(work: Work, call: Call, sharing_id: str, index: str) -> Response:
    """Take a group out. 204; 400, 401, 403, 404."""
    call.account(1, SHARINGS)
    service.ending.revoke_group(work, sharing_id, door.number(index))
    return nothing()


@routes.on("POST", f"{_ONE}/recipients/{{index}}/readonly", KNOWN)
async def only_read(call: Call, sharing_id: str, index: str) -> Response:
    """Let a member only read. 204; 400, 401, 403, 404, 502."""
    return await _changed(call, sharing_id, index, read_only=True)


@routes.on("DELETE", f"{_ONE}/recipients/{{index}}/readonly", KNOWN)
async def write_again(call: Call, sharing_id: str, index: str) -> Response:
    """Let a member write again. 204; 400, 401, 403, 404, 502."""
    return await _changed(call, sharing_id, index, read_only=False)


async def _changed(call: Call, sharing_id: str, index: str, *, read_only: bool) -> Response:
    call.account(1, SHARINGS)
    at = door.number(index)
    await service.read_only.change(call.house, call.home, call.caller, sharing_id, at, read_only=read_only)
    return nothing()


@routes.on("GET", "/sharings/doctype/{doctype}", KNOWN)
def of_doctype(work: Work, call: Call, doctype: str) -> Response:
    """The sharings of a doctype, with the documents in them unless `shared_docs=false`. 200; 403."""
    return door.listed(
        service.listing.of_doctype(work, doctype, with_documents=call.query("shared_docs") not in _NO)
    )


@routes.on("GET", "/sharings/drives", may("GET", FILES))
def drives(work: Work) -> Response:
    """The drives that are shared. 200; 403."""
    return door.listed(service.listing.drives(work))


@routes.on("GET", "/sharings/news", KNOWN)
def news(work: Work) -> Response:
    """How many invitations nobody has looked at yet. 200; 403."""
    return json({"meta": {"count": service.listing.news(work)}})
