"""Writing: MKCOL, PUT, DELETE, COPY, MOVE."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import AsyncIterator
from typing import Protocol

from starlette.responses import Response

from cozy.dav import headers
from cozy.dav.problems import BadHeader
from cozy.kernel.blobs import INLINE_LIMIT, Content, TooLarge
from cozy.kernel.clock import iso
from cozy.kernel.problem import Problem
from cozy.kernel.routes import may
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import OverQuota
from cozy.rooms.files.model import FILES
from cozy.web.call import Call

from .. import service
from ..errors import NoBodyHere, WrongChecksum, WrongLength
from ..model import etag
from .door import at_places, done, expected_of, of_file, place_of, way_of


@at_places("MKCOL", may("POST", FILES))
async def make_folder(call: Call) -> Response:
    """A new folder. 201; 401, 403, 405, 409, 412, 415, 422, 423."""
    async for _ in call.chunks():
        raise NoBodyHere
    made = await call.write(service.tree.make_folder, expected_of(call), place_of(call))
    return done(is_new=True, headers=of_file(call, made))


@at_places("PUT", may("PUT", FILES))
async def put(call: Call) -> Response:
    """A file with this content. 201, 204; 400, 401, 403, 405, 409, 412, 422, 423, 507."""
    if call.header("content-range"):
        raise BadHeader(parameter="Content-Range")  # RFC 9110 §14.4: a part must not be taken for the whole
    path, expected, details = place_of(call), expected_of(call), _details(call)
    mime, quota, size = call.header("content-type"), call.home.quota, _size(call)
    left = None
    if size is None or size > INLINE_LIMIT:  # smaller ones are here at once, and refused by the write itself
        left = await call.read(service.tree.expect, expected, path, mime, size, details, quota)
    content = await _received(call, size, left)
    try:
        file, is_new = await call.write(service.tree.put, expected, path, content, mime, details, quota)
    except Problem:
        await _forget(call, content)
        raise
    told = {"etag": etag(file.sha256), "oc-etag": etag(file.sha256), **of_file(call, file)}
    if details.updated_at and file.updated_at == details.updated_at:
        told["x-oc-mtime"] = "accepted"
    return done(is_new=is_new, headers=told)


def _details(call: Call) -> files.Details:
    """When the file last changed where it comes from, if the client says so."""
    moment = headers.unix_time(call.header("x-oc-mtime"))
    return files.Details(updated_at=iso(moment), dates_are_final=True) if moment else files.Details()


def _size(call: Call) -> int | None:
    text = call.header("content-length")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


async def _received(call: Call, size: int | None, left: int | None) -> Content:
    """The body as a safe content that is what was announced. Raises OverQuota, WrongLength, WrongChecksum, BadHeader."""
    checked = _Checked(call.header("oc-checksum"))
    try:
        content = await call.house.blobs.put(
            call.home.id, checked.passing(call.chunks()), left if size is None else size
        )
    except TooLarge as error:
        raise OverQuota(quota=call.home.quota) if size is None else WrongLength(expected=size) from error
    if size is not None and content.size != size:
        await _forget(call, content)
        raise WrongLength(expected=size, received=content.size)
    if not checked.is_right():
        await _forget(call, content)
        raise WrongChecksum(expected=call.header("oc-checksum"))
    return content


async def _forget(call: Call, content: Content) -> None:
    """Free what no document came to name. Never after a cancellation: the document may be there all the same."""
    if content.blob is not None:
        await call.house.blobs.delete(call.home.id, content.blob)


class _Sum(Protocol):
    def update(self, data: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


class _Adler32:
    def __init__(self) -> None:
        self._sum = 1

    def update(self, data: bytes, /) -> None:
        self._sum = zlib.adler32(data, self._sum)

    def hexdigest(self) -> str:
        return f"{self._sum:08x}"


class _Checked:
    """A stream whose checksum a client told beforehand, as `SHA1:<hex>`; of other kinds it knows nothing."""

    def __init__(self, said: str) -> None:
        kind, _, self._expected = said.strip().partition(":")
        self._sum = _sum_of(kind.upper())

    def passing(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The same pieces, looked at on the way where there is something to look for."""
        return chunks if self._sum is None else _summed(chunks, self._sum)

    def is_right(self) -> bool:
        """Whether what passed is what was told."""
        return self._sum is None or self._sum.hexdigest() == self._expected.strip().lower()


async def _summed(chunks: AsyncIterator[bytes], sum_: _Sum) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        sum_.update(chunk)
        yield chunk


def _sum_of(kind: str) -> _Sum | None:
    if kind in {"MD5", "SHA1", "SHA256"}:
        return hashlib.new(kind.lower(), usedforsecurity=False)
    return _Adler32() if kind == "ADLER32" else None


@at_places("DELETE", may("PATCH", FILES))
async def delete(call: Call) -> Response:
    """Put a file, or a folder with all that is in it, into the bin. 204; 401, 403, 404, 412, 423."""
    if call.header("depth") and headers.depth(call.header("depth")) == 1:
        raise BadHeader(parameter="Depth")
    await call.write(service.tree.delete, expected_of(call), place_of(call))
    call.account(1, verb="DELETE")
    return done(is_new=False)


@at_places("COPY", may("POST", FILES))
async def copy(call: Call) -> Response:
    """Copy to the place that Destination names. 201, 204; 400, 401, 403, 404, 409, 412, 423, 502, 507."""
    depth = headers.depth(call.header("depth"))
    if depth == 1:
        raise BadHeader(parameter="Depth")
    way = way_of(call, overwrites=headers.overwrites(call.header("overwrite")))
    is_new = await call.write(
        service.tree.copy, expected_of(call), way, is_deep=depth is None, quota=call.home.quota
    )
    return done(is_new=is_new)


@at_places("MOVE", may("PATCH", FILES))
async def move(call: Call) -> Response:
    """Move to the place that Destination names. 201, 204; 400, 401, 403, 404, 409, 412, 423, 502."""
    if headers.depth(call.header("depth")) is not None:
        raise BadHeader(parameter="Depth")
    way = way_of(call, overwrites=headers.overwrites(call.header("overwrite")))
    return done(is_new=await call.write(service.tree.move, expected_of(call), way))
