"""The list: people, links, apps and devices, each with what it may do."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.call import Call
from cozy.web.pages import page

from .. import service
from ..errors import NoGrant
from .door import ACCESS, KINDS, Holder, holder, routes


@routes.on("GET", ACCESS, OWNER)
def everything(work: Work, call: Call) -> Response:
    """Everything that anybody but the owner may see or do. 200."""
    return _listed(work, call, "")


@routes.on("GET", f"{ACCESS}/{{kind}}", OWNER)
def kind(work: Work, call: Call, kind: str) -> Response:
    """One kind: people, links, apps, devices. 200; 404."""
    if kind not in KINDS:
        raise NoGrant
    return _listed(work, call, kind)


def _listed(work: Work, call: Call, shown: str) -> Response:
    holders = sorted(
        (holder(work, permission) for permission in service.all_(work)),
        key=lambda each: (each.is_over, each.name.casefold()),
    )
    by_kind: dict[str, list[Holder]] = {
        kind: [each for each in holders if each.kind == kind] for kind in KINDS
    }
    return page(
        work, call, "permissions/access.html", room="access", shown=shown, by_kind=by_kind, total=len(holders)
    )
