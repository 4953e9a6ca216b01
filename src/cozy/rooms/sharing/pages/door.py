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

SHARED_URL = "/my/shared"
PEOPLE_URL = f"{SHARED_URL}/people"
ROOM = "shared"


def words(work: Work) -> ui.Words:
    """The owner's language."""
    return ui.words(homes.profile(work).locale)


def page(work: Work, call: Call, template: str, status: int = 200, **context: Any) -> Response:
    """A page of this room."""
    return pages.page(work, call, f"sharing/{template}", status, **{"room": ROOM, **context})


def question(
    work: Work, call: Call, template: str, form: FormData | None = None, status: int = 200, **context: Any
) -> Response:
    """A page that asks something; it knows where to go back to."""
    back = pages.way_back(call, form, SHARED_URL)
    return page(work, call, template, status, **{"back": back, **context})


def url_of(sharing_id: str, *more: str) -> str:
    """The page of a sharing; more: of something about it."""
    return "/".join([SHARED_URL, quote(sharing_id, safe=""), *more])


def failed(call: Call, url: str, said: ui.Words, problem: Problem) -> Response:
    """Go there, and say there what could not be done."""
    pages.flash(call, said.gettext(problem.detail), kind="failed")
    return see_other(url)


def way_back(call: Call, form: FormData | None = None, default: str = SHARED_URL) -> str:
    """The page that the reader came from; only ever one of ours."""
    return pages.way_back(call, form, default)
