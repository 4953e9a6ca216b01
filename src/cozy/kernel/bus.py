"""What is told in the house the moment it is durable: changes of documents, to whoever listens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

from msgspec import Struct


class Change(Struct, frozen=True):
    """A document that was just written; NOTIFIED: something that is no document, such as a picture that is ready."""

    verb: Literal["CREATED", "UPDATED", "DELETED", "NOTIFIED"]
    doctype: str
    id: str
    rev: str = ""
    body: Mapping[str, Any] = {}
    before: Mapping[str, Any] = {}  # what it held until now


Listener = Callable[[Sequence[Change]], None]


class Bus(Protocol):
    """Carries changes from where they are committed to who listens. At most once: who needs all of them reads `seq`."""

    def tell(self, home_id: str, changes: Sequence[Change]) -> None:
        """Tell everybody who listens to a home."""
        ...

    def hear(self, home_id: str, listener: Listener) -> Callable[[], None]:
        """Call the listener, on the event loop, with what changes in a home; returns what ends it."""
        ...
