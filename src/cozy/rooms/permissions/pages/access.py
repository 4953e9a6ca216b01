"""The list: people, links, apps and devices, each with what it may do."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.call import Call
from cozy.web.pages import page

from .. import service
from ..errors import NoGrant
from ..model.ledger import holder_of
from ..ports import People
from .door import ACCESS, KINDS, Holder, holder, routes


@routes.on("GET", ACCESS, OWNER)
async def everything(call: Call) -> Response:
    """Everything that anybody but the owner may see or do. 200."""
    return await _listed(call, "")


@routes.on("GET", f"{ACCESS}/{{kind}}", OWNER)
async def kind(call: Call, kind: str) -> Response:
    """One kind: people, links, apps, devices. 200; 404."""
    if kind not in KINDS:
        raise NoGrant
    return await _listed(call, kind)


async def _listed(call: Call, shown: str) -> Response:
    await service.ledger.flush_home(call.house, call.home)
    return await call.scan(_list, call, shown)


def _list(work: Work, call: Call, shown: str) -> Response:
    seen = service.ledger.last_accesses(work)
    holders = sorted(
        (holder(work, each, seen.get(holder_of(each), "")) for each in service.holding(work)),
        key=lambda each: (each.is_over, each.name.casefold()),
    )
    by_kind: dict[str, list[Holder]] = {
        kind: [each for each in holders if each.kind == kind] for kind in KINDS
    }
    people = [each for plugged in work.plugged(People) for each in plugged.everybody(work)]
    counts: dict[str, int] = {kind: len(found) for kind, found in by_kind.items()}
    counts["people"] += len(people)
    return page(
        work, call, "permissions/access.html", room="access", shown=shown, by_kind=by_kind, counts=counts,
        total=len(holders) + len(people), people=people,
    )  # fmt: skip
