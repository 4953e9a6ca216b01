"""What all pages of this room share: their table of routes, the reader's words, addresses, the way back."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy import ui
from cozy.kernel.problem import Problem
from cozy.kernel.routes import Routes
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.web import pages
from cozy.web.answers import see_other
from cozy.web.call import Call

routes = Routes(pages=True)

CONTACTS_URL = "/my/contacts"
ROOM = "contacts"


def words(work: Work) -> ui.Words:
    """The owner's language."""
    return ui.words(homes.profile(work).locale)


def page(work: Work, call: Call, template: str, status: int = 200, **context: Any) -> Response:
    """A page of this room; browsers may keep it for when there is no network."""
    shown = pages.page(work, call, f"contacts/{template}", status, **{"room": ROOM, **context})
    shown.headers["x-keep-offline"] = "1"
    return shown


def question(
    work: Work, call: Call, template: str, form: FormData | None = None, status: int = 200, **context: Any
) -> Response:
    """A page that asks something; it knows where to go back to."""
    back = pages.way_back(call, form, CONTACTS_URL)
    return pages.page(work, call, f"contacts/{template}", status, **{"room": ROOM, "back": back, **context})


def way_back(call: Call, form: FormData | None = None, default: str = CONTACTS_URL) -> str:
    """The page that the reader came from; only ever one of ours."""
    return pages.way_back(call, form, default)


def url_of(id_: str, *more: str) -> str:
    """The page of a person; more: of something about them."""
    return "/".join([CONTACTS_URL, quote(id_, safe=""), *more])


def failed(work: Work, call: Call, url: str, problem: Problem) -> Response:
    """Go there, and say there what could not be done."""
    pages.flash(call, words(work).gettext(problem.detail), kind="failed")
    return see_other(url)
