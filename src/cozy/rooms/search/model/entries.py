"""Entry, what can be found: one for each document that says something to people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from msgspec import Struct

Kind = Literal[
    "folder", "photo", "video", "audio", "pdf", "document", "sheet", "slides", "code", "archive", "mail", "file",
    "contact", "event", "task", "journal", "note", "album",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)

Group = Literal[
    "folders", "photos", "documents", "music", "mail", "contacts", "events", "tasks", "notes", "albums"
]
GROUPS: Mapping[Group, tuple[Kind, ...]] = {
    "documents": ("pdf", "document", "sheet", "slides", "code", "note"),
    "photos": ("photo", "video", "album"),
    "folders": ("folder",),
    "contacts": ("contact",),
    "events": ("event", "journal"),
    "tasks": ("task",),
    "mail": ("mail",),
    "music": ("audio",),
    "notes": ("note", "journal"),
    "albums": ("album",),
}


class Entry(Struct, frozen=True):
    """What is known of a document in order to find it, and to show that it was found.

    title: how it is called; people: names and addresses, a line each; words: what else it is found by; excerpt: a text of its own, such as a description.
    place: what it is in, a folder or a calendar; at: RFC 3339, what it is sorted by. sha256: of the content whose text counts
    as well, "" for none; recipe: how that is read.
    """

    doctype: str
    id: str
    kind: Kind
    title: str
    people: str = ""
    words: str = ""
    excerpt: str = ""
    extension: str = ""
    place: str = ""
    at: str = ""
    sha256: str = ""
    recipe: str = ""
