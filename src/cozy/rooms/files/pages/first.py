"""The piece of the first page that is about files."""

from __future__ import annotations

from collections.abc import Iterator

from cozy.kernel.home import Home
from cozy.kernel.work import Work
from cozy.rooms.homes.ports import Notice, Part
from cozy.ui import N_

from .. import service
from ..service import views
from .door import words
from .rows import row
from .storage import STORAGE

SHOWN = 6  # recent files and favourites
ALMOST = 0.9  # of the quota: then the home says that it is full soon


def on_first_page(work: Work, home: Home) -> Iterator[Notice | Part]:
    """Whether the home is full; the last files, favourites, and the room that is left."""
    said, used = words(work), service.usage(work)
    if home.quota and used >= home.quota * ALMOST:
        text = said.gettext(N_("Your home is almost full. Empty the bin or ask for more space."))
        yield Notice(text, STORAGE, said.gettext(N_("What takes up the room")), "hard-drive", "warn")
    recent, favourites = (
        [row(file) for file in found(work, SHOWN)] for found in (views.recent, views.favourites)
    )
    yield Part("files/first_recent.html", {"rows": recent})
    yield Part("files/first_favourites.html", {"rows": favourites})
    yield Part("files/first_room.html", {"used": used, "quota": home.quota})
