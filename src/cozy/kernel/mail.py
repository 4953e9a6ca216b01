"""What mail is to a room."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class Message(Struct, frozen=True):
    """A mail to one person."""

    to: str
    subject: str
    text: str
    html: str | None = None


class Mailer(Protocol):
    """Sends mail."""

    @property
    def configured(self) -> bool:
        """Whether mail can leave this host at all."""
        ...

    async def send(self, message: Message) -> None:
        """Hand a mail over to the next server. Raises Unavailable."""
        ...
