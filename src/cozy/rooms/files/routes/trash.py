"""The bin."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.web import jsonapi
from cozy.web.answers import nothing
from cozy.web.call import Call

from .. import service
from ..model import FILES, TRASH
from . import shapes

routes = Routes()


@routes.on("GET", "/files/trash", may("GET", FILES))
def lying(work: Work, call: Call) -> Response:
    """A page of what lies in the bin. 200; 400, 403."""
    asked = jsonapi.paging(call, shapes.PAGE, shapes.PAGE_LIMIT)
    page = service.listing(work, TRASH, after=asked.after, skip=asked.skip or 0, limit=asked.limit)
    return shapes.listed(work, call, page, asked, "/files/trash")


@routes.on("DELETE", "/files/trash", may("DELETE", FILES))
async def empty(call: Call) -> Response:
    """Remove all that lies in the bin for good. 204; 403."""
    while removed := await call.write(service.empty_trash):
        call.account(removed)
    return nothing()


@routes.on("POST", "/files/trash/{file_id}", may("PATCH", FILES))
def restore(work: Work, call: Call, file_id: str) -> Response:
    """Put something back where it was. 200; 400, 403, 404."""
    return shapes.shown(work, call, service.restore(work, file_id))


@routes.on("DELETE", "/files/trash/{file_id}", may("DELETE", FILES))
def destroy(work: Work, call: Call, file_id: str) -> Response:
    """Remove something that lies in the bin for good. 204; 400, 403, 404, 412."""
    service.destroy(work, file_id, shapes.rev_of(call))
    return nothing()
