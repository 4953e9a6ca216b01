"""What replication tells itself."""

from __future__ import annotations

from cozy.kernel.work import Event


class DocumentsShared(Event, frozen=True):
    """Something that is shared changed. Never published: `service/rounds.py` puts the one line of the queue itself."""
