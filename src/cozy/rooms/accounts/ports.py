"""What accounts ask of the rooms above."""

from __future__ import annotations

from typing import Protocol


class Shipped(Protocol):
    """Knows the connectors that come with the home. One is plugged."""

    def __call__(self, slug: str) -> str:
        """The source of the one of this slug, as its document names it; "" where none comes with the home."""
        ...
