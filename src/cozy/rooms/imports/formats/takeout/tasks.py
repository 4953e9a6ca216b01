"""Google Tasks: lists of things to do, as iCalendar has them (RFC 5545 §3.6.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cozy.kernel import clock

from ...model import Entry, Event, Format, Item, Match, Tree
from ..making import each, head, value
from ..reading import moments
from ..reading.jsons import objects, text

_MARK = b"tasks#taskLists"


def recognise(tree: Tree) -> Match | None:
    """The file that says of itself that it is lists of tasks."""
    found = tuple(entry.name for entry in tree.ending(".json") if _MARK in head(tree, entry))
    return Match(under=found) if found else None


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """Each task, in a calendar of its list's name."""
    return each(tree, list(tree.entries), _tasks)


def _tasks(tree: Tree, entry: Entry) -> Iterator[Item]:
    for list_ in objects(value(tree, entry), "items"):
        for task in objects(list_, "items"):
            if text(task, "title") or text(task, "notes"):
                id_ = text(task, "id") or text(task, "title")
                yield Event(
                    source=f"task/{id_}",
                    name=entry.name,
                    text=_todo(task, id_),
                    calendar=text(list_, "title"),
                )


def _todo(task: dict[str, Any], id_: str) -> str:
    updated = _stamp(text(task, "updated")) or "20000101T000000Z"
    due = _stamp(text(task, "due"))[:8]
    done = text(task, "status") == "completed"
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Google//Tasks//EN", "BEGIN:VTODO", f"UID:{_escaped(id_)}", f"DTSTAMP:{updated}",
        f"SUMMARY:{_escaped(text(task, 'title'))}", f"STATUS:{'COMPLETED' if done else 'NEEDS-ACTION'}",
        *([f"DESCRIPTION:{_escaped(text(task, 'notes'))}"] if text(task, "notes") else []),
        *([f"DUE;VALUE=DATE:{due}"] if due else []),
        *([f"COMPLETED:{_stamp(text(task, 'completed')) or updated}"] if done else []),
        *([f"RELATED-TO:{_escaped(text(task, 'parent'))}"] if text(task, "parent") else []),
        "END:VTODO", "END:VCALENDAR",
    ]  # fmt: skip
    return "\r\n".join(lines) + "\r\n"


def _stamp(said: str) -> str:
    found = moments.from_iso(said)
    return f"{clock.parse(found):%Y%m%dT%H%M%SZ}" if found else ""


def _escaped(words: str) -> str:
    plain = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "")


FORMAT = Format(name="google.tasks", title="Google Tasks", recognise=recognise, items=items)
