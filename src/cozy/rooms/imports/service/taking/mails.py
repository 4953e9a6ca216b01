"""Taking in mails: each is a file, named by its day and subject, in the folder of its mailbox and year."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser

from cozy.kernel.clock import dated, iso

from ...model import File, Mail

FOLDER = {"en": "Mail", "fr": "Courriers"}
HEAD = 256 * 1024  # bytes that its headers are looked for in
_HEADERS = BytesHeaderParser(policy=policy.compat32)
_SPACES = re.compile(r"\s+")


def as_file(item: Mail, head: bytes, locale: str) -> File:
    """A mail as the file that it becomes. head: its first bytes."""
    headers = _HEADERS.parsebytes(head)
    sent = _sent(str(headers.get("Date", "")))
    subject = _decoded(str(headers.get("Subject", "")))
    day = sent[:10]
    name = " ".join(filter(None, [day, subject.replace("/", "-")[:120]])) or "mail"
    steps = [FOLDER.get(locale, FOLDER["en"]), item.folder, sent[:4], f"{name}.eml"]
    return File(
        source=item.source, name=item.name, path="/".join(filter(None, steps)), content=item.content, modified=sent,
        mime="message/rfc822",
    )  # fmt: skip


def _sent(text: str) -> str:
    moment = dated(text)
    return iso(moment) if moment and datetime(1970, 1, 1, tzinfo=UTC) < moment else ""


def _decoded(text: str) -> str:
    try:
        text = str(make_header(decode_header(text)))
    except (ValueError, LookupError, MessageError):
        pass  # as it stands there: a word in it is no base64, or in an encoding that nobody knows
    return _SPACES.sub(" ", text.encode("utf-8", "replace").decode()).strip()
