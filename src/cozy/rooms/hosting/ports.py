"""What the administration asks of other rooms: numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cozy.kernel.work import Work


class Sizes(Protocol):
    """Knows how many bytes a home keeps in a room."""

    def __call__(self, work: Work) -> int:
        """Bytes."""
        ...


class OnTheWay(Protocol):
    """A home that moves to another host."""

    @property
    def home_id(self) -> str:
        """Which one."""
        ...


class Moving(Protocol):
    """Knows which homes are on their way to another host."""

    def __call__(self, work: Work) -> Sequence[OnTheWay]:
        """All of them; work is on the host's list."""
        ...
