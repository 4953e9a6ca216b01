"""What the doors of WebDAV share: places, expectations, bodies, answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ParamSpec
from urllib.parse import urlsplit

from starlette.responses import Response

from cozy.dav import conditions, xml
from cozy.dav.problems import BadHeader
from cozy.kernel.routes import Need, Routes
from cozy.web.call import Call, TooBig

from ..errors import Elsewhere
from ..model import PREFIX, Expected, place
from ..service.tree import Way

P = ParamSpec("P")
Handler = Callable[[Call], Awaitable[Response]]

routes = Routes(errors="dav")
METHODS = "OPTIONS, GET, HEAD, PUT, DELETE, MKCOL, COPY, MOVE, PROPFIND, PROPPATCH, LOCK, UNLOCK"
CLASSES = "1, 2, 3"


def at_places(method: str, need: Need) -> Callable[[Handler], Handler]:
    """Declare a handler for the top folder and for everything in it."""

    def register(handler: Handler) -> Handler:
        for path in (PREFIX, f"{PREFIX}/{{path:path}}"):
            routes.on(method, path, need)(handler)
        return handler

    return register


def place_of(call: Call) -> str:
    """The path that is asked about. Raises BadPlace."""
    raw_path: bytes = call.request.scope["raw_path"]
    return place(raw_path.decode("ascii", "replace").partition("?")[0].removeprefix(PREFIX))


def way_of(call: Call, *, overwrites: bool) -> Way:
    """From the path that is asked about to that of the header Destination (RFC 4918 §10.3). Raises BadHeader, Elsewhere."""
    said = call.header("destination")
    try:
        parts = urlsplit(said)
    except ValueError as error:
        raise BadHeader(parameter="Destination") from error
    if not parts.path.startswith("/"):
        raise BadHeader(parameter="Destination")
    is_ours = not parts.netloc or parts.netloc.lower() == call.header("host").lower()
    if not is_ours or not f"{parts.path}/".startswith(f"{PREFIX}/"):
        raise Elsewhere
    return Way(place_of(call), place(parts.path.removeprefix(PREFIX)), overwrites)


def expected_of(call: Call) -> Expected:
    """What the request expects to find. Raises BadHeader."""
    return Expected(
        if_=conditions.parse(call.header("if")), if_match=call.header("if-match"),
        if_none_match=call.header("if-none-match"), if_unmodified_since=call.header("if-unmodified-since"),
    )  # fmt: skip


async def xml_of(call: Call) -> bytes:
    """The body of a request that asks in XML. Raises TooBig, CutShort."""
    held = bytearray()
    async for chunk in call.chunks():
        held += chunk
        if len(held) > xml.BODY_LIMIT:
            raise TooBig(limit=xml.BODY_LIMIT)
    return bytes(held)


def told(body: str, status: int = 207, headers: dict[str, str] | None = None) -> Response:
    """An answer in XML."""
    return Response(xml.HEAD + body, status, {"content-type": xml.MEDIA_TYPE, **(headers or {})})


def done(*, is_new: bool, headers: dict[str, str] | None = None) -> Response:
    """201 for something new, 204 for what was there."""
    return Response(status_code=201 if is_new else 204, headers=headers)
