"""Writing: MKCOL, PUT, DELETE, COPY, MOVE."""

from __future__ import annotations

from starlette.responses import Response

from cozy.dav import headers
from cozy.dav.problems import BadHeader
from cozy.kernel.blobs import INLINE_LIMIT
from cozy.kernel.problem import Problem
from cozy.kernel.routes import may
from cozy.rooms.files.model import FILES
from cozy.web.call import Call

from .. import service
from ..errors import NoBodyHere
from .door import at_places, done, expected_of, of_file, place_of, way_of
from .receiving import details_of, forget, received, size_of, written


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
    path, expected, details = place_of(call), expected_of(call), details_of(call)
    mime, quota, size = call.header("content-type"), call.home.quota, size_of(call)
    left = None
    if size is None or size > INLINE_LIMIT:  # smaller ones are here at once, and refused by the write itself
        left = await call.read(service.tree.expect, expected, path, mime, size, details, quota)
    content = await received(call, size, left)
    try:
        file, is_new = await call.write(service.tree.put, expected, path, content, mime, details, quota)
    except Problem:
        await forget(call, content)
        raise
    return written(call, file, details, is_new=is_new)


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
