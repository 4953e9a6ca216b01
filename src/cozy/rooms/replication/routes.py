"""What other homes ask of this one for the copies of what is shared (cozy-stack docs/sharing.md, docs/sharing-design.md)."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from cozy.kernel.blobs import Content, TooLarge
from cozy.kernel.problem import Problem
from cozy.kernel.routes import KNOWN, Routes
from cozy.kernel.work import Work
from cozy.rooms.files.errors import OverQuota
from cozy.rooms.sharing.model import SHARINGS
from cozy.web.answers import json, nothing
from cozy.web.call import Call

from . import service
from .errors import OtherBytes

routes = Routes()
receiving = service.receiving


@routes.on("POST", "/sharings/{sharing_id}/_revs_diff", KNOWN, writes=False)
def revs_diff(work: Work, call: Call, sharing_id: str, body: dict[str, list[str]]) -> Response:
    """Of these revisions those that this home has not seen. 200; 400, 401, 403."""
    receiving.writer(work, sharing_id)
    call.account(len(body), SHARINGS, "GET")
    return json(receiving.missing(work, sharing_id, body))


@routes.on("POST", "/sharings/{sharing_id}/_bulk_docs", KNOWN)
async def bulk_docs(call: Call, sharing_id: str) -> Response:
    """Take in documents, folders, and what is gone, by doctype. 200; 400, 401, 403."""
    member = await call.read(receiving.writer, sharing_id)
    payload = await call.decoded(dict[str, list[Any]])
    await receiving.documents_arrive(call.house, call.home, sharing_id, member, payload)
    for doctype, documents in payload.items():
        call.account(len(documents), doctype, "POST")
    return json([])


@routes.on("GET", "/sharings/{sharing_id}/io.cozy.files/{file_id}", KNOWN)
def folder(work: Work, sharing_id: str, file_id: str) -> Response:
    """A folder of what is shared. 200; 401, 403, 404."""
    member = receiving.reader(work, sharing_id)
    return json(receiving.folder(work, sharing_id, member, file_id))


@routes.on("PUT", "/sharings/{sharing_id}/io.cozy.files/{file_id}/metadata", KNOWN)
async def file(call: Call, sharing_id: str, file_id: str) -> Response:
    """Take in what can be without its content, 204; else 200 and the key that this is to come by. 400, 401, 403, 413, 422."""
    member = await call.read(receiving.writer, sharing_id)
    document = await call.decoded(dict[str, Any])
    key = await receiving.file_is_told(call.house, call.home, sharing_id, member, file_id, document)
    return json({"key": key}) if key else nothing()


@routes.on("PUT", "/sharings/{sharing_id}/io.cozy.files/{file_id}", KNOWN)
async def content(call: Call, sharing_id: str, file_id: str) -> Response:
    """Take in a content, by the key that was given. 204; 401, 403, 404, 413, 422."""
    member = await call.read(receiving.writer, sharing_id)
    md5sum, size = await call.read(receiving.expected, sharing_id, file_id)
    held = await _received(call, md5sum, size)
    try:
        is_kept = await receiving.content_arrives(call.house, call.home, sharing_id, member, file_id, held)
    except Problem:
        await _forget(call, held)
        raise
    if not is_kept:
        await _forget(call, held)
    return nothing()


async def _received(call: Call, md5sum: str, size: int | None) -> Content:
    """The body, which is what was announced. Raises OtherBytes, OverQuota."""
    try:
        held = await call.house.blobs.put(
            call.home.id, call.chunks(), size if size is not None else call.home.quota
        )
    except TooLarge as error:
        if size is None:
            raise OverQuota(quota=call.home.quota) from error
        raise OtherBytes(expected=size) from error
    if held.md5 != md5sum or size not in {None, held.size}:
        await _forget(call, held)
        raise OtherBytes(expected=md5sum, received=held.md5)
    return held


async def _forget(call: Call, held: Content) -> None:
    if held.blob is not None:
        await call.house.blobs.delete(call.home.id, held.blob)


@routes.on("POST", "/sharings/{sharing_id}/reupload", KNOWN)
def reupload(work: Work, sharing_id: str) -> Response:
    """There is room again for files that were refused: send them. 204; 401, 403."""
    receiving.send_again(work, sharing_id, receiving.reader(work, sharing_id))
    return nothing()


@routes.on("DELETE", "/sharings/{sharing_id}/initial", KNOWN)
async def end_initial(call: Call, sharing_id: str) -> Response:
    """The first copy is whole. 204; 401, 403."""
    await call.read(receiving.writer, sharing_id)
    await receiving.first_copy_ends(call.house, call.home, sharing_id)
    return nothing()
