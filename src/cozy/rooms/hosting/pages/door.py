"""What the pages of the console share."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy import ui
from cozy.kernel.routes import Routes
from cozy.kernel.work import Work
from cozy.web import pages
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.cookies import read_cookie

routes = Routes(pages=True)
CONSOLE = "/my"
LOG_IN = "/my/login"
COOKIE = "admin"
STATES = {
    "active": (ui.N_("In use"), "ok", "house"),
    "blocked": (ui.N_("Closed"), "warn", "lock"),
    "moving": (ui.N_("Moving"), "lamp", "waypoints"),
    "gone": (ui.N_("Moved away"), "", "log-out"),
}


def words(call: Call) -> ui.Words:
    """The language of whoever is at the console."""
    chosen = read_cookie(call, "locale")
    return ui.words(chosen if chosen in ui.LOCALES else ui.negotiate(call.header("accept-language")))


def page(
    work: Work, call: Call, template: str, status: int = 200, room: str = "", **context: Any
) -> Response:
    """A page of the console."""
    return pages.page(work, call, f"hosting/{template}", status, room=room, **context)


async def shown(call: Call, template: str, status: int = 200, room: str = "", **context: Any) -> Response:
    """The same, where no transaction is open."""
    return await call.read(page, call, template, status, room, **context)


def done(call: Call, url: str, text: str, **values: object) -> Response:
    """Go there, and say there what was done. text: a msgid."""
    pages.flash(call, words(call).gettext(text, **values))
    return see_other(url)


def text(form: FormData, name: str) -> str:
    """A field of a form."""
    return str(form.get(name, ""))
