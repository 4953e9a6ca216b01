"""The first page of a home, and what takes up its room."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.web.call import Call

from .. import service
from ..service import views
from .door import done, page, routes, words
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
        quota=call.home.quota, days=service.bin_days(work), ages=_ages(work),
    )  # fmt: skip


def _ages(work: Work) -> list[tuple[int, str]]:
    """What people can choose, in words; what is in force is always among it."""
    said = words(work)
    days = sorted({*service.AGES, service.bin_days(work)} - {0})
    erase = [(age, said.ngettext("Erase after %(num)s day", "Erase after %(num)s days", age)) for age in days]
    return [*erase, (0, said.gettext("Keep until I empty the bin"))]


@routes.on("POST", "/my/settings/storage", OWNER)
def keep_in_bin(work: Work, call: Call, form: FormData) -> Response:
    """Choose how long the bin keeps things. 303; 422 for an age that is not offered."""
    days = str(form.get("days", ""))
    service.choose_bin_days(work, int(days) if days.isdecimal() and len(days) < 7 else -1)
    return done(call, "/my/settings/storage", words(work).gettext("Saved."))
