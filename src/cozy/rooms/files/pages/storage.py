"""What takes up the room of a home."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.call import Call
from cozy.web.pages import done

from .. import service
from ..ports import OnStorage
from ..service import views
from .door import page, routes, words

STORAGE = "/my/settings/storage"


@routes.on("GET", STORAGE, OWNER)
async def storage(call: Call) -> Response:
    """What takes up the room of this home. 200."""
    return await call.scan(_storage, call)


def _storage(work: Work, call: Call) -> Response:
    return page(
        work, call, "storage.html", room="settings", space=views.space(work), used=service.usage(work),
        quota=call.home.quota, days=service.bin_days(work), ages=_ages(work),
        beside=[part for plugged in work.plugged(OnStorage) if (part := plugged(work))],
    )  # fmt: skip


def _ages(work: Work) -> list[tuple[int, str]]:
    """What people can choose, in words; what is in force is always among it."""
    said = words(work)
    days = sorted({*service.AGES, service.bin_days(work)} - {0})
    erase = [(age, said.ngettext("Erase after %(num)s day", "Erase after %(num)s days", age)) for age in days]
    return [*erase, (0, said.gettext("Keep until I empty the bin"))]


@routes.on("POST", STORAGE, OWNER)
def keep_in_bin(work: Work, call: Call, form: FormData) -> Response:
    """Choose how long the bin keeps things. 303; 422 for an age that is not offered."""
    days = str(form.get("days", ""))
    service.choose_bin_days(work, int(days) if days.isdecimal() and len(days) < 7 else -1)
    return done(call, STORAGE, words(work).gettext("Saved."))
