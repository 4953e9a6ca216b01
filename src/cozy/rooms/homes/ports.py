"""What homes ask of the rooms above."""

from __future__ import annotations

from typing import Protocol

from cozy.kernel.work import Work


class Furnish(Protocol):
    """Puts into a new home what a room needs there, in the transaction that creates it."""

    def __call__(self, work: Work, locale: str) -> None:
        """Furnish."""
        ...
