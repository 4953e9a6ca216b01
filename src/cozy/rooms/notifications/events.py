"""What happened to notifications."""

from __future__ import annotations

from cozy.kernel.work import Event


class Noticed(Event, frozen=True):
    """There is something to tell the owner, by this time. channels: those that an app would like, the first one that can be."""

    id: str
    channels: tuple[str, ...] | None = None


class MailDue(Event, frozen=True):
    """A notification is to be mailed."""

    id: str


class PushDue(Event, frozen=True):
    """A notification is to be pushed to one browser."""

    id: str
    subscription: str
    mail_instead: bool = False  # where no browser takes it any more


class DigestDue(Event, frozen=True):
    """The hour of the daily mail has come."""
