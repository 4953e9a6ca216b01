"""What is shared: with the owner, by the owner, and the invitations that wait."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.call import Call

from ..model import Sharing
from ..ports import Ways
from ..service import keeping, people
from .door import SHARED_URL, page, routes
from .faces import Line, line


@routes.on("GET", SHARED_URL, OWNER)
async def everything(call: Call) -> Response:
    """All of it. 200."""
    return await call.scan(_listed, call, "")


@routes.on("GET", f"{SHARED_URL}/with-me", OWNER)
async def with_me(call: Call) -> Response:
    """What others share with the owner. 200."""
    return await call.scan(_listed, call, "with-me")


@routes.on("GET", f"{SHARED_URL}/by-me", OWNER)
async def by_me(call: Call) -> Response:
    """What the owner shares. 200."""
    return await call.scan(_listed, call, "by-me")


def _listed(work: Work, call: Call, shown: str) -> Response:
    found = sorted(keeping.all_(work), key=lambda each: each.created_at, reverse=True)
    waiting = [each for each in found if each.is_waiting]
    theirs = [each for each in found if not each.owner and each.active]
    ours = [each for each in found if each.owner and not people.is_over(each)]
    return page(
        work, call, "shared.html", shown=shown, waiting=_lines(work, waiting), theirs=_lines(work, theirs), ours=_lines(work, ours),
        ways=_ways(work, shown),
    )  # fmt: skip


def _ways(work: Work, shown: str) -> list[dict[str, Any]]:
    """What is shared in other ways, each as a template shows it."""
    found = [port(work, shown) for port in work.plugged(Ways)]
    return [{"template": way[0], **way[1]} for way in found if way is not None]


def _lines(work: Work, sharings: list[Sharing]) -> list[Line]:
    return [line(work, each) for each in sharings]
