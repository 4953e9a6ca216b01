"""Gmail: a mailbox in which each mail names its labels (`X-Gmail-Labels`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email.errors import MessageError
from email.header import decode_header, make_header
from typing import BinaryIO

from ...model import Entry, Format, Item, Mail, Match, NotUnderstood, Tree
from .. import reasons
from ..making import Names, each, head

_LABELS = re.compile(rb"^X-Gmail-Labels:((?:[^\r\n]*)(?:\r?\n[ \t][^\r\n]*)*)", re.IGNORECASE | re.MULTILINE)
_ENVELOPE = re.compile(rb"^From \S+ \w{3} \w{3} +\d{1,2} [\d:]{8} .*\d{4}\s*$")
_HEAD = 64 * 1024  # bytes of a mail that may hold its headers
_LARGEST = 150 * 1024 * 1024  # bytes of a mail
_SAID = re.compile(r"=\?|\?=")
_STATES = {
    "important", "unread", "opened", "starred", "archived", "category", "inbox", "sent", "drafts", "draft", "spam", "trash", "chat",
    "non lus", "ouvert", "important(s)", "suivis", "archivé", "archivés", "boîte de réception", "messages envoyés", "brouillons", "corbeille",
    "wichtig", "ungelesen", "geöffnet", "markiert", "archiviert", "posteingang", "gesendet", "entwürfe", "papierkorb",
    "importante", "no leídos", "abierto", "destacados", "recibidos", "enviados", "borradores", "papelera",
    "importanti", "da leggere", "aperti", "speciali", "posta in arrivo", "inviati", "bozze", "cestino", "archiviati",
}  # fmt: skip
_KINDS = re.compile(r"^(category|catégorie|kategorie|categoría|categoria)\b|^(imap_|gmail/)", re.IGNORECASE)


def recognise(tree: Tree) -> Match | None:
    """The mailboxes whose mails have labels."""
    found = [
        entry.name
        for entry in tree.ending(".mbox")
        if b"X-GM-THRID" in head(tree, entry) or b"X-Gmail-Labels" in head(tree, entry)
    ]
    return Match(under=tuple(found)) if found else None


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """Every mail, in the folder of the label that its owner gave it, else in that of its state."""
    names = Names()
    return each(tree, list(tree.entries), lambda tree, entry: _mails(tree, entry, names))


def _mails(tree: Tree, entry: Entry, names: Names) -> Iterator[Item]:
    with tree.open(entry.name) as stream:
        for number, (envelope, mail) in enumerate(split(stream), 1):
            if len(mail) > _LARGEST:
                yield NotUnderstood(name=f"{entry.name} ({number}).eml", why=reasons.BROKEN, content=mail)
                continue
            labels = _labels(mail[:_HEAD])
            yield Mail(
                source=names.of(envelope.split(b" ")[0].decode("latin-1"), mail[:_HEAD].decode("latin-1")),
                name=entry.name,
                content=mail,
                folder=f"Gmail/{folder(labels)}",
            )


def split(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """The mails of a mailbox (RFC 4155) with what stands behind their `From `, one in memory at a time; `>From ` is as it was sent."""
    envelope, lines, was_empty = b"", [], True
    for line in stream:
        if was_empty and _ENVELOPE.match(line):
            if lines:
                yield envelope, b"".join(lines).rstrip(b"\r\n") + b"\n"
            envelope, lines = line[5:].strip(), []
        else:
            lines.append(
                line[1:] if line.lstrip(b">").startswith(b"From ") and line.startswith(b">") else line
            )
        was_empty = not line.strip()
    if lines:
        yield envelope, b"".join(lines).rstrip(b"\r\n") + b"\n"


def _labels(header: bytes) -> list[str]:
    found = _LABELS.search(header)
    if not found:
        return []
    text = re.sub(
        r"\r?\n[ \t]+",
        " " if not _SAID.search(found[1].decode("latin-1")) else "",
        found[1].decode("utf-8", "replace"),
    ).strip()
    try:
        text = str(make_header(decode_header(text)))
    except (ValueError, LookupError, MessageError):
        pass
    return [one for label in text.split(",") if (one := label.strip().strip('"'))]


def folder(labels: Sequence[str]) -> str:
    """Where a mail goes: the first label of its owner's own, else Gmail's word for where it was."""
    own = [label for label in labels if label.lower() not in _STATES and not _KINDS.match(label)]
    places = [label for label in labels if label.lower() in _STATES]
    return next(iter(own), "") or next(iter(places), "") or "Archive"


FORMAT = Format(name="google.mail", title="Gmail", recognise=recognise, items=items)
