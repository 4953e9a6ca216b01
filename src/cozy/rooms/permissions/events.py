"""What others may want to know of grants."""

from __future__ import annotations

from cozy.kernel.work import Event


class GrantEnded(Event, frozen=True):
    """The owner, or time, took a grant back: its tokens and links open nothing any more."""

    permission: str
    type: str
    source_id: str
