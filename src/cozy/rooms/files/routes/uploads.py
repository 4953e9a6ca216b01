"""Resumable uploads: tus 1.0 (https://tus.io/protocols/resumable-upload).

Extensions: creation, creation-with-upload, checksum, expiration, termination. What is sent is appended in place; the
last byte makes the file. `Content-Location` and `X-Cozy-File-Id` then say which.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from email.utils import format_datetime
from typing import Any

import msgspec
from starlette.responses import Response

from cozy.kernel.blobs import BusyUpload, Missing, Refused, TooLarge, WrongOffset
from cozy.kernel.clock import parse
from cozy.kernel.routes import OPEN, Routes, may
from cozy.web.call import Call, CutShort

from .. import service
from ..errors import BadUpload, NoUpload, WrongLength
from ..model import FILES, ROOT, OnConflict, Upload, Wish

routes = Routes()

VERSION = "1.0.0"
MEDIA_TYPE = "application/offset+octet-stream"
HASHES = {"sha1": hashlib.sha1, "md5": hashlib.md5, "sha256": hashlib.sha256}
STALLED_S = 60  # silence after which a connection is given up, so that the client's next one may go on
_OFFERS = {
    "tus-version": VERSION,
    "tus-extension": "creation,creation-with-upload,checksum,expiration,termination",
    "tus-checksum-algorithm": ",".join(HASHES),
}


class _Mismatch(Refused):
    """The checksum is not that of what came."""


@routes.on("OPTIONS", "/files/tus", OPEN)
async def discover(call: Call) -> Response:
    """What this server can do. 204."""
    return _answer(204, _OFFERS)


@routes.on("OPTIONS", "/files/tus/{upload_id}", OPEN)
async def discover_there(call: Call, upload_id: str) -> Response:
    """The same. 204."""
    return _answer(204, _OFFERS)


@routes.on("POST", "/files/tus", may("POST", FILES))
async def create(call: Call) -> Response:
    """Begin an upload. 201; 400, 403, 404, 409, 412, 413, 422, 460, 507."""
    if (refusal := _refusal(call)) is not None:
        return refusal
    wish, size = _wish(call), _size(call)
    upload = await call.write(service.begin_upload, wish, size, quota=call.home.quota)
    await call.house.blobs.begin(call.home.id, upload.id)
    headers = {"location": f"/files/tus/{upload.id}"}
    offset = 0
    if call.header("content-type") == MEDIA_TYPE:
        try:
            offset = await _append(call, upload, 0)
        except _Mismatch:
            return _answer(460, headers)
    if offset == size:
        upload = await _ended(call, upload)
    return _answer(201, {**headers, "upload-offset": str(offset), **_state(upload)})


@routes.on("HEAD", "/files/tus/{upload_id}", may("POST", FILES), documents=0)
async def ask(call: Call, upload_id: str) -> Response:
    """How much has arrived; when it is all, the file is there. 200; 403, 404, 409, 410, 412, 413, 423."""
    if (refusal := _refusal(call)) is not None:
        return refusal
    upload = await call.read(service.upload, upload_id)
    offset = await _received(call, upload)
    try:
        if offset == upload.size:
            upload = await _ended(call, upload)
    except BusyUpload:
        return _answer(423)
    return _answer(
        200,
        {
            "upload-offset": str(offset),
            "upload-length": str(upload.size),
            "cache-control": "no-store",
            **_state(upload),
        },
    )


@routes.on("PATCH", "/files/tus/{upload_id}", may("POST", FILES), documents=0)
async def send(call: Call, upload_id: str) -> Response:
    """Send more of it. 204; 400, 403, 404, 409, 410, 412, 413, 415, 423, 460, 507."""
    if (refusal := _refusal(call)) is not None:
        return refusal
    if call.header("content-type") != MEDIA_TYPE:
        return _answer(415)
    upload = await call.read(service.upload, upload_id)
    offset = _number(call, "upload-offset")
    try:
        received = await _received(call, upload)
        if offset == received == upload.size:
            end = offset  # repeated by a client that missed our last answer
        else:
            end = await _append(call, upload, offset)
        if end == upload.size:
            upload = await _ended(call, upload)
    except WrongOffset as error:
        return _answer(409, {"upload-offset": str(error.facts["received"])})
    except BusyUpload:
        return _answer(423)
    except _Mismatch:
        return _answer(460)
    return _answer(204, {"upload-offset": str(end), **_state(upload)})


@routes.on("DELETE", "/files/tus/{upload_id}", may("POST", FILES))
async def give_up(call: Call, upload_id: str) -> Response:
    """Forget an upload. 204; 403, 404, 410, 412."""
    if (refusal := _refusal(call)) is not None:
        return refusal
    upload = await call.read(service.upload, upload_id)
    await call.house.blobs.abandon(call.home.id, upload.id)
    await call.write(service.drop_upload, upload.id)
    return _answer(204)


@routes.on("POST", "/files/tus/{upload_id}", may("POST", FILES))
async def by_other_name(call: Call, upload_id: str) -> Response:
    """What `X-HTTP-Method-Override` says, for clients that can only POST. As that method; 400."""
    methods = {"PATCH": send, "DELETE": give_up, "HEAD": ask}
    method = call.header("x-http-method-override").upper()
    if method not in methods:
        raise BadUpload(
            "X-HTTP-Method-Override is PATCH, DELETE or HEAD.", parameter="X-HTTP-Method-Override"
        )
    return await methods[method](call, upload_id)


async def _received(call: Call, upload: Upload) -> int:
    """Bytes that are here. Once all were, the store may have made a content of them already."""
    if upload.file_id:
        return upload.size
    try:
        return await call.house.blobs.received(call.home.id, upload.id)
    except Missing:
        return upload.size


async def _append(call: Call, upload: Upload, offset: int) -> int:
    """The bytes received in all. Raises WrongOffset, BusyUpload, _Mismatch, WrongLength, OutOfSpace, CutShort, NoUpload."""
    chunks = _in_time(call.chunks())
    if call.header("upload-checksum"):
        chunks = _checked(call, chunks)
    try:
        return await call.house.blobs.append(call.home.id, upload.id, offset, chunks, upload.size)
    except TooLarge as error:
        raise WrongLength(expected=upload.size, parameter="Upload-Length") from error
    except Missing as error:
        raise NoUpload(id=upload.id) from error


async def _in_time(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        while True:
            async with asyncio.timeout(STALLED_S):
                chunk = await anext(chunks)
            yield chunk
    except StopAsyncIteration:
        return
    except TimeoutError as error:
        raise CutShort from error


def _checked(call: Call, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The stream, refused at its end when it is not what its checksum says. Raises BadUpload."""
    name, _, text = call.header("upload-checksum").partition(" ")
    try:
        expected = base64.b64decode(text.strip(), validate=True)
    except ValueError as error:
        raise BadUpload(
            "Upload-Checksum is an algorithm and a base64 text.", parameter="Upload-Checksum"
        ) from error
    if name not in HASHES:
        raise BadUpload(
            "This checksum algorithm is not known here.", parameter="Upload-Checksum", known=list(HASHES)
        )
    digest: Any = HASHES[name](usedforsecurity=False)

    async def hashed() -> AsyncIterator[bytes]:
        try:
            async for chunk in chunks:
                digest.update(chunk)
                yield chunk
        except CutShort as error:
            raise _Mismatch from error  # what cannot be verified is not kept
        if digest.digest() != expected:
            raise _Mismatch

    return hashed()


async def _ended(call: Call, upload: Upload) -> Upload:
    """All is here: make it a content, then a file, then let go of what the store kept for another try.

    After a crash anywhere in between, the next request comes by here again and finds what is done.
    """
    if upload.file_id:
        return upload
    try:
        content = await call.house.blobs.finish(call.home.id, upload.id)
    except Missing as error:
        now = await call.read(service.upload, upload.id)  # another request may have ended it meanwhile
        if now.file_id:
            return now
        raise NoUpload(id=upload.id) from error
    ended = await call.write(service.end_upload, upload.id, content, quota=call.home.quota)
    await call.house.blobs.abandon(call.home.id, upload.id)
    return ended


def _refusal(call: Call) -> Response | None:
    """412 to a client that speaks another version."""
    if call.header("tus-resumable") != VERSION:
        return _answer(412, {"tus-version": VERSION})
    return None


def _answer(status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(status_code=status, headers={"tus-resumable": VERSION, **(headers or {})})


def _state(upload: Upload) -> dict[str, str]:
    """When it expires and, once it has ended, which file it is."""
    if upload.file_id:
        return {"content-location": f"/files/{upload.file_id}", "x-cozy-file-id": upload.file_id}
    return {"upload-expires": format_datetime(parse(upload.expires_at), usegmt=True)}


def _size(call: Call) -> int:
    if call.header("upload-defer-length"):
        raise BadUpload(
            "Say how long the file is: Upload-Defer-Length is not supported.", parameter="Upload-Defer-Length"
        )
    return _number(call, "upload-length")


def _number(call: Call, header: str) -> int:
    text = call.header(header)
    if not (text.isascii() and text.isdecimal() and len(text) < 18):
        raise BadUpload(f"{header.title()} is a number of bytes.", parameter=header.title())
    return int(text)


def _wish(call: Call) -> Wish:
    """What Upload-Metadata says. Raises BadUpload."""
    said = _metadata(call)
    try:
        on_conflict = msgspec.convert(said.get("on_conflict", "fail"), OnConflict)
    except msgspec.ValidationError as error:
        raise BadUpload("on_conflict is fail, replace or keep_both.", parameter="on_conflict") from error
    executable = said.get("executable")
    return Wish(
        dir_id=said.get("dir_id") or ROOT, name=said.get("name") or said.get("filename", ""),
        path=tuple(filter(None, said.get("path", "").split("/"))), mime=said.get("mime") or said.get("filetype", ""),
        created_at=said.get("created_at", ""), updated_at=said.get("updated_at", ""),
        executable=None if executable is None else executable == "true", on_conflict=on_conflict,
    )  # fmt: skip


def _metadata(call: Call) -> dict[str, str]:
    """`key base64,key base64`; a key may stand alone."""
    said: dict[str, str] = {}
    for pair in filter(None, call.header("upload-metadata").split(",")):
        key, _, value = pair.strip().partition(" ")
        try:
            said[key] = base64.b64decode(value.strip(), validate=True).decode()
        except ValueError as error:
            raise BadUpload(
                "Upload-Metadata is pairs of a key and a base64 text.", parameter="Upload-Metadata"
            ) from error
    return said
