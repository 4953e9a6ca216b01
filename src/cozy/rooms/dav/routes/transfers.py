"""Large files in parts (Nextcloud's chunked upload, version 2): MKCOL, PUT of each part, MOVE of `.file` to its place.

`PROPFIND` tells which parts are here, so that a client goes on after a break; `DELETE` gives up.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable

from msgspec import Struct
from starlette.responses import Response

from cozy.dav import answers, bodies, headers
from cozy.dav.telling import Vocabulary, responder, simples
from cozy.kernel.blobs import BusyUpload, Content, Missing, Refused, TooLarge
from cozy.kernel.problem import Problem
from cozy.kernel.routes import may
from cozy.rooms.files.errors import OverQuota
from cozy.rooms.files.model import FILES
from cozy.web.call import Call, CutShort

from .. import service
from ..errors import BadPlace, Unfulfilled, Unmapped, WrongChecksum, WrongLength
from ..model import PART_NAME_LIMIT, Part, Transfer
from .door import done, expected_of, path_of, routes, target_of, told, xml_of
from .receiving import Checked, details_of, forget, size_of, written

_TRANSFER = "/remote.php/dav/uploads/{user}/{transfer}"
_PART = f"{_TRANSFER}/{{part}}"
_WHOLE = ".file"
_NAME = re.compile(rf"[A-Za-z0-9._~-]{{1,{PART_NAME_LIMIT}}}").fullmatch


class _Broken(Refused):
    """A part did not come whole: nothing of it is kept."""


@routes.on("MKCOL", _TRANSFER, may("POST", FILES))
async def begin(call: Call, transfer: str) -> Response:
    """Begin a transfer. 201; 400, 401, 403, 405, 422."""
    begun = await call.write(service.transfers.begin, _named(transfer))
    await call.house.blobs.begin(call.home.id, begun.id)
    return done(is_new=True)


def _named(name: str) -> str:
    if not _NAME(name):
        raise BadPlace
    return name


@routes.on("PUT", _PART, may("POST", FILES), documents=0)
async def put(call: Call, transfer: str, part: str) -> Response:
    """A part, kept whole or not at all. 201; 400, 401, 403, 404, 422, 507."""
    size, whole = size_of(call), size_of(call, "oc-total-length")
    found, left = await call.read(
        service.transfers.expect, transfer, _named(part), max(size or 0, whole or 0), call.home.quota
    )
    kept = await _kept(call, found, part, size, left)
    try:
        gone = await call.write(service.transfers.keep, transfer, kept)
    except Unmapped:  # it was given up meanwhile
        await call.house.blobs.abandon(call.home.id, kept.upload_id)
        raise
    if gone:
        await call.house.blobs.abandon(call.home.id, gone)
    return done(is_new=True)


async def _kept(call: Call, transfer: Transfer, name: str, size: int | None, left: int | None) -> Part:
    """A part where it belongs if it comes in its order, else apart."""
    part = Part(name, transfer.id, 0, 0)
    if all(each.order < part.order for each in transfer.parts):
        try:
            return await _appended(call, part, size, left)
        except (BusyUpload, Missing):
            pass
    part = Part(name, await call.write(service.transfers.lend), 0, 0)
    await call.house.blobs.begin(call.home.id, part.upload_id)
    return await _appended(call, part, size, left)


async def _appended(call: Call, part: Part, size: int | None, left: int | None) -> Part:
    """Raises BusyUpload, Missing, WrongLength, OverQuota, CutShort."""
    blobs, home = call.house.blobs, call.home.id
    start = await blobs.received(home, part.upload_id)
    most = size if size is not None else left
    limit = 2**62 if most is None else start + most
    try:
        end = await blobs.append(home, part.upload_id, start, _whole(call, size), limit)
    except TooLarge as error:
        raise OverQuota(quota=call.home.quota) if size is None else WrongLength(expected=size) from error
    except _Broken as error:
        raise CutShort from error
    return Part(part.name, part.upload_id, start, end - start)


async def _whole(call: Call, size: int | None) -> AsyncIterator[bytes]:
    """The body, refused at its end when it is not all that was announced."""
    came = 0
    try:
        async for chunk in call.chunks():
            came += len(chunk)
            yield chunk
    except CutShort as error:
        raise _Broken from error
    if size is not None and came != size:
        raise _Broken


class _Line(Struct, frozen=True):
    """A line of the list of a transfer. size: None for the transfer itself."""

    href: str
    size: int | None = None


_WORDS: Vocabulary[_Line] = Vocabulary(
    href=lambda line: line.href, dead=lambda line: {},
    usual=simples({
        "{DAV:}resourcetype": lambda line: "<d:collection/>" if line.size is None else "",
        "{DAV:}getcontentlength": lambda line: None if line.size is None else str(line.size),
    }),
)  # fmt: skip


@routes.on("PROPFIND", _TRANSFER, may("POST", FILES))
async def look(call: Call, transfer: str) -> Response:
    """Which parts are here. 207; 400, 401, 403, 404."""
    asked = bodies.propfind(await xml_of(call))
    found = await call.read(service.transfers.one, transfer)
    tell, base = responder(_WORDS, asked), f"{path_of(call).rstrip('/')}/"
    lines = [_Line(base), *(_Line(base + part.name, part.size) for part in found.in_order())]
    return told(
        answers.multistatus(map(tell, lines[: 1 if headers.depth(call.header("depth")) == 0 else None]))
    )


@routes.on("DELETE", _TRANSFER, may("POST", FILES))
async def give_up(call: Call, transfer: str) -> Response:
    """Forget a transfer and all that came of it. 204; 401, 403, 404."""
    await _abandon(call, await call.write(service.transfers.drop, transfer))
    return done(is_new=False)


@routes.on("DELETE", _PART, may("POST", FILES))
async def drop_part(call: Call, transfer: str, part: str) -> Response:
    """Forget a part. 204; 401, 403, 404."""
    await _abandon(
        call, [gone] if (gone := await call.write(service.transfers.drop_part, transfer, part)) else []
    )
    return done(is_new=False)


async def _abandon(call: Call, uploads: Iterable[str]) -> None:
    for id_ in uploads:
        await call.house.blobs.abandon(call.home.id, id_)


@routes.on("MOVE", _PART, may("POST", FILES))
async def end(call: Call, transfer: str, part: str) -> Response:
    """Put the whole where Destination says. 201, 204; 400, 401, 403, 404, 405, 409, 412, 422, 423, 502, 507."""
    if part != _WHOLE:
        raise BadPlace
    path, expected, details, quota = target_of(call), expected_of(call), details_of(call), call.home.quota
    found = await call.read(service.transfers.one, transfer)
    size = sum(each.size for each in found.parts)
    if (announced := size_of(call, "oc-total-length")) not in {None, size}:
        raise WrongLength(expected=announced, received=size)
    is_there = await call.read(service.places.found, path) is not None
    if is_there and not headers.overwrites(call.header("overwrite")):
        raise Unfulfilled(header="Overwrite")
    await call.read(service.tree.expect, expected, path, "", size, details, quota)
    whole = await _joined(call, found)
    try:
        await _check(call, whole.content)
        file, is_new, gone = await call.write(
            service.transfers.end, found, expected, path, whole.content, "", details, quota
        )
    except Problem:
        if whole.pieces:  # what is only renamed is found again at the next try
            await forget(call, whole.content)
        raise
    for piece in whole.pieces:
        await forget(call, piece)
    await _abandon(call, gone)
    return written(call, file, details, is_new=is_new)


class _Joined(Struct, frozen=True):
    """A content, and those that it was copied together from; none where the parts lay as they follow each other."""

    content: Content
    pieces: tuple[Content, ...] = ()


async def _joined(call: Call, transfer: Transfer) -> _Joined:
    """The parts in their order as one content. Raises Unmapped where bytes are gone."""
    blobs, home, parts = call.house.blobs, call.home.id, transfer.in_order()
    ids = dict.fromkeys([transfer.id, *(part.upload_id for part in parts)])
    try:
        finished = {id_: await blobs.finish(home, id_) for id_ in ids}
        if service.transfers.is_whole(parts, finished[transfer.id].size):
            return _Joined(finished[transfer.id])
        return _Joined(await blobs.put(home, _pieces(call, parts, finished)), tuple(finished.values()))
    except Missing as error:
        raise Unmapped from error


async def _pieces(call: Call, parts: list[Part], finished: dict[str, Content]) -> AsyncIterator[bytes]:
    for part in parts:
        async for chunk in _bytes(call, finished[part.upload_id], part.start, part.size):
            yield chunk


async def _bytes(call: Call, content: Content, start: int, size: int) -> AsyncIterator[bytes]:
    if content.inline is not None:
        yield content.inline[start : start + size]
    elif content.blob is not None:
        async for chunk in call.house.blobs.read(call.home.id, content.blob, start, size):
            yield chunk


async def _check(call: Call, content: Content) -> None:
    """Raises WrongChecksum when the whole is not what was announced."""
    checked = Checked(call)
    if checked.must_read:
        async for _ in checked.passing(_bytes(call, content, 0, content.size)):
            pass
    if not checked.is_right(content):
        raise WrongChecksum(expected=call.header("oc-checksum"))
