"""What names of the Internet lead to."""

from __future__ import annotations

from typing import Protocol

from .problem import Unavailable
from .settings import Settings


class NoNames(Unavailable):
    """Nobody answers just now who knows where names lead: try again shortly."""


class Names(Protocol):
    """Looks names up, as the settings say where."""

    async def addresses(self, settings: Settings, name: str) -> frozenset[str]:
        """Every IP address that a name leads to, by whatever alias. Raises NoNames."""
        ...

    async def texts(self, settings: Settings, name: str) -> list[str]:
        """The texts that are kept with a name (TXT). Raises NoNames."""
        ...
