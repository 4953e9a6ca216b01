"""What the pages of this room share: their table of routes, and the reader's words."""

from __future__ import annotations

from cozy import ui
from cozy.kernel.routes import Routes
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

routes = Routes(pages=True)


def words(work: Work) -> ui.Words:
    """The owner's language."""
    return ui.words(homes.profile(work).locale)
