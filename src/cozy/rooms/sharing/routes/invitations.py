"""What homes say that do not know each other yet: an invitation, an answer; and the portraits of members."""

from __future__ import annotations

import msgspec
from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.caller import SYSTEM
from cozy.kernel.problem import Malformed, Problem
from cozy.kernel.routes import OPEN, OWN_PROOF, Routes
from cozy.kernel.work import Work
from cozy.rooms.auth.model import Visitor
from cozy.rooms.homes import service as homes
from cozy.ui import avatars
from cozy.web import jsonapi
from cozy.web.answers import json
from cozy.web.call import Call

from .. import service
from ..errors import NoMember, WrongState
from ..model import from_body
from ..model.exchange import document
from . import door

routes = Routes()
_ONE = "/sharings/{sharing_id}"
_SVG = "image/svg+xml"
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_PICTURE_LIMIT = 1024 * 1024
_PICTURE_S = 5.0
_HEADERS = {
    "cache-control": "private, max-age=300",
    "cross-origin-resource-policy": "cross-origin",  # apps show it beside the name
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; font-src data:; sandbox",
}


@routes.on("PUT", _ONE, OWN_PROOF)
async def receive(call: Call, sharing_id: str) -> Response:
    """Somebody shares with this home: kept until its owner answers; `shortcut=true&url=…` makes a shortcut too. 201; 400, 409, 422, 429."""
    visitor = Visitor(address=call.client)
    await call.house.write(call.home, SYSTEM, service.receiving.count, visitor)
    sent = await door.stranger_document(call)
    try:
        told = from_body(sharing_id, "", sent.attributes)
    except msgspec.ValidationError as error:
        raise WrongState from error
    kept = await call.house.write(
        call.home, SYSTEM, service.receiving.receive, told, service.receiving.origin_of(visitor),
        makes_shortcut=call.query("shortcut") == "true", url=call.query("url"), is_led=call.query("interactive") == "true",
    )  # fmt: skip
    return jsonapi.answer(door.for_strangers(kept), 201)


@routes.on("POST", f"{_ONE}/answer", OWN_PROOF)
async def answered(call: Call, sharing_id: str) -> Response:
    """Somebody said yes, and proves by the state that they were invited. 200 with what lets their home in; 400, 404, 409."""
    answer = await door.answer(call)
    given = await call.house.write(call.home, SYSTEM, service.answering.answered, sharing_id, answer)
    return json(document(sharing_id, given), media_type=jsonapi.MEDIA_TYPE)


class State(Struct, frozen=True):
    """{"state": "…"}"""

    state: str = ""


@routes.on("POST", f"{_ONE}/preview-url", OWN_PROOF)
async def preview_url(call: Call, sharing_id: str) -> Response:
    """Where somebody who was invited may look at what is shared. 200 {"url"}; 400, 404, 409."""
    state = (await call.decoded(State)).state
    if not state:
        raise Malformed("The state is missing.", parameter="state")
    return json(
        {"url": await call.house.read(call.home, SYSTEM, service.discovering.preview, sharing_id, state)}
    )


class _Portrait(Struct, frozen=True):
    """What is known of how a member looks. address: of the home to ask for a picture, "" for none."""

    name: str
    is_grey: bool
    address: str = ""
    picture: bytes = b""


@routes.on("GET", f"{_ONE}/recipients/{{index}}/avatar", OPEN)
async def avatar(call: Call, sharing_id: str, index: str) -> Response:
    """The portrait of a member, else their initials; 404 with `fallback=404` where there is no picture. 200; 404."""
    known = await call.house.read(call.home, SYSTEM, _portrait, sharing_id, door.number(index))
    if known.picture:
        return Response(known.picture, 200, _HEADERS, homes.avatar.MEDIA_TYPE)
    if known.address and (found := await _asked(call, known.address)):
        return Response(found[0], 200, _HEADERS, found[1])
    if call.query("fallback") == "404":
        raise NoMember
    return Response(avatars.svg(known.name, is_grey=known.is_grey), 200, _HEADERS, _SVG)


def _portrait(work: Work, sharing_id: str, index: int) -> _Portrait:
    """Only homes that this one lets in are asked for anything: anybody may look, and anybody may send an invitation."""
    sharing = service.fetch(work, sharing_id)
    if index >= len(sharing.members):
        raise NoMember
    member = sharing.members[index]
    if index == sharing.me:
        return _Portrait(homes.profile(work).public_name, False, picture=homes.avatar.picture(work) or b"")
    peer = service.peer_of(sharing, index) if sharing.active else None
    name = member.public_name or member.email.partition("@")[0]
    return _Portrait(name, member.status in {"mail-not-sent", "pending"}, peer.address if peer else "")


async def _asked(call: Call, address: str) -> tuple[bytes, str] | None:
    try:
        reply = await service.asking.fetched(
            call.house,
            "GET",
            f"{address}/public/avatar?fallback=404",
            limit=_PICTURE_LIMIT,
            timeout_s=_PICTURE_S,
        )
    except Problem:
        return None
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    return (reply.body, kind) if reply.status == 200 and kind in _PICTURES else None
