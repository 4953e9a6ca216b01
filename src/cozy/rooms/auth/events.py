"""What happened at the door."""

from __future__ import annotations

from cozy.kernel.work import Event


class ResetAsked(Event, frozen=True):
    """Somebody forgot the passphrase and asked for a link by mail. The link is made when the mail is."""
