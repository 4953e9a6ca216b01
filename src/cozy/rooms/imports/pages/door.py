"""What the pages of this room share: their table of routes, the reader's words, the way back."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from cozy import ui
from cozy.kernel.routes import Routes
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.web import pages
from cozy.web.call import Call

routes = Routes(pages=True)

IMPORT, ARCHIVE = "/my/import", "/my/archive"


def words(work: Work) -> ui.Words:
    """The owner's language."""
    return ui.words(homes.profile(work).locale)


def page(work: Work, call: Call, template: str, status: int = 200, **context: Any) -> Response:
    """A page of this room."""
    return pages.page(work, call, f"imports/{template}", status, **{"room": "import", **context})
