"""What the host's store of apps is to a room: versions of apps, each kept once for all homes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from msgspec import Struct


class Packed(Struct, frozen=True):
    """A file of a version: its hash, and the forms that it is kept in ("", "gzip", "br")."""

    tag: str
    encodings: Mapping[str, tuple[int, int]]  # where each lies in the pack: start, size
    size: int  # bytes, unpacked


class Pack(Protocol):
    """One version of an app. It never changes."""

    @property
    def files(self) -> Mapping[str, Packed]:
        """Its files by path: `static/app.js`."""
        ...

    def read(self, packed: Packed, encoding: str) -> bytes:
        """A file in one of its forms."""
        ...


class Shelf(Protocol):
    """Versions of apps under keys made of what they hold, so that the thousandth home that installs one costs nothing."""

    def find(self, key: str) -> Pack | None:
        """The version under a key, if it is here."""
        ...

    def put(self, key: str, files: Iterable[tuple[str, bytes]]) -> Pack:
        """Keep a version; it is whole and durable on return, or not there at all. Slow: call it in a thread.

        What `files` raises goes through.
        """
        ...

    def scratch(self) -> AbstractContextManager[Path]:
        """A folder for what is on its way in, removed at the end."""
        ...

    def take(self, key: str) -> bool:
        """Say that somebody is about to use a version; whether it is here."""
        ...

    def keys(self) -> Iterator[str]:
        """Every version that is here."""
        ...

    def drop(self, key: str, least_age_s: float = 0) -> bool:
        """Remove a version, unless it was put here or taken less long ago; whether there was one to remove."""
        ...
