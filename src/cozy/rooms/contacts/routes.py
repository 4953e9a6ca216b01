"""The API of contacts beside `/data` (cozy-stack docs/contacts.md), and their photos."""

from __future__ import annotations

import hashlib

from starlette.responses import Response

from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.web import jsonapi
from cozy.web.answers import nothing
from cozy.web.call import Call, TooBig

from . import service
from .model import CONTACTS

routes = Routes()
AVATAR = "/contacts/{contact_id}/avatar"
HEADERS = {
    "cache-control": "private, no-cache",  # asked about each time, sent again when it changed
    "content-security-policy": "default-src 'none'; sandbox",
}


@routes.on("POST", "/contacts/myself", may("GET", CONTACTS))
def myself(work: Work) -> Response:
    """The contact that is the owner, made when there is none. 200; 403."""
    found = service.myself(work)
    return jsonapi.answer(
        jsonapi.resource(CONTACTS, found.id, found.body, rev=found.rev, own="/contacts/myself")
    )


@routes.on("GET", AVATAR, may("GET", CONTACTS))
async def photo(call: Call, contact_id: str) -> Response:
    """The photo of a person, as WebP, drawn anew. 200; 304, 403, 404."""
    picture = await service.photos.shown(call.house, call.home, call.caller, contact_id)
    etag = f'"{hashlib.sha256(picture).hexdigest()[:32]}"'
    headers = {**HEADERS, "etag": etag}
    if call.header("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(picture, media_type="image/webp", headers=headers)


@routes.on("PUT", AVATAR, may("PUT", CONTACTS))
async def choose_photo(call: Call, contact_id: str) -> Response:
    """Choose a photo of a person: the body is its bytes. 204; 403, 404, 413, 422."""
    sent = bytearray()
    async for chunk in call.chunks():
        sent += chunk
        if len(sent) > service.photos.LIMIT:
            raise TooBig(limit=service.photos.LIMIT)
    await service.photos.choose(call.house, call.home, call.caller, contact_id, bytes(sent))
    return nothing()


@routes.on("DELETE", AVATAR, may("PUT", CONTACTS))
def remove_photo(work: Work, contact_id: str) -> Response:
    """Have no photo of a person any more. 204; 403, 404."""
    service.photos.remove(work, contact_id)
    return nothing()
