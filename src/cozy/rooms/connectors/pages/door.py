"""What the pages of this room share: their table of routes, the reader's words, a connector as people see it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from msgspec import Struct
from starlette.responses import Response

from cozy import ui
from cozy.kernel.routes import Routes
from cozy.kernel.work import Work
from cozy.rooms.apps.model import App
from cozy.rooms.homes import service as homes
from cozy.ui import N_
from cozy.web import pages
from cozy.web.call import Call

from ..model import Every

routes = Routes(pages=True)

CONNECTORS, ACCOUNTS = "/my/connectors", "/my/accounts"
ICONS = {"mailbox": "mail", "feeds": "rss", "webdav": "cloud-download"}
EVERY: dict[Every, str] = {
    "hourly": N_("Once an hour"), "daily": N_("Once a day"), "weekly": N_("Once a week"), "monthly": N_("Once a month"),
    "never": N_("Only when you ask"),
}  # fmt: skip


class Sign(Struct, frozen=True):
    """A connector as lists show it. icon: of ours; picture: the address of the one that its author drew."""

    slug: str
    name: str
    about: str
    icon: str
    picture: str
    is_gone: bool = False


def sign(app: App | None, slug: str, locale: str) -> Sign:
    """A connector, or what is left of one that is gone."""
    if app is None:
        return Sign(slug, slug.replace("-", " ").capitalize(), "", "plug", "", is_gone=True)
    has_picture = bool(app.manifest.icon) and bool(app.rev)
    picture = f"/konnectors/{slug}/icon/{quote(app.manifest.version or '0', safe='')}" if has_picture else ""
    name = app.said("name", locale) or slug.replace("-", " ").capitalize()
    return Sign(slug, name, app.said("short_description", locale), ICONS.get(slug, "plug"), picture)


def words(work: Work) -> ui.Words:
    """The owner's language."""
    return ui.words(homes.profile(work).locale)


def page(work: Work, call: Call, template: str, status: int = 200, **context: Any) -> Response:
    """A page of this room."""
    return pages.page(work, call, f"connectors/{template}", status, **{"room": "apps", **context})
