"""An import: what would come in, how far it is, what came of it."""

from __future__ import annotations

from itertools import islice

from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.web.call import Call

from .. import service
from . import say
from .door import IMPORT, page, routes, words

ONE = f"{IMPORT}/{{import_id}}"
_MOST = 10_000  # lines of the whole list on a page; the file in the home has all


@routes.on("GET", ONE, OWNER)
def show(work: Work, call: Call, import_id: str) -> Response:
    """How it goes with an import. 200; 404."""
    found, said = service.one(work, import_id), words(work)
    body = found.body
    parts = [
        (say.title(said, part), say.numbers(said, part.planned), say.numbers(said, part.added), part)
        for part in body.parts
    ]
    return page(
        work, call, "one.html", found=found, body=body, parts=parts, state=say.STATES[body.state],
        outcomes=say.outcomes(said, body), why=say.reason(said, body.why) if body.why else "",
        left=[(each.name, say.reason(said, each.why)) for each in body.left[:20]], seq=documents.last_seq(work),
        has_originals=any(source.file_id for source in body.sources),
    )  # fmt: skip


@routes.on("GET", f"{ONE}/left", OWNER)
async def left(call: Call, import_id: str) -> Response:
    """All that was left out or not understood. 200; 404."""
    return await call.scan(_left, call, import_id)


def _left(work: Work, call: Call, import_id: str) -> Response:
    found, said = service.one(work, import_id), words(work)
    lines = [(name, say.reason(said, why)) for name, why in islice(service.left(work, import_id), _MOST)]
    if not lines:
        lines = [(each.name, say.reason(said, each.why)) for each in found.body.left]
    return page(work, call, "left.html", found=found, body=found.body, lines=lines)
