"""Contents: upload, overwrite, download; and folders, which are made at the same address."""

from __future__ import annotations

import base64
import hashlib
from functools import partial
from typing import Any

import msgspec
from starlette.responses import Response

from cozy.kernel.blobs import INLINE_LIMIT, Content, TooLarge
from cozy.kernel.clock import dated, iso
from cozy.kernel.previews import CannotDraw, Previews
from cozy.kernel.problem import Problem
from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.web.call import Call

from .. import service
from ..errors import BadHash, BadMetadata, BadPage, BadType, OverQuota, WrongHash, WrongLength
from ..model import FILES, ROOT, File
from . import shapes
from .sending import PDF, bytes_of, send

routes = Routes()


@routes.on("POST", "/files", may("POST", FILES))
async def create_in_root(call: Call) -> Response:
    """The same in the root, or for folders at `Path`."""
    return await create(call, ROOT)


@routes.on("POST", "/files/{dir_id}", may("POST", FILES))
async def create(call: Call, dir_id: str) -> Response:
    """Make a folder, or a file of the body. 201; 400, 403, 404, 409, 412, 413, 422, 507."""
    kind = call.query("Type")
    if kind == "directory":
        return await call.write(_make_folder, call, dir_id, await _details(call))
    if kind != "file":
        raise BadType(type=kind, pointer="/data/attributes/type")
    return await _upload(call, dir_id)


def _make_folder(work: Work, call: Call, dir_id: str, details: service.Details) -> Response:
    path = call.query("Path")
    if not path:
        folder = service.create_folder(work, dir_id, call.query("Name"), details)
    elif call.query("Recursive") == "true":
        folder = service.create_path(work, path, details)
    else:
        folder = service.create_folder_at(work, path, details)
    return shapes.made(work, call, folder)


async def _upload(call: Call, dir_id: str) -> Response:
    """Store the body, then the file that names it; when that is refused, nothing stays."""
    name, content_type, size = call.query("Name"), call.header("content-type"), _size(call)
    details = await _details(call)  # before the stream: what waits under MetadataID waits for minutes only
    quota, left = call.home.quota, None
    if size is None or size > INLINE_LIMIT:  # smaller ones are here at once, and refused by the write itself
        left = await call.read(service.expect_file, dir_id, name, content_type, size, details, quota=quota)
    content = await _received(call, size, left)
    try:
        facts = await service.facts_at_once(call.house, call.home, content, content_type, name, details)
        return await call.write(_create, call, dir_id, content, details, facts)
    except Problem:
        await _forget(call, content)
        raise


def _create(
    work: Work,
    call: Call,
    dir_id: str,
    content: Content,
    details: service.Details,
    facts: service.Facts | None,
) -> Response:
    name, mime = call.query("Name"), call.header("content-type")
    file = service.create_file(work, dir_id, name, content, mime, details, facts=facts, quota=call.home.quota)
    return shapes.made(work, call, file)


@routes.on("PUT", "/files/{file_id}", may("PUT", FILES))
async def overwrite(call: Call, file_id: str) -> Response:
    """Give a file a new content. 200; 400, 403, 404, 412, 413, 422, 507."""
    size, rev, details = _size(call), shapes.rev_of(call), await _details(call)
    left = None
    if size is None or size > INLINE_LIMIT:
        left = await call.read(service.expect_content, file_id, rev, size, details, quota=call.home.quota)
    content = await _received(call, size, left)
    mime = call.header("content-type")
    try:
        facts = await service.facts_at_once(call.house, call.home, content, mime, "", details)
        return await call.write(_overwrite, call, file_id, rev, content, details, facts)
    except Problem:
        await _forget(call, content)
        raise


def _overwrite(
    work: Work, call: Call, file_id: str, rev: str, content: Content, details: service.Details,
    facts: service.Facts | None,
) -> Response:  # fmt: skip
    mime, quota = call.header("content-type"), call.home.quota
    file = service.overwrite(work, file_id, content, mime, details, rev=rev, facts=facts, quota=quota)
    return shapes.shown(work, call, file, with_versions=True)


def _size(call: Call) -> int | None:
    """How many bytes are announced: Content-Length, else `Size`."""
    text = call.header("content-length") or call.query("Size")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


async def _received(call: Call, size: int | None, left: int | None) -> Content:
    """The body as a safe content that is what was announced. size: announced; left: bytes of room, where it is not.

    Raises OverQuota, WrongLength, WrongHash, BadHash.
    """
    expected = _md5(call)
    try:
        content = await call.house.blobs.put(call.home.id, call.chunks(), left if size is None else size)
    except TooLarge as error:
        if size is None:
            raise OverQuota(quota=call.home.quota) from error
        raise WrongLength(expected=size, parameter="Content-Length") from error
    if size is not None and content.size != size:
        await _forget(call, content)
        raise WrongLength(expected=size, received=content.size, parameter="Content-Length")
    if expected and content.md5 != expected:
        await _forget(call, content)
        raise WrongHash(expected=expected, received=content.md5, parameter="Content-MD5")
    return content


def _md5(call: Call) -> str:
    text = call.header("content-md5")
    try:
        if text and len(base64.b64decode(text + "=" * (-len(text) % 4), validate=True)) != 16:
            raise BadHash(md5=text, parameter="Content-MD5")
    except ValueError as error:
        raise BadHash(md5=text, parameter="Content-MD5") from error
    return text and text.rstrip("=") + "=="


async def _forget(call: Call, content: Content) -> None:
    """Free what no document came to name. Never after a cancellation: the document may be there all the same."""
    if content.blob is not None:
        await call.house.blobs.delete(call.home.id, content.blob)


async def _details(call: Call) -> service.Details:
    """What the query and the headers say of a file or folder. Raises BadMetadata."""
    asked = call.request.query_params
    date = _date(call.header("date"))
    source = {"sourceAccount": "SourceAccount", "sourceAccountIdentifier": "SourceAccountIdentifier"}
    return service.Details(
        created_at=asked.get("CreatedAt", "") or date, updated_at=asked.get("UpdatedAt", "") or date,
        tags=asked["Tags"].split(",") if "Tags" in asked else None, executable=_flag(asked.get("Executable")),
        encrypted=_flag(asked.get("Encrypted")), metadata=await _metadata(call),
        cozy_metadata={member: asked[name] for member, name in source.items() if asked.get(name)},
    )  # fmt: skip


def _flag(text: str | None) -> bool | None:
    return None if text is None else text == "true"


def _date(header: str) -> str:
    """The Date header as RFC 3339; one that cannot be read is passed over, since proxies and libraries write it."""
    moment = dated(header)
    return iso(moment) if moment else ""


async def _metadata(call: Call) -> dict[str, Any] | None:
    """Those that were left here before under `MetadataID`, else those in the query. Raises BadMetadata."""
    if waiting := call.query("MetadataID"):
        return await call.read(service.metadata_of, waiting)
    text = call.query("Metadata")
    try:
        return msgspec.json.decode(text, type=dict[str, Any]) if text else None
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadMetadata(parameter="Metadata") from error


@routes.on("GET", "/files/download/{file_id}", may("GET", FILES))
async def download(call: Call, file_id: str) -> Response:
    """The content of a file; `Dl=1` to save it. 200, 206, 304; 400, 403, 404, 416."""
    file, content = await call.read(service.open_content, file_id)
    return await _sent(call, file, content)


@routes.on("GET", "/files/download", may("GET", FILES))
async def download_at(call: Call) -> Response:
    """The same, by `Path`. 200, 206, 304; 400, 403, 404, 416."""
    file, content = await call.read(service.open_at, call.query("Path"))
    return await _sent(call, file, content)


async def _sent(call: Call, file: File, content: Content) -> Response:
    if page := call.query("Page"):
        content = await _page(call, file, content, page)
    attached = call.query("Dl") == "1"
    return await send(
        call, content, name=file.name, mime=file.mime, modified=file.updated_at, attached=attached
    )


async def _page(call: Call, file: File, content: Content, number: str) -> Content:
    """One page of a PDF, as a PDF. Raises BadPage."""
    if not (number.isascii() and number.isdecimal() and len(number) < 7 and int(number)) or file.mime != PDF:
        raise BadPage(id=file.id, page=number, parameter="Page")
    (previews,) = call.house.ports[Previews]
    read = partial(bytes_of, call, content, 0, content.size)
    try:
        page: bytes = await previews.draw(
            content.sha256, content.size, read, "pdf_single", page=int(number) - 1
        )
    except CannotDraw as error:
        raise BadPage(id=file.id, page=number, parameter="Page") from error
    digest = hashlib.md5(page, usedforsecurity=False).digest()
    return Content("", base64.b64encode(digest).decode(), len(page), page)


@routes.on("GET", "/files/download/{file_id}/{version_id}", may("GET", FILES))
async def download_version(call: Call, file_id: str, version_id: str) -> Response:
    """What a file held before. 200, 206, 304; 400, 403, 404, 416."""
    file, version, content = await call.read(service.open_version, file_id, version_id)
    return await send(
        call, content, name=file.name, mime=str(version.body.get("mime", file.mime)),
        modified=str(version.body["updated_at"]), attached=call.query("Dl") == "1",
    )  # fmt: skip
