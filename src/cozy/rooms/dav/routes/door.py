"""What the doors of WebDAV share: places, expectations, bodies, answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import ParamSpec
from urllib.parse import urlsplit

from starlette.responses import Response

from cozy.dav import conditions, xml
from cozy.dav.problems import BadHeader
from cozy.kernel.routes import Need, Routes
from cozy.rooms.files.model import File
from cozy.web.call import Call, TooBig

from ..errors import BadPlace, Elsewhere
from ..model import HOME, PREFIX, Expected, Top, named, oc_id, split
from ..service.tree import Way

P = ParamSpec("P")
Handler = Callable[[Call], Awaitable[Response]]

routes = Routes(errors="dav")
PREFIXES = (PREFIX, "/remote.php/dav/files/{user}", "/remote.php/webdav")
METHODS = "OPTIONS, GET, HEAD, PUT, DELETE, MKCOL, COPY, MOVE, PROPFIND, PROPPATCH, LOCK, UNLOCK"
CLASSES = "1, 2, 3"
SENTENCE = "This address is for programs: open it in the file manager of your device.\n"


def at_places(method: str, need: Need) -> Callable[[Handler], Handler]:
    """Declare a handler for the top folder and for everything in it, at our addresses and at those of Nextcloud's clients."""

    def register(handler: Handler) -> Handler:
        for prefix in PREFIXES:
            for path in (prefix, f"{prefix}/{{path:path}}"):
                routes.on(method, path, need)(handler)
        return handler

    return register


def place_of(call: Call) -> str:
    """The path that is asked about. Raises BadPlace."""
    path = named(path_of(call), top_of(call))
    if path is None:
        raise BadPlace
    return path


def top_of(call: Call) -> Top:
    """Where the addresses of files begin in an answer: as that of the request, where that is one of a file."""
    if call.mount is not None:
        return Top(call.mount.prefix, call.mount.path)
    address = split(path_of(call))
    return HOME if address is None else Top(address[0])


def path_of(call: Call) -> str:
    """The address that is asked about, percent-encoded as it came."""
    raw_path: bytes = call.request.scope["raw_path"]
    return raw_path.decode("ascii", "replace").partition("?")[0]


def of_file(call: Call, file: File) -> dict[str, str]:
    """The header that tells clients of Nextcloud which file it is."""
    return {"oc-fileid": oc_id(call.home.id, file.id)}


def way_of(call: Call, *, overwrites: bool) -> Way:
    """From the path that is asked about to that of the header Destination. Raises BadHeader, Elsewhere."""
    return Way(place_of(call), target_of(call), overwrites)


def target_of(call: Call) -> str:
    """The path of the header Destination (RFC 4918 §10.3). Raises BadHeader, Elsewhere."""
    said = call.header("destination")
    try:
        parts = urlsplit(said)
    except ValueError as error:
        raise BadHeader(parameter="Destination") from error
    if not parts.path.startswith("/"):
        raise BadHeader(parameter="Destination")
    is_ours = not parts.netloc or parts.netloc.lower() == call.header("host").lower()
    path = named(parts.path, top_of(call)) if is_ours else None
    if path is None:
        raise Elsewhere
    return path


def expected_of(call: Call) -> Expected:
    """What the request expects to find. Raises BadHeader."""
    return Expected(
        if_=conditions.parse(call.header("if")), if_match=call.header("if-match"),
        if_none_match=call.header("if-none-match"), if_unmodified_since=call.header("if-unmodified-since"),
        top=top_of(call),
    )  # fmt: skip


async def xml_of(call: Call, limit: int = xml.BODY_LIMIT) -> bytes:
    """The body of a request that asks in XML. limit: bytes. Raises TooBig, CutShort."""
    held = bytearray()
    async for chunk in call.chunks():
        held += chunk
        if len(held) > limit:
            raise TooBig(limit=limit)
    return bytes(held)


def told(body: str, status: int = 207, headers: dict[str, str] | None = None) -> Response:
    """An answer in XML."""
    return Response(xml.HEAD + body, status, {"content-type": xml.MEDIA_TYPE, **(headers or {})})


def done(*, is_new: bool, headers: dict[str, str] | None = None) -> Response:
    """201 for something new, 204 for what was there."""
    return Response(status_code=201 if is_new else 204, headers=headers)


async def nothing_to_read(start: int, size: int) -> AsyncIterator[bytes]:
    """The pieces of a content that is at hand as a whole: nobody asks for them."""
    for nothing in ():
        yield nothing
