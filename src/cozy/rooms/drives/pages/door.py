"""What these pages share: their table of routes, the reader's words, and the drive that an address names."""

from __future__ import annotations

from urllib.parse import quote

from cozy import ui
from cozy.kernel.routes import Routes
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.web.call import Call

from .. import service
from ..errors import NoDrive
from ..model import PAGES, Distant

routes = Routes(pages=True)


def words(work: Work) -> ui.Words:
    """The owner's language."""
    return ui.words(homes.profile(work).locale)


def url_of(drive_id: str, item_id: str = "") -> str:
    """The page of a drive, or of what is in it."""
    there = f"{PAGES}/{quote(drive_id, safe='')}"
    return f"{there}/{quote(item_id, safe='')}" if item_id else there


async def away(call: Call, drive_id: str, *, writes: bool = False) -> Distant:
    """A drive in another home. Raises NoDrive, also for one of this home; DriveClosed, OnlyToLook."""
    found = await call.read(service.elsewhere, drive_id, "GET", writes=writes)
    if found is None:
        raise NoDrive(id=drive_id)
    return found
