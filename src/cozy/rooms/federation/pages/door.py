"""What these pages share: their table of routes, the reader's words, addresses."""

from __future__ import annotations

from urllib.parse import quote

from cozy import ui
from cozy.kernel.routes import Routes
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from ..model import PAGES

routes = Routes(pages=True)


def words(work: Work) -> ui.Words:
    """The owner's language."""
    return ui.words(homes.profile(work).locale)


def url_of(share_id: str, path: str = "", *more: str) -> str:
    """The page of a share, or of what is in it; more: of something about it. path: `/Photos/a.jpg`."""
    query = f"?path={quote(path, safe='/')}" if path else ""
    return "/".join([PAGES, quote(share_id, safe=""), *more]) + query
