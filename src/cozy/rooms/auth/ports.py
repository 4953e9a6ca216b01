"""What getting in asks of the rooms above."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from cozy.kernel.caller import Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.permissions.model import Rule


class LinkedApp(Struct, frozen=True):
    """The app whose grant a program on a device shares: what it is called, and what it may do."""

    slug: str
    name: str
    rules: Mapping[str, Rule]


class Apps(Protocol):
    """Knows the apps of a home, and of the registries that it trusts. One is plugged."""

    async def find(self, house: House, home: Home, slug: str) -> LinkedApp | None:
        """The installed app, else the one that the registry has; None when there is no such app."""
        ...

    async def install(self, house: House, home: Home, caller: Caller, slug: str) -> None:
        """Install the app from the registry, with the grant that `find` says; nothing when it is there already."""
        ...
