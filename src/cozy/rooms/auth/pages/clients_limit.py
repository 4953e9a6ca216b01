"""More programs than the host allows: the owner stops one first (cozy-stack docs/settings.md)."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.errors import NoManager
from cozy.web.answers import see_other
from cozy.web.call import Call

from .. import service
from .door import routes, shown

_URL = "/settings/clients/limit-exceeded"


@routes.on("GET", _URL, OWNER)
async def limit_exceeded(call: Call) -> Response:
    """What to do about it, as long as there are too many. 200; 303 on to where the owner was going, 400."""
    home, subdomains = call.home, call.house.settings.subdomains
    target = service.redirects.target(home.origin, call.query("redirect"), subdomains)
    if not (await call.read(service.usage.usage)).is_exceeded:
        return see_other(await call.write(service.redirects.carrying, call.caller.session, target))
    return await too_many(call, f"{_URL}?{call.request.url.query}")


async def too_many(call: Call, again: str, status: int = 200) -> Response:
    """The page that says so. again: the address that goes on once there are fewer."""
    return await shown(
        call, "auth/too_many.html", status, domain=call.home.domain, usage=await call.read(service.usage.usage),
        premium=await call.read(_premium), again=again,
    )  # fmt: skip


def _premium(work: Work) -> str:
    try:
        return homes.contexts.premium(work)
    except NoManager:
        return ""
