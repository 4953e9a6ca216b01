"""What a registry of apps tells (cozy-stack docs/registry.md)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

Json = Mapping[str, Any]
CHANNELS = ("stable", "beta", "dev")


class Version(Struct, frozen=True, kw_only=True):
    """A release of an app. folder: where its files are, for one that is offered by a folder of this machine."""

    slug: str
    version: str
    url: str = ""
    sha256: str = ""
    tar_prefix: str = ""
    manifest: Json = {}
    folder: Path | None = None


class Picture(Struct, frozen=True):
    """An icon or a screenshot."""

    media_type: str
    body: bytes


class Registry(Protocol):
    """A place that offers apps. None is what it says of what it does not have."""

    async def apps(self, query: Mapping[str, str]) -> list[Json]:
        """Everything that it offers. query: `filter[type]`, `versionsChannel`, `latestChannelVersion`."""
        ...

    async def app(self, slug: str) -> Json | None:
        """One app, with its latest version."""
        ...

    async def version(self, slug: str, version: str) -> Json | None:
        """One release."""
        ...

    async def latest(self, slug: str, channel: str) -> Json | None:
        """The latest release of a channel."""
        ...

    async def picture(self, slug: str, version: str, name: str) -> Picture | None:
        """`icon`, `partnership_icon` or `screenshots/<name>`; version: "" for the latest."""
        ...

    async def maintenance(self) -> list[Json]:
        """Apps that are out of order."""
        ...

    def folder_of(self, slug: str) -> Path | None:
        """Where the files of an app are, when they are on this machine."""
        ...
