"""What is shared, as bytes: pictures, films, pages of PDFs, files to save, and everything at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.previews import CannotDraw
from cozy.kernel.problem import NotFound
from cozy.kernel.routes import OWN_PROOF
from cozy.rooms.files import service as files
from cozy.rooms.files.service import looks
from cozy.web import hostile, zips
from cozy.web.call import Call

from .. import service
from ..errors import NotOffered
from ..model import FILES
from ..service.opening import Opened, needs
from .door import LINK, routes, visit

ONE = f"{LINK}/file/{{file_id}}"


@routes.on("GET", f"{ONE}/raw/{{sha}}", OWN_PROOF)
async def raw(call: Call, code: str, file_id: str, sha: str) -> Response:
    """The bytes of a shared file. Where it may not be taken along, only films and sounds, as a page plays them.

    200, 206, 304; 303, 403, 404, 416.
    """
    return await visit(call, code, _raw, file_id, sha)


async def _raw(call: Call, opened: Opened, file_id: str, sha: str) -> Response:
    needs(opened, seeing=True)
    held = await call.read(service.inside.content, file_id, sha)
    file, mime = held.file, held.file.mime
    is_saved = "download" in call.request.query_params
    if not opened.can_save and (is_saved or mime not in looks.FILMS | looks.SOUNDS):
        raise NotOffered
    if is_saved:
        call.account(1, FILES, "GET")
    return hostile.raw(
        call, held.content, partial(files.content_pieces, call.house, call.home, held.content), name=file.name,
        mime=mime if mime in looks.SHOWN else "", modified=parse(file.updated_at), is_attached=is_saved or mime in looks.DRAWN,
    )  # fmt: skip


@routes.on("GET", f"{ONE}/picture/{{wanted}}", OWN_PROOF)
async def picture(call: Call, code: str, file_id: str, wanted: str) -> Response:
    """A picture of a shared picture, film or PDF: `512-<hash>`. 200; 303, 403, 404."""
    return await visit(call, code, _picture, file_id, wanted)


async def _picture(call: Call, opened: Opened, file_id: str, wanted: str) -> Response:
    needs(opened, seeing=True)
    size, _, sha = wanted.partition("-")
    if size not in files.SIDES:
        raise NotFound
    held = await call.read(service.inside.content, file_id, sha)
    source = files.source_of(str(held.file.body["class"]), held.file.mime)
    try:
        return _kept(await files.drawn(call.house, call.home, held.content, source, size, "webp"))
    except CannotDraw:
        return _kept(None)


@routes.on("GET", f"{ONE}/page/{{wanted}}", OWN_PROOF)
async def pdf_page(call: Call, code: str, file_id: str, wanted: str) -> Response:
    """A page of a shared PDF as a picture: `0-<hash>` is the first. 200; 303, 403, 404."""
    return await visit(call, code, _pdf_page, file_id, wanted)


async def _pdf_page(call: Call, opened: Opened, file_id: str, wanted: str) -> Response:
    needs(opened, seeing=True)
    number, _, sha = wanted.partition("-")
    if not number.isdecimal() or len(number) > 6:
        raise NotFound
    held = await call.read(service.inside.content, file_id, sha)
    try:
        return _kept(await looks.pdf_page(call.house, call.home, held.content, int(number)))
    except CannotDraw:
        return _kept(None)


def _kept(drawn: bytes | None) -> Response:
    """A browser shows it for an hour without asking again: not longer than people would believe a dead link to live."""
    response = hostile.picture(drawn)
    response.headers["cache-control"] = "private, max-age=3600"
    return response


@routes.on("GET", f"{LINK}/zip", OWN_PROOF)
async def zip_(call: Call, code: str) -> Response:
    """Everything that is shared, as an archive made while it is sent. 200; 303, 403, 404."""
    return await visit(call, code, _zip, "")


@routes.on("GET", f"{LINK}/zip/{{folder_id}}", OWN_PROOF)
async def zip_of_folder(call: Call, code: str, folder_id: str) -> Response:
    """A folder of it. 200; 303, 403, 404."""
    return await visit(call, code, _zip, folder_id)


async def _zip(call: Call, opened: Opened, folder_id: str) -> Response:
    needs(opened, saving=True)
    if not opened.thing.is_folder and opened.thing.kind != "album":
        raise NotFound
    name, items = await call.scan(service.inside.archive, opened, folder_id)
    call.account(len(items), FILES, "GET")

    async def read(sha256: str) -> AsyncIterator[bytes]:
        content = await call.read(files.content_in, sha256)
        async for piece in files.content_pieces(call.house, call.home, content):
            yield piece

    return zips.sent([_entry(item) for item in items], read, f"{name}.zip")


def _entry(item: files.Item) -> zips.Entry[str]:
    file, at = item.file, parse(item.file.updated_at)
    if file.is_folder:
        return zips.Entry(item.path, at)
    return zips.Entry(item.path, at, file.size, file.sha256, bool(file.body.get("executable")))
