"""Mailboxes: many mails in one file (mbox, RFC 4155), or in a folder (Maildir)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from ..model import Entry, Item, Mail, NotUnderstood, Tree, reasons
from .making import head

_FROM = b"From "
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_ID = re.compile(rb"^Message-ID:[ \t]*(?:\r?\n[ \t]+)?(\S+)", re.IGNORECASE | re.MULTILINE)
_HEAD = 64 * 1024
_DELIVERED = re.compile(r"^\d{9,11}\.[^./]+\.[^/]+$")
_FIELD = re.compile(rb"^[!-9;-~]+:")
LARGEST = 64 * 1024 * 1024  # bytes of one mail; the rest of a longer one is left out, and that is said


def is_mailbox(tree: Tree, entry: Entry) -> bool:
    """Whether a file is an mbox: by its name and its first line, as "From " begins many texts."""
    if entry.extension not in {".mbox", ".mbx", ""} or not entry.size:
        return False
    first, _, rest = head(tree, entry, 1024).partition(b"\n")
    return (
        first.startswith(_FROM) and b":" in rest[:200] and re.search(rb"\d{4}\s*$", first.strip()) is not None
    )


def maildir_of(tree: Tree, entry: Entry) -> str | None:
    """The folder of mails whose Maildir a file is a mail of; None for any other file. `.Work.2019` is below the inbox (Maildir++)."""
    above, _, state = entry.folder.rpartition("/")
    if (
        state not in {"cur", "new"}
        or not _DELIVERED.match(entry.base)
        or not _FIELD.match(head(tree, entry, 100))
    ):
        return None
    name = above.rpartition("/")[2]
    return name[1:].replace(".", "/") if name.startswith(".") else name


def mails(tree: Tree, entry: Entry, folder: str) -> Iterator[Item]:
    """The mails of an mbox, each read when it is asked for."""
    with tree.open(entry.name) as stream:
        for content in split(stream):
            yield mail(entry, content, folder)
            if len(content) >= LARGEST:
                yield NotUnderstood(name=entry.name, why=reasons.LONG_MAIL, content=b"")


def split(stream: Iterator[bytes]) -> Iterator[bytes]:
    """Mails, one after the other. A line `From …` begins one after an empty line only (mboxrd, mboxo)."""
    held: list[bytes] = []
    size = 0
    was_empty, begun = True, False
    for line in stream:
        if was_empty and line.startswith(_FROM):
            if begun:
                yield _unquoted(held)
            held, size, begun = [], 0, True
        elif begun and size < LARGEST:
            held.append(line)
            size += len(line)
        was_empty = line in {b"\n", b"\r\n"}
    if begun:
        yield _unquoted(held)


def _unquoted(held: list[bytes]) -> bytes:
    content = b"".join(held)
    if content.endswith((b"\n\n", b"\r\n\r\n")):
        content = content[: -2 if content.endswith(b"\r\n") else -1]
    return _QUOTED.sub(rb"\1", content)


def mail(entry: Entry, content: bytes, folder: str) -> Mail:
    """A mail of a mailbox, known by its Message-ID, or by what it says where it has none."""
    found = _ID.search(content[:_HEAD])
    source = found[1].decode("utf-8", "replace") if found else hashlib.sha256(content).hexdigest()
    return Mail(source=f"{folder}/{source}", name=entry.name, content=content, folder=folder)
