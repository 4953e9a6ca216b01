"""Evernote's export: an XML file of notes, each in ENML with its attachments in base64."""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.etree import ElementTree as ET

from ..reading import moments
from ..reading.markdown import to_markdown
from ..reading.texts import as_name
from ..reading.xmls import child, children, elements, text

_TASKS = re.compile(r"<div\b[^>]*--en-task-group:\s*true[^>]*>")  # where the tasks of a group stand in a note
_GROUP = re.compile(r"--en-id:\s*([\w-]+)")
_MOMENT = re.compile(r"^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z?$")


@dataclass(slots=True)
class Attachment:
    """A file in a note."""

    name: str
    content: bytes


@dataclass(slots=True)
class Note:
    """A note; its Markdown names the attachments as they will lie in `folder` beside it."""

    title: str
    text: str
    created: str
    modified: str
    tags: list[str] = field(default_factory=list)
    source: str = ""
    author: str = ""
    lat: float | None = None
    long: float | None = None
    attachments: list[Attachment] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)  # attachments that could not be read


def is_enex(head: bytes) -> bool:
    """Whether a file begins as Evernote's export does."""
    return b"<en-export" in head[:2_000]


def notes(stream: IO[bytes]) -> Iterator[Note]:
    """The notes of an export, one after the other. Raises UnfitXml where it breaks: what came before counts."""
    for element in elements(stream, "note", dtd=True):
        yield _note(element)


def _note(said: ET.Element) -> Note:
    title = text(said, "title") or "Untitled"
    attachments, by_hash, unread = _attachments(said)
    folder = as_name(title)

    def embed(media: dict[str, str]) -> str:
        name = by_hash.get(media.get("hash", ""), "")
        if not name:
            return ""
        path = f"{folder}/{name}".replace(" ", "%20")
        return f"![{name}]({path})" if media.get("type", "").startswith("image/") else f"[{name}]({path})"

    created, modified = _moment(text(said, "created")), _moment(text(said, "updated"))
    known = child(said, "note-attributes")
    return Note(
        title=title,
        text=to_markdown(_with_tasks(said), embed),
        created=created or modified,
        modified=modified or created,
        tags=[(one.text or "").strip() for one in children(said, "tag") if (one.text or "").strip()],
        source=text(known, "source-url"),
        author=text(known, "author"),
        lat=_number(text(known, "latitude")),
        long=_number(text(known, "longitude")),
        attachments=attachments,
        unread=unread,
    )


def _with_tasks(said: ET.Element) -> str:
    """The ENML of a note with its tasks, which Evernote writes behind it, as boxes to tick: at their places, else at the end."""
    groups: dict[str, list[str]] = {}
    for one in sorted(children(said, "task"), key=lambda one: text(one, "sortWeight")):
        due = _moment(text(one, "dueDate"))[:10]
        is_done = "true" if text(one, "taskStatus") == "completed" else "false"
        words = html.escape(text(one, "title") + (f" ({due})" if due else ""))
        groups.setdefault(text(one, "taskGroupNoteLevelID"), []).append(
            f'<li style="--en-checked:{is_done}">{words}</li>'
        )

    def place(found: re.Match[str]) -> str:
        group = _GROUP.search(found[0])
        tasks = groups.pop(group[1], []) if group else []
        return _listed(tasks) + found[0]

    enml = _TASKS.sub(place, text(said, "content"))
    return enml + "".join(_listed(tasks) for tasks in groups.values())


def _listed(tasks: list[str]) -> str:
    return f"<ul>{''.join(tasks)}</ul>" if tasks else ""


def _attachments(said: ET.Element) -> tuple[list[Attachment], dict[str, str], list[str]]:
    """The files of a note, their names by the hash that ENML calls them by, and those that are broken."""
    found: list[Attachment] = []
    by_hash: dict[str, str] = {}
    unread: list[str] = []
    for number, resource in enumerate(children(said, "resource"), 1):
        mime = text(resource, "mime")
        named = text(resource, "resource-attributes", "file-name")
        name = as_name(named, f"{number}{mimetypes.guess_extension(mime) or ''}")
        try:
            content = base64.b64decode(text(resource, "data"), validate=False)
        except (binascii.Error, ValueError):
            unread.append(name)
            continue
        name = _distinct(name, {one.name.lower() for one in found})
        found.append(Attachment(name, content))
        by_hash[hashlib.md5(content, usedforsecurity=False).hexdigest()] = name
    return found, by_hash, unread


def _distinct(name: str, taken: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    found, number = name, 2
    while found.lower() in taken:
        found = f"{stem} ({number}){dot}{ending}" if dot and stem else f"{name} ({number})"
        number += 1
    return found


def _moment(value: str) -> str:
    found = _MOMENT.match(value)
    if not found:
        return ""
    year, month, day, hour, minute, second = found.groups()
    return moments.from_iso(f"{year}-{month}-{day}T{hour}:{minute}:{second}Z")


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None
