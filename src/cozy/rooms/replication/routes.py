"""What other homes ask of this one for the copies of what is shared (cozy-stack docs/sharing.md, docs/sharing-design.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from cozy.kernel.blobs import Content, TooLarge
from cozy.kernel.problem import Problem
from cozy.kernel.routes import KNOWN, Routes
from cozy.kernel.work import Work
from cozy.rooms.files.errors import OverQuota
from cozy.rooms.files.model import FILES
from cozy.rooms.sharing.model import SHARINGS
from cozy.web.answers import json, nothing
from cozy.web.call import Call

from . import service
from .errors import OtherBytes

routes = Routes()
receiving = service.receiving


async def _asked(call: Call, sharing_id: str, who: Callable[[Work, str], int] = receiving.writer) -> int:
    """The member whose home asks, which is there by that."""
    member = await call.read(who, sharing_id)
    await receiving.heard(call.house, call.home, sharing_id, member)
    return member


@routes.on("POST", "/sharings/{sharing_id}/_revs_diff", KNOWN, writes=False)
async def revs_diff(call: Call, sharing_id: str) -> Response:
    """Of these revisions those that this home has not seen. 200; 400, 401, 403."""
    await _asked(call, sharing_id)
    asked = await call.decoded(dict[str, list[str]])
    call.account(1, SHARINGS, "GET")
    return json(await call.read(receiving.missing, sharing_id, asked))


@routes.on("POST", "/sharings/{sharing_id}/_bulk_docs", KNOWN)
async def bulk_docs(call: Call, sharing_id: str) -> Response:
    """Take in documents, folders, and what is gone, by doctype. 200, and which folders are not taken for now, as CouchDB says it;
    400, 401, 403.
    """
    member = await _asked(call, sharing_id)
    payload = await call.decoded(dict[str, list[Any]])
    refused, deeds = await receiving.documents_arrive(call.house, call.home, sharing_id, member, payload)
    for (doctype, verb), documents in deeds.items():
        call.account(documents, doctype, verb)
    return json([{"id": id_, "error": "forbidden"} for id_ in refused])


@routes.on("GET", "/sharings/{sharing_id}/io.cozy.files/{file_id}", KNOWN)
async def folder(call: Call, sharing_id: str, file_id: str) -> Response:
    """A folder of what is shared. 200; 401, 403, 404."""
    member = await _asked(call, sharing_id, receiving.reader)
    call.account(1, FILES, "GET")
    return json(await call.read(receiving.folder, sharing_id, member, file_id))


@routes.on("PUT", "/sharings/{sharing_id}/io.cozy.files/{file_id}/metadata", KNOWN)
async def file(call: Call, sharing_id: str, file_id: str) -> Response:
    """Take in what can be without its content, 204; else 200 and the key that this is to come by. 400, 401, 403, 413, 422."""
    member = await _asked(call, sharing_id)
    document = await call.decoded(dict[str, Any])
    key = await receiving.file_is_told(call.house, call.home, sharing_id, member, file_id, document)
    if key:
        return json({"key": key})
    call.account(1, FILES, "PUT")
    return nothing()


@routes.on("PUT", "/sharings/{sharing_id}/io.cozy.files/{file_id}", KNOWN)
async def content(call: Call, sharing_id: str, file_id: str) -> Response:
    """Take in a content, by the key that was given. 204; 401, 403, 404, 413, 422."""
    member = await _asked(call, sharing_id)
    md5sum, size = await call.read(receiving.expected, sharing_id, file_id)
    held = await _received(call, md5sum, size)
    try:
        kept = await receiving.content_arrives(call.house, call.home, sharing_id, member, file_id, held)
    except Problem:
        await _forget(call, held)
        raise
    if not kept.is_needed:
        await _forget(call, held)
    call.account(1, FILES, "POST" if kept.is_new else "PUT")
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
async def reupload(call: Call, sharing_id: str) -> Response:
    """There is room again for files that were refused: send them. 204; 401, 403."""
    member = await _asked(call, sharing_id, receiving.reader)
    await call.write(receiving.send_again, sharing_id, member)
    return nothing()


@routes.on("DELETE", "/sharings/{sharing_id}/initial", KNOWN)
async def end_initial(call: Call, sharing_id: str) -> Response:
    """The first copy is whole. 204; 401, 403."""
    await _asked(call, sharing_id)
    await receiving.first_copy_ends(call.house, call.home, sharing_id)
    return nothing()
