"""What replication tells itself."""

from __future__ import annotations

from cozy.kernel.work import Event


class DocumentsShared(Event, frozen=True):
    """Something that is shared changed. Never published: `service/rounds.py` puts the one line of the queue itself."""


class RoomMade(Event, frozen=True):
    """Contents are gone. Never published: `service/shortage.py` puts the one line of the queue itself."""
