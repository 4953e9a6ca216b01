"""Notes of Google Keep: a JSON file each, its pictures beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..reading import moments
from ..reading.jsons import objects, text
from ..reading.markdown import to_markdown


@dataclass(slots=True)
class Note:
    """A note as Markdown, with what Keep knows of it."""

    title: str
    text: str
    modified: str
    created: str
    labels: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)  # names beside the note
    is_pinned: bool = False
    is_archived: bool = False
    is_trashed: bool = False


def is_note(said: Any) -> bool:
    """Whether a JSON value is a note of Keep."""
    return isinstance(said, dict) and "userEditedTimestampUsec" in said


def note(said: dict[str, Any]) -> Note:
    """The note that a JSON value is."""
    labels = [one["name"] for one in objects(said, "labels") if isinstance(one.get("name"), str)]
    edited = moments.from_epoch(said.get("userEditedTimestampUsec"), 1_000_000)
    return Note(
        title=text(said, "title"),
        text="\n\n".join(filter(None, (_body(said), _list(said), _links(said)))),
        modified=edited,
        created=moments.from_epoch(said.get("createdTimestampUsec"), 1_000_000) or edited,
        labels=labels,
        attachments=[
            one["filePath"] for one in objects(said, "attachments") if isinstance(one.get("filePath"), str)
        ],
        is_pinned=said.get("isPinned") is True,
        is_archived=said.get("isArchived") is True,
        is_trashed=said.get("isTrashed") is True,
    )


def _body(said: dict[str, Any]) -> str:
    html = text(said, "textContentHtml")
    plain = text(said, "textContent")
    is_plain = not any(mark in html for mark in ("<b>", "<h", "font-weight", "<a ", "<ul", "<ol", "<i>"))
    return plain if is_plain or not html else to_markdown(html).strip()


def _list(said: dict[str, Any]) -> str:
    return "\n".join(
        f"- [{'x' if one.get('isChecked') else ' '}] {text(one, 'text')}"
        for one in objects(said, "listContent")
    )


def _links(said: dict[str, Any]) -> str:
    """Pages that Keep noted beside the text, where the text does not hold them already."""
    body = text(said, "textContent")
    found = [(text(one, "title"), text(one, "url")) for one in objects(said, "annotations")]
    return "\n".join(f"[{title or url}]({url})" for title, url in found if url and url not in body)
