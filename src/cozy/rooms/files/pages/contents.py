"""Contents as pages need them: for <img>, <audio> and <video>, as a download, drawn small or page by page.

Contents are hostile. As documents of their own they are sandboxed, without any right (CSP `sandbox`), and everything
that is not a picture, a sound or a film is only ever sent as an attachment of no particular type.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import nh3
from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.blobs import Content
from cozy.kernel.clock import parse
from cozy.kernel.previews import CannotDraw, Previews
from cozy.kernel.problem import NotFound
from cozy.kernel.routes import OWNER
from cozy.web.call import Call
from cozy.web.ranges import disposition, serve

from .. import service
from ..service import File, views
from .door import routes
from .rows import DRAWN, FILMS, PICTURES

SOUNDS = frozenset(
    f"audio/{kind}"
    for kind in [
        "mpeg",
        "mp3",
        "mp4",
        "ogg",
        "opus",
        "wav",
        "x-wav",
        "flac",
        "x-flac",
        "aac",
        "webm",
        "x-m4a",
        "m4a",
        "vorbis",
    ]
)
SHOWN = PICTURES | DRAWN | FILMS | SOUNDS
HOSTILE = {
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "cross-origin-resource-policy": "same-origin", "cache-control": "private, no-cache", "referrer-policy": "no-referrer",
}  # fmt: skip
DRAWN_HEADERS = {**HOSTILE, "cache-control": "private, max-age=31536000, immutable"}
PAGE_WIDTH = 1200  # pixels of a PDF page
HEAD = 256 * 1024  # bytes of a text that are shown
NO_PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#798a8d" stroke-width="1.5">'
    b'<rect x="7" y="7" width="10" height="10" rx="1.5"/><path d="m8 15 3-3 2 2 1.500-1.500L16 14"/></svg>'
)
CODE_TAGS, CODE_ATTRIBUTES = {"span"}, {"span": {"class"}}
PROSE_TAGS = {
    "p",
    "br",
    "hr",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "blockquote",
    "pre",
    "code",
    "em",
    "strong",
    "s",
    "del",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "a",
}
PROSE_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}


@routes.on("GET", "/my/file/{file_id}/raw/{sha}", OWNER)
async def raw(call: Call, file_id: str, sha: str) -> Response:
    """The bytes: shown by the page when they are a picture, a sound or a film, else saved. 200, 206, 304; 404, 416."""
    file, mime, content = await call.read(views.held, file_id, sha)
    attached = "download" in call.request.query_params or mime not in SHOWN
    headers = {
        **HOSTILE, "content-type": mime if mime in SHOWN else "application/octet-stream",
        "content-disposition": disposition("attachment" if attached or mime in DRAWN else "inline", file.name),
    }  # fmt: skip
    return serve(
        call, lambda start, size: bytes_of(call, content, start, size), size=content.size, etag=f'"{content.sha256[:32]}"',
        modified=parse(file.updated_at), headers=headers,
    )  # fmt: skip


async def bytes_of(
    call: Call, content: Content, start: int = 0, size: int | None = None
) -> AsyncIterator[bytes]:
    """The bytes of a content, or some of them."""
    if content.inline is not None:
        yield content.inline[start : None if size is None else start + size]
        return
    assert content.blob is not None
    async for chunk in call.house.blobs.read(call.home.id, content.blob, start, size):
        yield chunk


@routes.on("GET", "/my/file/{file_id}/picture/{wanted}", OWNER)
async def picture(call: Call, file_id: str, wanted: str) -> Response:
    """A picture of a picture, film or PDF, small or large: `128-<hash>`. 200, a plain sign when it cannot be drawn; 404."""
    size, _, sha256 = wanted.partition("-")
    if size not in service.SIDES:
        raise NotFound
    file, mime, content = await call.read(views.held, file_id, sha256)
    source = service.source_of(str(file.body["class"]), mime)
    try:
        drawn = await service.drawn(call.house, call.home, content, source, size, "webp")
    except CannotDraw:
        return Response(NO_PICTURE, 200, DRAWN_HEADERS, "image/svg+xml")
    return Response(drawn, 200, DRAWN_HEADERS, "image/webp")


@routes.on("GET", "/my/file/{file_id}/page/{wanted}", OWNER)
async def pdf_page(call: Call, file_id: str, wanted: str) -> Response:
    """A page of a PDF file as a picture: `0-<hash>` is the first. 200, a plain sign when it cannot be drawn; 404."""
    number, _, sha256 = wanted.partition("-")
    if not number.isdecimal() or len(number) > 6:
        raise NotFound
    _, _, content = await call.read(views.held, file_id, sha256)
    try:
        drawn = await draw(call, content, "pdf_page", page=int(number), size=PAGE_WIDTH)
    except CannotDraw:
        return Response(NO_PICTURE, 200, DRAWN_HEADERS, "image/svg+xml")
    return Response(drawn, 200, DRAWN_HEADERS, "image/webp")


async def draw(call: Call, content: Content, recipe: str, **options: int | str) -> bytes:
    """Have a content drawn. Raises CannotDraw."""
    previews: Previews = call.house.ports[Previews][0]
    return await previews.draw(
        content.sha256, content.size, lambda: bytes_of(call, content), recipe, **options
    )


class Line(Struct, frozen=True, array_like=True):
    """A line of text on a page, in points from the page's top left; `bottom` is where it stands."""

    left: float
    bottom: float
    width: float
    height: float
    text: str


class Page(Struct, frozen=True):
    """A page of a PDF file, in points."""

    width: float
    height: float
    lines: list[Line]


class Pdf(Struct, frozen=True):
    """Some pages of a PDF file."""

    total: int
    pages: list[Page]


async def pdf(call: Call, content: Content, first: int, count: int) -> Pdf:
    """Sizes and texts of some pages. Raises CannotDraw."""
    try:
        return msgspec.json.decode(await draw(call, content, "pdf_text", first=first, count=count), type=Pdf)
    except msgspec.DecodeError as error:
        raise CannotDraw(str(error)) from error


async def code(call: Call, file: File, content: Content) -> str:
    """The beginning of a text as HTML that holds nothing but spans with classes. Raises CannotDraw."""
    drawn = await _draw_head(call, content, "code", name=file.name)
    return nh3.clean(drawn, tags=CODE_TAGS, attributes=CODE_ATTRIBUTES)


async def prose(call: Call, content: Content) -> str:
    """The beginning of a Markdown text as HTML without pictures, scripts, forms, ids, and links but to the web. Raises CannotDraw."""
    drawn = await _draw_head(call, content, "markdown")
    return nh3.clean(
        drawn,
        tags=PROSE_TAGS,
        attributes=PROSE_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
    )


async def _draw_head(call: Call, content: Content, recipe: str, **options: str) -> str:
    previews: Previews = call.house.ports[Previews][0]
    length = min(content.size, HEAD)
    drawn = await previews.draw(
        f"{content.sha256}-head", length, lambda: bytes_of(call, content, 0, length), recipe, **options
    )
    return drawn.decode(errors="replace")
