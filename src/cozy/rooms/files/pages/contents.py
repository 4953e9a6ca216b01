"""Contents as pages need them: for <img>, <audio> and <video>, as a download, drawn small or page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.previews import CannotDraw
from cozy.kernel.problem import NotFound
from cozy.kernel.routes import OWNER
from cozy.web import hostile
from cozy.web.call import Call
from cozy.web.ranges import serve

from .. import service
from ..service import looks, views
from .door import routes


@routes.on("GET", "/my/file/{file_id}/raw/{sha}", OWNER)
async def raw(call: Call, file_id: str, sha: str) -> Response:
    """The bytes: shown by the page when they are a picture, a sound or a film, else saved. 200, 206, 304; 404, 416."""
    file, mime, content = await call.read(views.held, file_id, sha)
    return hostile.raw(
        call, content, partial(service.content_pieces, call.house, call.home, content), name=file.name,
        mime=mime if mime in looks.SHOWN else "", modified=parse(file.updated_at),
        is_attached="download" in call.request.query_params or mime in looks.DRAWN,
    )  # fmt: skip


@routes.on("GET", "/my/file/{file_id}/motion/{sha}", OWNER)
async def motion(call: Call, file_id: str, sha: str) -> Response:
    """The film inside a motion photo. 200, 206, 304; 404, 416."""
    file, content, film = await call.read(service.film_within, file_id, sha)

    def read(start: int, size: int) -> AsyncIterator[bytes]:
        return service.content_pieces(call.house, call.home, content, film.start + start, size)

    return serve(
        call, read, size=film.size, etag=f'"{content.sha256[:32]}-motion"', modified=parse(file.updated_at),
        headers={**hostile.HEADERS, "content-type": service.FILM},
    )  # fmt: skip


@routes.on("GET", "/my/file/{file_id}/picture/{wanted}", OWNER)
async def picture(call: Call, file_id: str, wanted: str) -> Response:
    """A picture of a picture, film or PDF, small or large: `128-<hash>`. 200, a plain sign when it cannot be drawn; 404."""
    size, _, sha256 = wanted.partition("-")
    if size not in service.SIDES:
        raise NotFound
    file, mime, content = await call.read(views.held, file_id, sha256)
    source = service.source_of(str(file.body["class"]), mime)
    try:
        return hostile.picture(await service.drawn(call.house, call.home, content, source, size, "webp"))
    except CannotDraw:
        return hostile.picture(None)


@routes.on("GET", "/my/file/{file_id}/page/{wanted}", OWNER)
async def pdf_page(call: Call, file_id: str, wanted: str) -> Response:
    """A page of a PDF file as a picture: `0-<hash>` is the first. 200, a plain sign when it cannot be drawn; 404."""
    number, _, sha256 = wanted.partition("-")
    if not number.isdecimal() or len(number) > 6:
        raise NotFound
    _, _, content = await call.read(views.held, file_id, sha256)
    try:
        return hostile.picture(await looks.pdf_page(call.house, call.home, content, int(number)))
    except CannotDraw:
        return hostile.picture(None)
