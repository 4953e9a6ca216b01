"""What mail is to a room."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class Attachment(Struct, frozen=True):
    """A file that comes with a mail."""

    name: str
    data: bytes


class Invitation(Struct, frozen=True):
    """What a mail says to the recipient's calendar (RFC 6047 §2.4): iCalendar, and what is to be done with it."""

    text: str
    method: str


class Message(Struct, frozen=True):
    """A mail to one person, or to several who see of each other that they got it."""

    to: str  # addresses as a header holds them: `Bob <bob@example.org>, eve@example.org`
    subject: str
    text: str
    html: str | None = None
    logo: Attachment | None = None  # a picture that the HTML shows as `cid:logo`
    sender: str = ""  # a name before the address that this host sends from
    reply_to: str = ""  # as `to`
    attachments: tuple[Attachment, ...] = ()
    calendar: Invitation | None = None
    id: str = ""  # the left part of its Message-ID: the same mail sent twice is one mail to many programs


class Mailer(Protocol):
    """Sends mail."""

    @property
    def configured(self) -> bool:
        """Whether mail can leave this host at all."""
        ...

    async def send(self, message: Message) -> None:
        """Hand a mail over to the next server. Raises Unavailable."""
        ...
