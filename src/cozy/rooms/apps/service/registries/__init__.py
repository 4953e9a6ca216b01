"""The registries of a home, one behind the other: those of its context, then the folder of apps of this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.homes import service as homes

from ...errors import NoManifest
from . import cache
from .model import CHANNELS, Json, Picture, Registry, Version
from .remote import Remote
from .shelf import OnThisMachine

T = TypeVar("T")
PASSED_ON = ("versionsChannel", "latestChannelVersion")


@dataclass(frozen=True, slots=True)
class Registries:
    """Asked in order; the first that knows an app speaks for it."""

    all: Sequence[Registry]

    async def apps(self, query: Mapping[str, str]) -> list[Json]:
        """Everything that is offered, by slug. query: `filter[…]`, `versionsChannel`, `latestChannelVersion`."""
        passed = {
            name: value for name, value in query.items() if name in PASSED_ON or name.startswith("filter[")
        }
        found: dict[str, Json] = {}
        for registry in self.all:
            for app in await registry.apps(passed):
                found.setdefault(str(app["slug"]), app)
        return [found[slug] for slug in sorted(found)]

    async def app(self, slug: str) -> Json | None:
        """One app, with its latest version."""
        return await self._first(lambda registry: registry.app(slug))

    async def version_json(self, slug: str, version: str) -> Json | None:
        """One release, as a registry tells it."""
        return await self._first(lambda registry: registry.version(slug, version))

    async def latest_json(self, slug: str, channel: str) -> Json | None:
        """The latest release of a channel, as a registry tells it."""
        return await self._first(lambda registry: registry.latest(slug, channel))

    async def picture(self, slug: str, version: str, name: str) -> Picture | None:
        """`icon`, `partnership_icon` or `screenshots/<name>`; version: "" for the latest."""
        return await self._first(lambda registry: registry.picture(slug, version, name))

    async def maintenance(self) -> list[Json]:
        """Apps that are out of order."""
        found: dict[str, Json] = {}
        for registry in self.all:
            for app in await registry.maintenance():
                found.setdefault(str(app.get("slug", "")), app)
        return list(found.values())

    async def version(self, slug: str, version: str) -> Version | None:
        """One release. Raises NoManifest when what the registry says is none."""
        return self._release(slug, await self.version_json(slug, version))

    async def latest(self, slug: str, channel: str) -> Version | None:
        """The latest release of a channel. Raises NoManifest when what the registry says is none."""
        return self._release(slug, await self.latest_json(slug, channel))

    async def _first(self, ask: Callable[[Registry], Awaitable[T | None]]) -> T | None:
        for registry in self.all:
            if (found := await ask(registry)) is not None:
                return found
        return None

    def _release(self, slug: str, told: Json | None) -> Version | None:
        if told is None:
            return None
        try:
            version = msgspec.convert({**told, "slug": slug, "folder": None}, Version)
        except msgspec.ValidationError as error:
            raise NoManifest from error
        return replace(version, folder=self._folder_of(slug)) if not version.url else version

    def _folder_of(self, slug: str) -> Path | None:
        return next((folder for registry in self.all if (folder := registry.folder_of(slug))), None)


def of(house: House, home: Home) -> Registries:
    """The registries of a home: its context's, else the host's; and the folder of this machine. Raises BadContext."""
    settings = house.settings
    kept = cache.of(house.outside)
    named = homes.contexts.context_of(settings, home.hosted.context).registries or _split(settings.registries)
    found: list[Registry] = [Remote(url, house.outside, kept) for url in named]
    if settings.apps_offered:
        found.append(OnThisMachine(Path(settings.apps_offered).expanduser()))
    return Registries(found)


def _split(text: str) -> list[str]:
    return [part for part in (part.strip() for part in text.split(",")) if part]


__all__ = ["CHANNELS", "Json", "Picture", "Registries", "Version", "of"]
