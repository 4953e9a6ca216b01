"""The first page of a home, and what takes up its room."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.web.call import Call

from .. import service
from ..service import views
from .door import page, routes
from .rows import row

SHOWN = 6  # recent files and favourites


@routes.on("GET", "/my", OWNER)
async def home(call: Call) -> Response:
    """Hello; where you left off. 200."""
    return await call.scan(_home, call)


def _home(work: Work, call: Call) -> Response:
    profile = homes.profile(work)
    return page(
        work, call, "home.html", room="home", name=profile.public_name,
        hour=work.now.astimezone(ZoneInfo(profile.tz)).hour,
        recent=[row(file) for file in views.recent(work, SHOWN)],
        favourites=[row(file) for file in views.favourites(work, SHOWN)],
        used=service.usage(work), quota=call.home.quota,
    )  # fmt: skip


@routes.on("GET", "/my/settings/storage", OWNER)
async def storage(call: Call) -> Response:
    """What takes up the room of this home. 200."""
    return await call.scan(_storage, call)


def _storage(work: Work, call: Call) -> Response:
    return page(
        work, call, "storage.html", room="settings", space=views.space(work), used=service.usage(work),
        quota=call.home.quota,
    )  # fmt: skip
