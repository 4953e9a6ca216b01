"""Secret links, archives, and metadata that wait for their file (cozy-stack docs/files.md)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.blobs import Content
from cozy.kernel.clock import parse
from cozy.kernel.previews import CannotDraw, Previews
from cozy.kernel.routes import OPEN, Routes, may
from cozy.kernel.work import Work
from cozy.web import jsonapi, zips
from cozy.web.call import Call

from .. import service
from ..errors import BadArchive, BadPage
from ..model import FILES
from . import shapes
from .sending import send

routes = Routes()

ARCHIVES = "io.cozy.files.archives"
METADATA = "io.cozy.files.metadata"


@routes.on("POST", "/files/downloads", may("GET", FILES))
def link(work: Work, call: Call) -> Response:
    """A link to a file by `Path` or `Id`, or to an old version by `VersionId`. 200; 400, 403, 404."""
    if version_id := call.query("VersionId"):
        secret, file, version = service.link_to_version(work, version_id)
        resource = shapes.version_resource(version)
    else:
        path = call.query("Path")
        file = service.at_path(work, path) if path else service.fetch(work, call.query("Id"))
        secret, resource = service.link_to(work, file), shapes.file_resource(file, service.sealing(work))
    name = quote(call.query("Filename") or file.name, safe="")
    return jsonapi.answer(resource, links={"related": f"/files/downloads/{secret}/{name}"})


@routes.on("GET", "/files/downloads/{secret}/{name}", OPEN)
async def follow(call: Call, secret: str, name: str) -> Response:
    """What a link leads to; `Dl=1` to save it. 200, 206, 304; 400, 416."""
    found = await call.read(service.follow, secret)
    await call.prove(partial(call.read, service.still_lasts, "download", secret))
    return await send(
        call,
        found.content,
        name=name,
        mime=found.mime,
        modified=found.modified,
        attached=call.query("Dl") == "1",
    )


class Wanted(Struct):
    """What an archive is to hold."""

    name: str = ""
    ids: Sequence[str] = ()
    files: Sequence[str] = ()
    pages: Sequence[service.PageOf] = ()


class _Resource(Struct):
    attributes: Wanted


class ArchiveBody(Struct):
    """`{"data": {"attributes": {"name", "ids", "files", "pages"}}}`"""

    data: _Resource


@routes.on("POST", "/files/archive", may("GET", FILES))
async def archive(call: Call) -> Response:
    """A link to an archive, or with `Accept: application/zip` the archive itself. 200; 400, 403, 404, 422."""
    wanted = (await call.decoded(ArchiveBody)).data.attributes
    selection = await call.read(service.select, wanted.name, wanted.ids, wanted.files, wanted.pages)
    items = await call.scan(service.items, selection)
    call.account(len(items))
    if call.header("accept") == zips.MEDIA_TYPE:
        return await _zipped(call, items, f"{selection.name}.zip")
    secret = await call.write(service.keep_selection, selection)
    href = f"/files/archive/{secret}/{quote(selection.name, safe='')}.zip"
    return jsonapi.answer(
        {"type": ARCHIVES, "id": secret, "attributes": {"href": href}, "links": {"self": href}},
        links={"related": href},
    )


@routes.on("GET", "/files/archive/{secret}/{name}", OPEN)
async def download(call: Call, secret: str, name: str) -> Response:
    """The archive. 200; 400, 422."""
    items = await call.scan(service.selected, secret)
    await call.prove(partial(call.read, service.still_lasts, "archive", secret))
    return await _zipped(call, items, name)


async def _zipped(call: Call, items: Sequence[service.Item], name: str) -> Response:
    entries = [await _entry(call, item) for item in items]

    async def read(source: str | bytes) -> AsyncIterator[bytes]:
        if isinstance(source, bytes):
            yield source
            return
        async for chunk in _bytes(call, await call.read(service.content_in, source)):
            yield chunk

    return zips.sent(entries, read, name)


async def _entry(call: Call, item: service.Item) -> zips.Entry[str | bytes]:
    """A line of the archive: read from a content by its hash, or from the page that was cut out."""
    if len(item.path.encode()) > zips.NAME_LIMIT:
        raise BadArchive("A path in this archive is too long for an archive.", path=item.path[:200])
    file, modified = item.file, parse(item.file.updated_at)
    if file.is_folder:
        return zips.Entry(item.path, modified)
    if item.page:
        page = await _page(call, item)
        return zips.Entry(item.path, modified, len(page), page)
    return zips.Entry(item.path, modified, file.size, file.sha256, bool(file.body.get("executable")))


async def _page(call: Call, item: service.Item) -> bytes:
    content = await call.read(service.content_in, item.file.sha256)
    (previews,) = call.house.ports[Previews]
    try:
        page: bytes = await previews.draw(
            content.sha256, content.size, lambda: _bytes(call, content), "pdf_single", page=item.page - 1
        )
    except CannotDraw as error:
        raise BadPage(id=item.file.id, page=item.page, pointer="/data/attributes/pages") from error
    return page


async def _bytes(call: Call, content: Content) -> AsyncIterator[bytes]:
    if content.inline is not None:
        yield content.inline
        return
    assert content.blob is not None
    async for chunk in call.house.blobs.read(call.home.id, content.blob):
        yield chunk


class _Metadata(Struct):
    attributes: dict[str, Any]


class MetadataBody(Struct):
    """`{"data": {"attributes": {…}}}`"""

    data: _Metadata


@routes.on("POST", "/files/upload/metadata", may("POST", FILES))
def keep_metadata(work: Work, body: MetadataBody) -> Response:
    """Metadata for the file that comes next, as `MetadataID`. 201; 400, 403."""
    attributes = body.data.attributes
    secret = service.keep_metadata(work, attributes)
    return jsonapi.answer({"type": METADATA, "id": secret, "attributes": attributes}, 201)
