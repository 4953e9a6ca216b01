"""What is told in the house the moment it is durable: changes of documents, to whoever listens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

from msgspec import Struct


class Change(Struct, frozen=True, eq=False):
    """A document that was just written; NOTIFIED: something that is no document, such as a picture that is ready.

    Each is a fact of its own, equal to itself alone.
    """

    verb: Literal["CREATED", "UPDATED", "DELETED", "NOTIFIED"]
    doctype: str
    id: str
    rev: str = ""
    body: Mapping[str, Any] = {}
    before: Mapping[str, Any] = {}  # what it held until now
    seq: int = 0  # of the home's counter of changes; 0 for what is no document


Listener = Callable[[Sequence[Change]], None]
Since = Callable[[str, int | None], Awaitable[tuple[int, Sequence[Change]]]]
"""The last seq of a home and the changes after another one, none for None; when there are many, a part of them, and
the seq that it ends with."""


class Bus(Protocol):
    """Carries what was committed, by this process or another, to who listens to a home.

    Changes of documents come in the order of their `seq`, each once. Those that another process made may come as one
    when a document changed more than once, and without what it held before. What is no document is told at most once.
    """

    def tell(self, home_id: str, changes: Sequence[Change]) -> None:
        """Tell everybody who listens to a home what this process has just committed."""
        ...

    async def hear(self, home_id: str, listener: Listener) -> Callable[[], None]:
        """From now on call the listener, on the event loop, with what changes in a home; returns what ends it.

        Without any change, when another process may have written something that is no document.
        """
        ...

    async def close(self) -> None:
        """Tell other processes what they were not told yet, and stop listening."""
        ...
