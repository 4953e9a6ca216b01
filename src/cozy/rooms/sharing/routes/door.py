"""What the API of sharings shares: how a sharing is shown, and who holds the token that came along."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response

from cozy.kernel.problem import Malformed
from cozy.rooms.auth import service as auth
from cozy.rooms.permissions.errors import NobodyIn
from cozy.web import jsonapi
from cozy.web.call import Call, TooBig

from ..errors import NoMember
from ..model import SHARINGS, Listed, Sharing, shown
from ..model.exchange import Answer, answer_in

BODY_LIMIT = 1024 * 1024  # bytes of what a home that is nobody here may send


class Resource(Struct, frozen=True):
    """A JSON:API resource, its attributes as they came."""

    id: str = ""
    attributes: dict[str, Any] = {}


class Document(Struct, frozen=True):
    """`{"data": {…}}`."""

    data: Resource


def listed(found: list[Listed]) -> Response:
    """A list of sharings."""
    return jsonapi.answer([resource(each) for each in found], meta={"count": len(found)})


def resource(found: Listed) -> dict[str, object]:
    """A sharing as apps see it: no secret."""
    sharing = found.sharing
    made = jsonapi.resource(
        SHARINGS, sharing.id, shown(sharing), rev=sharing.rev, own=f"/sharings/{sharing.id}"
    )
    shared = [{"id": each.id, "type": each.doctype} for each in found.shared]
    return {**made, "relationships": {"shared_docs": {"data": shared}}}


def for_strangers(sharing: Sharing) -> dict[str, object]:
    """The same for another home: how the owner calls people is their own."""
    people = tuple(replace(member, name="") for member in sharing.members)
    return resource(Listed(replace(sharing, members=people)))


def for_guests(found: Listed) -> Listed:
    """The same for somebody who was invited: where the others live, and how the owner calls them, is none of their business."""
    sharing = found.sharing
    people = tuple(
        replace(member, name="", instance=member.instance if member.status == "owner" else "")
        for member in sharing.members
    )
    return replace(found, sharing=replace(sharing, members=people))


def bearer(call: Call) -> str:
    """The bearer token that came along; "" for none."""
    scheme, _, value = call.header("authorization").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


async def identified(call: Call) -> None:
    """Find out who holds the token, where what came along may be no token of ours. Raises NobodyIn, BadToken, ExpiredToken."""
    token = bearer(call)
    if not token:
        raise NobodyIn
    call.caller = replace(await call.read(auth.caller_of, token), signed_by=call.signer)


async def answer(call: Call) -> Answer:
    """The answer that the body holds. Raises Malformed, WrongState."""
    return answer_in((await stranger_document(call)).attributes)


async def stranger_document(call: Call) -> Resource:
    """The resource in the body, from whoever. Raises Malformed, TooBig."""
    body = await call.body()
    if len(body) > BODY_LIMIT:
        raise TooBig(limit=BODY_LIMIT)
    try:
        return msgspec.json.decode(body, type=Document).data
    except (msgspec.DecodeError, RecursionError) as error:
        raise Malformed("The body is not what is expected here.") from error


def number(text: str) -> int:
    """The index of a member or a group, in an address. Raises NoMember."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 4:
        raise NoMember
    return int(text)
