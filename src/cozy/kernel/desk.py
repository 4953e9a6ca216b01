"""What the command line offers to a room's commands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from .home import Home
from .house import House
from .settings import Settings

T = TypeVar("T")


class Desk(Protocol):
    """The house, opened for one command. Commands find it as `context.obj`."""

    settings: Settings

    def run(self, task: Callable[[House], Awaitable[T]]) -> T:
        """Open the house, do the task, close the house."""
        ...

    def run_in(self, domain: str, task: Callable[[House, Home], Awaitable[T]]) -> T:
        """The same for one home. Raises NoHome."""
        ...

    def elsewhere(self, data: str) -> Desk:
        """The same over another folder of homes, in SQLite files, with their contents beside them."""
        ...

    def origin(self, domain: str) -> str:
        """The address that people type for a domain."""
        ...
