"""What all pages of this room share: their table of routes, the reader's words, fields of forms."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy import ui
from cozy.kernel.routes import Routes
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.web import pages
from cozy.web.call import Call

routes = Routes(pages=True)

SHARED_URL = "/my/shared"
ROOM = "shared"


def words(work: Work) -> ui.Words:
    """The owner's language."""
    return ui.words(homes.profile(work).locale)


def page(work: Work, call: Call, template: str, status: int = 200, **context: Any) -> Response:
    """A page of this room."""
    return pages.page(work, call, f"sharing/{template}", status, **{"room": ROOM, **context})


def text(form: FormData, name: str) -> str:
    """A field of a form; "" when it is not there."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""
