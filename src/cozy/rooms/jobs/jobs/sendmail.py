"""The worker that sends mails for apps (cozy-stack docs/workers.md)."""

from __future__ import annotations

from email.headerregistry import Address
from html import unescape
from typing import Literal

import msgspec
import nh3
from msgspec import Struct

from cozy import ui
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.mail import Attachment, Message
from cozy.kernel.problem import Unavailable
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.ui import N_

from ..errors import BadMail
from ..model import Task
from ..service import support

_MOST_RECIPIENTS = 100
_LINE = 900  # characters of a subject or a name


class Recipient(Struct, frozen=True):
    """Whom a mail is for."""

    email: str
    name: str = ""


class Part(Struct, frozen=True):
    """The same text once more: as `text/plain` or as `text/html`."""

    type: Literal["text/plain", "text/html"]
    body: str


class File(Struct, frozen=True):
    """A file that comes with it, in base64."""

    filename: str
    content: bytes


class Mail(Struct, frozen=True, kw_only=True):
    """What an app says. mode: `noreply`, `pending` and `campaign` go to the owner, `from` to others in the owner's name,
    `support` to the host.
    """

    mode: Literal["noreply", "pending", "from", "support", "campaign"]
    subject: str = ""
    to: tuple[Recipient, ...] = ()
    parts: tuple[Part, ...] = ()
    attachments: tuple[File, ...] = ()


async def send_mail(house: House, home: Home, task: Task) -> None:
    """Send a mail. A second run sends it under the same Message-ID, so that mailboxes can show it once.

    Raises BadMail, NoSupport, Unavailable.
    """
    try:
        mail = msgspec.convert(task.message, Mail)
    except msgspec.ValidationError as error:
        raise BadMail(f"This mail cannot be sent as it is: {error}.") from error
    if not house.mailer.configured:
        raise Unavailable("This host sends no mail.")
    for message in await house.read(home, SYSTEM, _messages, mail, task.id):
        await house.mailer.send(message)


def _messages(work: Work, mail: Mail, id_: str) -> list[Message]:
    """The mails that it makes: one, or two for the support and for who asks it."""
    owner = homes.profile(work)
    me = _address(owner.public_name, owner.email)
    message = _message(mail, id_)
    if mail.mode == "support":
        host = support.address(work)
        intro = ui.words(owner.locale).gettext(N_("%(domain)s asks for help:"), domain=work.domain)
        asking = Message(
            host,
            message.subject,
            f"{intro}\n\n{message.text}",
            sender=owner.public_name,
            reply_to=me,
            id=id_,
        )
        return [asking, msgspec.structs.replace(message, to=me, reply_to=host, id=f"{id_}.copy")]
    if mail.mode == "from":
        if not 0 < len(mail.to) <= _MOST_RECIPIENTS:
            raise BadMail(f"A mail is for 1 to {_MOST_RECIPIENTS} people.")
        to = ", ".join(_address(each.name, each.email) for each in mail.to)
        return [msgspec.structs.replace(message, to=to, sender=owner.public_name, reply_to=me)]
    if mail.mode == "pending":
        pending = homes.expected_email(work)
        if not pending:
            raise BadMail("There is no address that waits to be confirmed.")
        return [msgspec.structs.replace(message, to=_address(owner.public_name, pending))]
    return [msgspec.structs.replace(message, to=me)]


def _message(mail: Mail, id_: str) -> Message:
    """The mail without its recipients; where it has no plain text, that is made from the other one."""
    html = next((part.body for part in mail.parts if part.type == "text/html"), None)
    plain = next((part.body for part in mail.parts if part.type == "text/plain"), None)
    if not mail.subject or (html is None and plain is None):
        raise BadMail("A mail has a subject, and at least one part.")
    files = tuple(Attachment(_one_line(file.filename), file.content) for file in mail.attachments)
    text = plain if plain is not None else _plain(html or "")
    return Message("", _one_line(mail.subject), text, html, attachments=files, id=id_)


def _plain(html: str) -> str:
    """What is left of a text in HTML without its marks."""
    bare = unescape(nh3.clean(html, tags=set()))
    return "\n".join(line.strip() for line in bare.splitlines() if line.strip())


def _address(name: str, email: str) -> str:
    """As a header holds it. Raises BadMail."""
    try:
        return str(Address(_one_line(name), addr_spec=email.strip()))
    except (ValueError, IndexError) as error:
        raise BadMail(f"This is no mail address: {email[:100]}.") from error


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_LINE]
