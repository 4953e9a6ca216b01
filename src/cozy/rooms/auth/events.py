"""What happened at the door."""

from __future__ import annotations

from cozy.kernel.work import Event


class ResetAsked(Event, frozen=True):
    """Somebody forgot the passphrase and asked for a link by mail. The link is made when the mail is."""


class ClientConnected(Event, frozen=True):
    """The owner let a program or a device in, and it has its first tokens."""

    client_id: str


class HintAsked(Event, frozen=True):
    """Somebody forgot the passphrase and asked for the hint by mail."""


class DeviceEntered(Event, frozen=True):
    """The owner came in with a device that had not been here before."""

    session: str


class AddressGiven(Event, frozen=True):
    """The owner gave another mail address, which is still to be confirmed. The link is made when the mail is."""


class ClientPending(Event, frozen=True):
    """A program introduced itself an hour ago."""

    client_id: str
