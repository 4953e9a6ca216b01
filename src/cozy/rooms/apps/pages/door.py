"""What the pages of this room share: their table of routes, the reader's words, an app as people see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit

from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response

from cozy import ui
from cozy.kernel.clock import parse
from cozy.kernel.home import app_origin
from cozy.kernel.routes import Routes
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from cozy.rooms.permissions.service.telling import Line
from cozy.web.call import Call
from cozy.web.pages import page

from ..model import App, Kind
from ..ports import Right

routes = Routes(pages=True)

APPS, CONNECTORS, STORE = "/my/apps", "/my/connectors", "/my/store"
PATHS: Mapping[Kind, str] = {"app": APPS, "konnector": CONNECTORS}
SHOTS = 6  # pictures of one app


class Card(Struct, frozen=True):
    """An app as lists and pages show it."""

    slug: str
    kind: Kind
    name: str
    maker: str
    about: str
    icon: str  # an address; "" for none
    url: str  # its page
    opens: str  # its own first page, on its own origin; "" for what has none
    is_usable: bool
    version: str


def card(work: Work, app: App, locale: str) -> Card:
    """An app that is installed, or served from a folder."""
    has_pages = app.kind == "app" and app.is_usable
    icon = f"{'/apps' if app.kind == 'app' else '/konnectors'}/{app.slug}/icon"
    if version := app.manifest.version:
        icon = f"{icon}/{quote(version, safe='')}"
    return Card(
        app.slug, app.kind, name_of(app, locale), app.manifest.editor, app.said("short_description", locale),
        icon if app.manifest.icon else "", f"{PATHS[app.kind]}/{app.slug}",
        f"{app_origin(work.origin, app.slug, work.settings.subdomains)}/" if has_pages else "", app.is_usable,
        app.manifest.version,
    )  # fmt: skip


def offered_card(app: App, version: str, locale: str) -> Card:
    """An app of a registry."""
    icon = f"/registry/{app.slug}/{quote(version, safe='')}/icon" if app.manifest.icon else ""
    return Card(
        app.slug, app.kind, name_of(app, locale), app.manifest.editor, app.said("short_description", locale), icon,
        f"{STORE}/{app.slug}", "", False, version,
    )  # fmt: skip


def name_of(app: App, locale: str) -> str:
    """What people call it."""
    return app.said("name", locale) or app.slug.replace("-", " ").capitalize()


def shots(app: App, version: str) -> list[str]:
    """The addresses of pictures of it."""
    folder = f"/registry/{app.slug}/{quote(version, safe='')}/screenshots"
    return [
        f"{folder}/{quote(name.lstrip('/').removeprefix('screenshots/'))}"
        for name in app.manifest.screenshots[:SHOTS]
    ]


def lines(work: Work, app: App, rules: Mapping[str, Rule], locale: str) -> list[Line]:
    """What rules of its manifest allow, with the reasons that its author gives, in the reader's language."""
    return permissions.lines(
        work,
        {title: replace(rule, description=_why(app, title, rule, locale)) for title, rule in rules.items()},
    )


def _why(app: App, title: str, rule: Rule, locale: str) -> str:
    said: Any = app.manifest.locales.get(locale, {}).get("permissions", {})
    for name in (title, "description"):
        said = said.get(name, "") if isinstance(said, Mapping) else ""
    return (said if isinstance(said, str) and said else rule.description)[:500]


def terms_of(app: App) -> str:
    """Where its terms are, to be read before it is installed; "" for none."""
    url = app.manifest.terms.url
    return url if urlsplit(url).scheme in {"http", "https"} else ""


def end_of(right: Right | None) -> date | None:
    """The last day on which something bought opens; None for no end."""
    return parse(right.ends_at).date() if right and right.ends_at else None


def words(work: Work) -> ui.Words:
    """The owner's language."""
    return ui.words(homes.profile(work).locale)


async def said(call: Call) -> ui.Words:
    """The same, from an async handler."""
    return await call.read(words)


async def shown(call: Call, template: str, status: int = 200, **context: Any) -> Response:
    """A page of this room, from an async handler."""
    return await call.read(
        lambda work: page(work, call, f"apps/{template}", status, **{"room": "apps", **context})
    )
