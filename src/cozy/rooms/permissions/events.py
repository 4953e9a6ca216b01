"""What others may want to know of grants."""

from __future__ import annotations

from cozy.kernel.work import Event


class GrantEnded(Event, frozen=True):
    """The owner, or time, took a grant back: its tokens and links open nothing any more."""

    permission: str
    type: str
    source_id: str


class GrantDue(Event, frozen=True):
    """The end of a grant has come, unless another end was set since."""

    permission: str
    expires_at: str
