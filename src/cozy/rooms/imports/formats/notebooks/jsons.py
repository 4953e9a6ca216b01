"""Notes that programs export as one JSON file: Standard Notes and Simplenote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..reading import moments
from ..reading.markdown import to_markdown
from . import super as super_notes


@dataclass(slots=True)
class Note:
    """A note as its program has it; both write Markdown or plain text."""

    id: str
    title: str
    text: str
    created: str
    modified: str
    tags: list[str] = field(default_factory=list)
    is_trashed: bool = False


def is_standard_notes(said: Any) -> bool:
    """Whether a JSON value is a backup of Standard Notes that anybody can read."""
    items = said.get("items") if isinstance(said, dict) else None
    return isinstance(items, list) and any(
        isinstance(one, dict) and "content_type" in one for one in items[:50]
    )


def is_simplenote(said: Any) -> bool:
    """Whether a JSON value is an export of Simplenote."""
    return isinstance(said, dict) and isinstance(said.get("activeNotes"), list)


def standard_notes(said: dict[str, Any]) -> Iterator[Note]:
    """The notes of a backup; tags name their notes there."""
    items = [one for one in said["items"] if isinstance(one, dict) and isinstance(one.get("content"), dict)]
    tags: dict[str, list[str]] = {}
    for one in items:
        if one.get("content_type") == "Tag":
            for link in one["content"].get("references") or ():
                tags.setdefault(str(link.get("uuid")), []).append(str(one["content"].get("title", "")))
    for one in items:
        if one.get("content_type") == "Note":
            content = one["content"]
            yield Note(
                id=str(one.get("uuid", "")),
                title=str(content.get("title", "")),
                text=_read(str(content.get("text", "")), content.get("noteType")),
                created=moments.from_iso(one.get("created_at")),
                modified=moments.from_iso(one.get("updated_at")),
                tags=tags.get(str(one.get("uuid")), []),
                is_trashed=content.get("trashed") is True,
            )


def _read(text: str, kind: Any) -> str:
    """The text of a note as Markdown: some editors keep JSON or HTML in it."""
    try:
        return {
            "super": lambda: super_notes.to_markdown(json.loads(text)),
            "rich-text": lambda: to_markdown(text),
        }[kind]()
    except (KeyError, ValueError, RecursionError):
        return text


def copies(said: dict[str, Any]) -> set[str]:
    """What the files say that both programs put beside their JSON, one for each thing in it, without regard to spaces."""
    notes = [one for name in ("activeNotes", "trashedNotes") for one in said.get(name) or ()]
    items = [one.get("content") for one in said.get("items") or () if isinstance(one, dict)]
    texts = [
        *(one.get("content") for one in notes if isinstance(one, dict)),
        *(one.get("text") for one in items if isinstance(one, dict)),
        *(json.dumps(one, ensure_ascii=False, indent=2) for one in items if isinstance(one, dict)),
    ]
    return {squeezed(text) for text in texts if isinstance(text, str)}


def squeezed(text: str) -> str:
    """A text without regard to its spaces and ends of lines, and to the tags that Simplenote writes below."""
    text = text.replace("\r\n", "\n")
    above, tags, below = text.rpartition("\n\nTags:\n")
    is_tags = tags and all(line.startswith("  ") for line in below.splitlines())
    return " ".join((above if is_tags else text).split())


def locked(said: dict[str, Any]) -> int:
    """How many items of a backup are encrypted: their content is a text."""
    return sum(isinstance(one, dict) and isinstance(one.get("content"), str) for one in said["items"])


def simplenote(said: dict[str, Any]) -> Iterator[Note]:
    """The notes of an export; the first line of each is its title."""
    for name in ("activeNotes", "trashedNotes"):
        for one in said.get(name) or ():
            if not isinstance(one, dict):
                continue
            text = str(one.get("content", ""))
            title, _, rest = text.replace("\r\n", "\n").partition("\n")
            yield Note(
                id=str(one.get("id", "")),
                title=title.lstrip("# ").strip(),
                text=text if title.startswith("#") else rest.strip("\n"),
                created=moments.from_iso(one.get("creationDate")),
                modified=moments.from_iso(one.get("lastModified")),
                tags=[str(tag) for tag in one.get("tags") or ()],
                is_trashed=name == "trashedNotes",
            )
