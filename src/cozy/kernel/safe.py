"""Safe, what keeps the secrets that a home must be able to read again: under a key that is in no database."""

from __future__ import annotations

from typing import Protocol

from .settings import Settings


class CannotOpen(Exception):
    """This was not locked here, for this home and about this, or the key is another one by now."""


class Safe(Protocol):
    """Locks texts of a home. Whoever has the database alone, or another home, reads none of them."""

    def lock(self, settings: Settings, home_id: str, about: str, secret: bytes) -> str:
        """A text that `unlock` makes the secret of again. about: what it belongs to, to be said again then."""
        ...

    def unlock(self, settings: Settings, home_id: str, about: str, locked: str) -> bytes:
        """The secret. Raises CannotOpen."""
        ...

    def derive(self, settings: Settings, about: str) -> bytes:
        """32 bytes that only this host knows, the same ones each time, and others about something else."""
        ...

    def keys(self, settings: Settings) -> bytes:
        """What opens every secret of this host, for its backup."""
        ...

    def take(self, settings: Settings, keys: bytes) -> bool:
        """Keep what `keys` said on a host that has none yet; whether it did."""
        ...
