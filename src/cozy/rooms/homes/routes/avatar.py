"""The portrait of the owner, for anybody who sees their name (cozy-stack docs/public.md)."""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec
from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.problem import Malformed
from cozy.kernel.routes import OPEN, Routes, may
from cozy.kernel.work import Work
from cozy.ui import assets, avatars
from cozy.web.answers import nothing
from cozy.web.call import Call, TooBig

from .. import service
from ..errors import NoAvatar
from ..model import SETTINGS

routes = Routes()
SVG, PNG = "image/svg+xml", "image/png"
HEADERS = {
    "cache-control": "public, no-cache",  # asked about each time, sent again when it changed
    "cross-origin-resource-policy": "cross-origin",  # apps and other homes show it beside the name
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; font-src data:; sandbox",
}


class Wanted(Struct, frozen=True, rename={"as_": "as"}):
    """What is shown where the owner chose no picture, and how."""

    fallback: Literal["", "default", "404", "initials", "anonymous"] = "default"
    as_: Literal["", "unconfirmed"] = ""
    fx: Literal["", "translucent"] = ""
    format: Literal["", "svg", "png"] = "svg"
    q: str = ""


@routes.on("GET", "/public/avatar", OPEN)
def avatar(work: Work, call: Call) -> Response:
    """The owner's picture, else what `fallback` says. 200; 304, 400, 404."""
    wanted = _wanted(call)
    if found := service.avatar.picture(work):
        return _sent(call, found, service.avatar.MEDIA_TYPE)
    if wanted.fallback == "404":
        raise NoAvatar
    if wanted.fallback in {"", "default"}:
        return _sent(call, (assets.ICONS / "cozy-192.png").read_bytes(), PNG)
    name = "" if wanted.fallback == "anonymous" else service.profile(work).public_name
    is_grey, is_faint = wanted.as_ == "unconfirmed", wanted.fx == "translucent"
    if wanted.format == "png":
        return _sent(call, avatars.png(name, is_grey=is_grey, is_faint=is_faint), PNG)
    drawing = avatars.svg(name, is_grey=is_grey, is_faint=is_faint, has_font=wanted.q == "high")
    return _sent(call, drawing, SVG)


@routes.on("PUT", "/settings/avatar", may("PUT", SETTINGS))
async def choose_avatar(call: Call) -> Response:
    """Choose a picture: the body is its bytes. 204; 403, 413, 422."""
    await call.read(service.avatar.ask)
    sent = bytearray()
    async for chunk in call.chunks():
        sent += chunk
        if len(sent) > service.avatar.LIMIT:
            raise TooBig(limit=service.avatar.LIMIT)
    picture = await service.avatar.drawn(call.house, call.home, bytes(sent))
    await call.write(service.avatar.keep, picture)
    return nothing()


@routes.on("DELETE", "/settings/avatar", may("PUT", SETTINGS))
def remove_avatar(work: Work) -> Response:
    """Have no picture any more. 204; 403."""
    service.avatar.ask(work)
    service.avatar.remove(work)
    return nothing()


def _wanted(call: Call) -> Wanted:
    given = {name: value.lower() for name, value in call.request.query_params.items()}
    try:
        return msgspec.convert(given, Wanted)
    except msgspec.ValidationError as error:
        raise Malformed(f"This portrait cannot be drawn: {error}.") from error


def _sent(call: Call, body: bytes, media_type: str) -> Response:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**HEADERS, "etag": etag}
    if call.header("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
