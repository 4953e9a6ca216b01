"""What the administration asks of other rooms: numbers."""

from __future__ import annotations

from typing import Protocol

from cozy.kernel.work import Work


class Sizes(Protocol):
    """Knows how many bytes a home keeps in a room."""

    def __call__(self, work: Work) -> int:
        """Bytes."""
        ...
