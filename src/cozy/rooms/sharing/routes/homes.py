"""What the homes of members say to each other (cozy-stack docs/sharing.md; the documents themselves are replication's)."""

from __future__ import annotations

import hmac
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.caller import SYSTEM
from cozy.kernel.problem import Malformed
from cozy.kernel.routes import KNOWN, OWN_PROOF, Routes, may
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NobodyIn, NotAllowed
from cozy.web.answers import json, nothing
from cozy.web.call import Call

from .. import service
from ..errors import WrongState
from ..model import SHARINGS, Group, Member, Sharing, without_nulls
from ..model.exchange import Answer, Bitwarden, Moved
from ..service.delegating import Asked
from ..service.telling import People
from . import door

T = TypeVar("T")
routes = Routes()
_ONE = "/sharings/{sharing_id}"
_WRITES = may("POST", SHARINGS)


class Invited(Struct, frozen=True):
    """Members that a member would like in."""

    data: tuple[Member, ...] = ()


class Groups(Struct, frozen=True):
    """Their groups."""

    data: tuple[Group, ...] = ()


class Relationships(Struct, frozen=True):
    """Whom a member invites."""

    recipients: Invited = Invited()
    groups: Groups = Groups()


class Delegated(Struct, frozen=True):
    """A JSON:API resource."""

    relationships: Relationships = Relationships()


class DelegatedBody(Struct, frozen=True):
    """`{"data": {"relationships": {…}}}`."""

    data: Delegated = Delegated()


@routes.on("POST", f"{_ONE}/recipients/delegated", KNOWN)
async def add_recipients(call: Call, sharing_id: str) -> Response:
    """On the owner's home: a member invites others. 200 with the states of what their home mails; 400, 401, 403, 404, 409."""
    call.account(1, SHARINGS)
    asked = (await _decoded(call, DelegatedBody)).data.relationships
    wanted = Asked(asked.recipients.data, asked.groups.data)
    return json(await call.write(service.delegating.add, sharing_id, wanted))


class Person(Struct, frozen=True):
    """A JSON:API resource."""

    attributes: Member = Member()


class PersonBody(Struct, frozen=True):
    """`{"data": {"attributes": {"email": "…"}}}`."""

    data: Person = Person()


@routes.on("POST", f"{_ONE}/members/{{index}}/invitation", _WRITES)
async def invite(call: Call, sharing_id: str, index: str) -> Response:
    """On the owner's home: somebody of a member's group can be invited by now. 200; 400, 401, 403, 404, 422."""
    call.account(1, SHARINGS)
    asked = (await _decoded(call, PersonBody)).data.attributes
    return json(await call.write(service.delegating.invite, sharing_id, door.number(index), asked))


@routes.on("DELETE", f"{_ONE}/groups/{{group}}/{{index}}", _WRITES)
def remove_from_group(work: Work, call: Call, sharing_id: str, group: str, index: str) -> Response:
    """On the owner's home: somebody left a group that a member added. 204; 401, 403, 404."""
    call.account(1, SHARINGS)
    service.delegating.remove_from_group(work, sharing_id, door.number(group), door.number(index))
    return nothing()


async def _decoded(call: Call, shape: type[T]) -> T:
    """The body as this shape, whatever Go made null in it. Raises Malformed."""
    raw = await call.decoded(dict[str, Any])
    try:
        return msgspec.convert(without_nulls(raw), shape)
    except msgspec.ValidationError as error:
        raise Malformed("The body is not what is expected here.") from error


@routes.on("PUT", f"{_ONE}/recipients", OWN_PROOF)
async def tell_members(call: Call, sharing_id: str) -> Response:
    """On a member's home: who is in by now. Proved by the owner's token or, before this home said yes, by its code. 204; 400, 401, 403, 404."""
    people = await _decoded(call, People)
    code = door.bearer(call)
    if not code:
        raise NobodyIn
    if (await call.read(service.fetch, sharing_id)).active:
        await door.identified(call)
    call.account(1, SHARINGS)
    await call.write(service.telling.told_members, sharing_id, people, code=code)
    return nothing()


@routes.on("PUT", f"{_ONE}/metadata", _WRITES)
async def tell_description(call: Call, sharing_id: str) -> Response:
    """On a member's home: how it is called by now. 204; 400, 401, 403, 404."""
    call.account(1, SHARINGS)
    told = await _decoded(call, Description)
    await call.write(_redescribed, sharing_id, told.description)
    return nothing()


class Description(Struct, frozen=True):
    """`{"description": "…"}`."""

    description: str


def _redescribed(work: Work, sharing_id: str, description: str) -> None:
    if service.writer_who_asks(work, sharing_id) != 0:
        raise NotAllowed(verb="PUT", doctype=SHARINGS)
    service.making.redescribed(work, service.fetch(work, sharing_id), description)


@routes.on("POST", f"{_ONE}/recipients/self/readonly", _WRITES)
async def only_read(call: Call, sharing_id: str) -> Response:
    """On a member's home: it may only read from now on, once its last changes are sent. 204; 400, 401, 403, 404."""
    return await _told(call, sharing_id, read_only=True)


@routes.on("DELETE", f"{_ONE}/recipients/self/readonly", _WRITES)
async def write_again(call: Call, sharing_id: str) -> Response:
    """On a member's home: it may write again. 204; 400, 401, 403, 404."""
    return await _told(call, sharing_id, read_only=False)


async def _told(call: Call, sharing_id: str, *, read_only: bool) -> Response:
    call.account(1, SHARINGS)
    answer = await door.answer(call)
    await call.write(_rights_told, sharing_id, answer, read_only)
    return nothing()


def _rights_told(work: Work, sharing_id: str, answer: Answer, read_only: bool) -> None:
    if service.writer_who_asks(work, sharing_id) != 0:
        raise NotAllowed(verb="POST", doctype=SHARINGS)
    service.read_only.told(work, sharing_id, answer, read_only=read_only)


@routes.on("POST", f"{_ONE}/recipients/self/moved", KNOWN)
async def moved(call: Call, sharing_id: str) -> Response:
    """The home of a member, or of the owner, has another address. 204; 400, 401, 403, 404, 422."""
    call.account(1, SHARINGS)
    attributes = (await door.stranger_document(call)).attributes
    try:
        told = msgspec.convert(without_nulls(attributes), Moved)
    except msgspec.ValidationError as error:
        raise WrongState from error
    await service.moving.moved(call.house, call.home, call.caller, sharing_id, told)
    return nothing()


@routes.on("POST", f"{_ONE}/public-key", KNOWN)
async def public_key(call: Call, sharing_id: str) -> Response:
    """The public key that a member has by now, where passwords are shared. 204; 400, 401, 403, 404."""
    call.account(1, SHARINGS)
    said = (await door.stranger_document(call)).attributes.get("bitwarden")
    try:
        told = msgspec.convert(without_nulls(said), Bitwarden)
    except msgspec.ValidationError as error:
        raise WrongState from error
    await call.write(service.passwords.receive, sharing_id, told)
    return nothing()


@routes.on("DELETE", _ONE, OWN_PROOF)
async def revoked(call: Call, sharing_id: str) -> Response:
    """On a member's home: the owner shares it with this home no more. 204; 400, 401, 403, 404."""
    sharing = await call.read(service.fetch, sharing_id)
    if sharing.drive:
        _check_drive_token(sharing, door.bearer(call))
        await call.house.write(call.home, SYSTEM, service.ending.revoked_by_owner, sharing_id)
        return nothing()
    await door.identified(call)
    call.account(1, SHARINGS)
    await call.write(_revoked, sharing_id)
    return nothing()


def _check_drive_token(sharing: Sharing, token: str) -> None:
    known = sharing.credentials[0].drive_token if sharing.credentials and not sharing.owner else ""
    if not known or not hmac.compare_digest(known.encode(), token.encode()):
        raise NotAllowed(verb="DELETE", doctype=SHARINGS)


def _revoked(work: Work, sharing_id: str) -> None:
    if service.writer_who_asks(work, sharing_id) != 0 or service.fetch(work, sharing_id).owner:
        raise NotAllowed(verb="DELETE", doctype=SHARINGS)
    service.ending.revoked_by_owner(work, sharing_id)


@routes.on("DELETE", f"{_ONE}/answer", OWN_PROOF)
async def left(call: Call, sharing_id: str) -> Response:
    """On the owner's home: a member left. 204; 400, 401, 403, 404."""
    sharing = await call.read(service.fetch, sharing_id)
    token = door.bearer(call)
    if sharing.drive and sharing.owner:
        index = await call.read(_member_by_code, sharing, token)
        if index:
            await call.house.write(call.home, SYSTEM, service.ending.left_by_member, sharing_id, index)
            return nothing()
    await door.identified(call)
    call.account(1, SHARINGS)
    await call.write(_left, sharing_id)
    return nothing()


def _member_by_code(work: Work, sharing: Sharing, code: str) -> int:
    """The index of the member of a drive whose code this is; 0 for nobody's."""
    found = permissions.previews.of_sharing(work, "share-interact", sharing.id)
    label = permissions.previews.label_of(found, code) if found and code else ""
    return service.discovering.index_of_label(sharing, label) if label else 0


def _left(work: Work, sharing_id: str) -> None:
    service.ending.left_by_member(work, sharing_id, service.member_who_asks(work, sharing_id))
