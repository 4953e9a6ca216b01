"""What all pages of this room share: their table of routes, the reader's words, addresses, the way back."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy import ui
from cozy.kernel.problem import Problem
from cozy.kernel.routes import Routes
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from cozy.web import pages
from cozy.web.answers import see_other
from cozy.web.call import Call

from .. import service

routes = Routes(pages=True)

PHOTOS_URL = "/my/photos"
ROOM = "photos"


def words(work: Work) -> ui.Words:
    """The owner's language."""
    return ui.words(homes.profile(work).locale)


def page(work: Work, call: Call, template: str, status: int = 200, **context: Any) -> Response:
    """A page of this room; browsers may keep it for when there is no network."""
    around = {"room": ROOM, "inbox": service.inbox.folder(work), "seq": documents.last_seq(work)}
    shown = pages.page(work, call, f"photos/{template}", status, **around, **context)
    shown.headers["x-keep-offline"] = "1"
    return shown


def question(
    work: Work, call: Call, template: str, form: FormData | None = None, status: int = 200, **context: Any
) -> Response:
    """A page that asks something; it knows where to go back to."""
    back = way_back(call, form)
    return pages.page(work, call, f"photos/{template}", status, **{"room": ROOM, "back": back, **context})


def way_back(call: Call, form: FormData | None = None, default: str = PHOTOS_URL) -> str:
    """The page that the reader came from; only ever one of ours."""
    return pages.way_back(call, form, default)


def photo_url(id_: str, roll: str = "") -> str:
    """The page of a photo; roll: which sequence of photos it is looked at in."""
    return f"{PHOTOS_URL}/photo/{id_}" + (f"?{urlencode({'in': roll})}" if roll else "")


def album_url(id_: str) -> str:
    """The page of an album."""
    return f"{PHOTOS_URL}/albums/{quote(id_, safe='')}"


def ids_in(call: Call, form: FormData | None = None) -> list[str]:
    """What was chosen, in the form or the address."""
    chosen = [] if form is None else form.getlist("ids")
    return [*map(str, chosen), *call.request.query_params.getlist("ids")]


def number_in(call: Call) -> int:
    """Which page of a roll is asked for, from 1 on."""
    asked = call.query("page")
    return int(asked) if asked.isdecimal() and 0 < len(asked) < 7 and int(asked) else 1


def failed(work: Work, call: Call, url: str, problem: Problem) -> Response:
    """Go there, and say there what could not be done."""
    pages.flash(call, words(work).gettext(problem.detail), kind="failed")
    return see_other(url)
