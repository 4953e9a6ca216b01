"""The store: apps that a home could have, from its registries, beside those that it has."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from msgspec import Struct

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Problem

from ..model import App, Kind
from . import manifests, registries
from .installed import installed
from .intents import Available, answer_of
from .registries import Json

log = structlog.get_logger()
_KINDS: dict[str, Kind] = {"webapp": "app", "konnector": "konnector"}


class Offered(Struct, frozen=True):
    """An app of the registries, and whether it is here. version: the latest that they have."""

    app: App
    version: str
    installed: App | None = None
    is_out_of_order: bool = False

    @property
    def has_update(self) -> bool:
        """Whether the registries have another version than the home."""
        return self.installed is not None and self.installed.manifest.version != self.version


async def catalogue(house: House, home: Home, kind: Kind | None = None, query: str = "") -> list[Offered]:
    """Everything that the registries offer, by slug; kind: only apps or connectors; query: words of name or description."""
    asked = {"versionsChannel": "stable", "latestChannelVersion": "stable"}
    told = await registries.of(house, home).apps(asked)
    here = await _here(house, home)
    offers = [offer for json in told if (offer := _offered(json, here)) is not None]
    return [o for o in offers if kind in {None, o.app.kind} and _matches(o.app, query.casefold().split())]


async def offered(house: House, home: Home, slug: str) -> Offered | None:
    """One app of the registries, if they have it. Raises Elsewhere when they cannot be reached."""
    told = await registries.of(house, home).app(manifests.clean_slug(slug))
    return _offered(told, await _here(house, home)) if told else None


async def able(house: House, home: Home, action: str, type_: str) -> list[Available]:
    """The apps that could do something for another, were they installed."""
    offers = await catalogue(house, home, "app")
    return [
        Available(offer.app.slug, offer.app.manifest.name or offer.app.slug)
        for offer in offers
        if offer.installed is None and answer_of(offer.app, action, type_) is not None
    ]


async def _here(house: House, home: Home) -> dict[tuple[str, str], App]:
    apps = await house.read(home, SYSTEM, installed)
    konnectors = await house.read(home, SYSTEM, installed, "konnector")
    return {(app.kind, app.slug): app for app in (*apps, *konnectors)}


def _offered(told: Json, here: dict[tuple[str, str], App]) -> Offered | None:
    """What a registry says of an app; None when that makes no sense."""
    latest = told.get("latest_version") or {}
    kind = _KINDS.get(str(told.get("type", "")))
    try:
        if kind is None or not isinstance(latest, dict):
            return None
        slug = manifests.clean_slug(str(told.get("slug", "")))
        body = manifests.checked(latest.get("manifest") or {}, kind)
    except Problem as error:
        log.warning(
            "registry tells of an app that cannot be", slug=str(told.get("slug"))[:100], error=error.detail
        )
        return None
    app = App(kind=kind, slug=slug, body={**body, "slug": slug, "source": f"registry://{slug}/stable"})
    version = str(latest.get("version", ""))
    return Offered(app, version, here.get((kind, slug)), bool(told.get("maintenance_activated")))


def _matches(app: App, words: Iterable[str]) -> bool:
    texts = [app.slug, app.manifest.editor]
    texts += [
        app.said(member, locale) for member in ("name", "short_description") for locale in ("", "en", "fr")
    ]
    said = " ".join(texts).casefold()
    return all(word in said for word in words)
