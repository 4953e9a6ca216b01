"""Mail through an SMTP server (RFC 5321), over STARTTLS or TLS."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import formataddr, parseaddr
from mimetypes import guess_type
from urllib.parse import unquote, urlsplit

import aiosmtplib

from cozy.kernel.mail import Attachment, Message
from cozy.kernel.problem import Unavailable
from cozy.kernel.settings import Settings


class Smtp:
    """The mail server of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._url = urlsplit(settings.smtp_url)
        self._from = settings.mail_from

    @property
    def configured(self) -> bool:
        """Whether a mail server is set."""
        return bool(self._url.hostname)

    async def send(self, message: Message) -> None:
        """Hand a mail over. Raises Unavailable."""
        try:
            await aiosmtplib.send(
                self._written(message),
                hostname=self._url.hostname,
                port=self._url.port or (465 if self._url.scheme == "smtps" else 587),
                username=unquote(self._url.username) if self._url.username else None,
                password=unquote(self._url.password) if self._url.password else None,
                use_tls=self._url.scheme == "smtps",
                timeout=30,
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable("The mail could not be sent.") from error

    async def greet(self) -> None:
        """Make sure that the server answers and lets us in. Raises Unavailable, with its words."""
        client = aiosmtplib.SMTP(
            hostname=self._url.hostname,
            port=self._url.port or (465 if self._url.scheme == "smtps" else 587),
            username=unquote(self._url.username) if self._url.username else None,
            password=unquote(self._url.password) if self._url.password else None,
            use_tls=self._url.scheme == "smtps",
            timeout=15,
        )
        try:
            async with client:
                await client.noop()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable(str(error)) from error

    def _written(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        address = self._from or f"noreply@{self._url.hostname}"
        mail["From"] = formataddr((message.sender, parseaddr(address)[1])) if message.sender else address
        mail["To"] = message.to
        mail["Subject"] = message.subject
        if message.reply_to:
            mail["Reply-To"] = message.reply_to
        if message.id:
            mail["Message-ID"] = f"<{message.id}@{parseaddr(address)[1].rpartition('@')[2]}>"
        mail.set_content(message.text)
        if message.html is not None:
            mail.add_alternative(message.html, subtype="html")
            _show(mail, message.logo)
        if (calendar := message.calendar) is not None:
            mail.add_alternative(calendar.text, subtype="calendar", params={"method": calendar.method})
            # For programs that show no other part than a file; as one of text/calendar it would be read as a second message.
            mail.add_attachment(
                calendar.text.encode(), maintype="application", subtype="ics", filename="invite.ics"
            )
        for attachment in message.attachments:
            main, _, sub = _type(attachment).partition("/")
            mail.add_attachment(attachment.data, maintype=main, subtype=sub, filename=attachment.name)
        return mail


def _show(mail: EmailMessage, logo: Attachment | None) -> None:
    """Put a picture beside the HTML (RFC 2387), which shows it without asking anybody for it."""
    html = mail.get_body(("html",))
    if logo is not None and isinstance(html, EmailMessage):
        main, _, sub = _type(logo).partition("/")
        html.add_related(logo.data, maintype=main, subtype=sub, cid="<logo>", disposition="inline")


def _type(attachment: Attachment) -> str:
    return guess_type(attachment.name)[0] or "application/octet-stream"
