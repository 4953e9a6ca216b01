"""Items as silos' formats make them: names for what has none, and the fields that our documents share."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import structlog

from cozy.kernel.problem import Problem

from ..model import Document, Entry, File, Item, NotUnderstood, Tree
from . import reasons
from .reading import jsons

MESSAGES = "io.cozy.messages"
ACTIVITIES = "io.cozy.activities"
GEOJSON = "io.cozy.timeseries.geojson"
ACCOUNTS = "io.cozy.bank.accounts"
OPERATIONS = "io.cozy.bank.operations"

log = structlog.get_logger()


class Names:
    """Sources of things that have no id: what they say, and their number among those that say the same.

    An archive of next year that holds the same things names them the same.
    """

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}

    def of(self, *said: str) -> str:
        """The source of the next thing that says this."""
        digest = hashlib.sha256("\x1f".join(said).encode("utf-8", "surrogatepass")).hexdigest()[:32]
        number = self.seen[digest] = self.seen.get(digest, 0) + 1
        return digest if number == 1 else f"{digest}:{number}"


def document(doctype: str, name: str, id_: str, body: Mapping[str, Any]) -> Document:
    """A document found in the file `name`; what has nothing in it is left out of its body."""
    filled = {key: value for key, value in body.items() if value not in ("", None, [], {})}
    return Document(source=id_, name=name, doctype=doctype, body=filled)


def message(
    names: Names, name: str, service: str, conversation: str, date: str, author: str, text: str,
    attachments: Sequence[str] = (), **said: Any,
) -> Document:  # fmt: skip
    """Something that somebody said in a conversation; attachments are paths in the home."""
    body = {
        "conversation": conversation, "date": date, "author": author, "text": text, "attachments": list(attachments),
        "service": service, **said,
    }  # fmt: skip
    return document(MESSAGES, name, names.of(conversation, date, author, text, *attachments), body)


def activity(
    names: Names, name: str, service: str, date: str, title: str, kind: str, **said: Any
) -> Document:
    """Something that somebody did: watched, listened, searched, visited, published…"""
    body = {"date": date, "title": title, "kind": kind, "service": service, **said}
    return document(
        ACTIVITIES,
        name,
        names.of(kind, date or str(said.get("said_date", "")), title, str(said.get("url", ""))),
        body,
    )


def series(
    names: Names, name: str, service: str, theme: str, title: str, span: tuple[str, str], features: Sequence[Mapping[str, Any]],
    **said: Any,
) -> Document:  # fmt: skip
    """What happened in places, from one moment to another: features of GeoJSON."""
    body = {
        "startDate": span[0], "endDate": span[1], "title": title, "source": service, "theme": theme, "series": list(features),
        **said,
    }  # fmt: skip
    return document(GEOJSON, name, names.of(theme, span[0], title), body)


def written(entry: Entry, source: str, path: str, text: str, modified: str = "", **said: Any) -> File:
    """A text of ours, made of a file of the tree."""
    return File(
        source=source,
        name=entry.name,
        path=path,
        content=text.encode("utf-8", "replace"),
        modified=modified,
        **said,
    )


def copied(entry: Entry, path: str, **said: Any) -> File:
    """A file of the tree as it is; it is known by the place that it goes to."""
    said = {"source": path, "modified": entry.modified, **said}
    return File(name=entry.name, path=path, content=entry.name, **said)


def each(
    tree: Tree, entries: Sequence[Entry], read: Callable[[Tree, Entry], Iterator[Item]]
) -> Iterator[Item]:
    """The items of each file; one that breaks is kept beside what was read of it until then."""
    for entry in entries:
        try:
            yield from read(tree, entry)
        except Exception as error:  # a list where an object is wont to be, and all that parsers think of
            log.info("a file cannot be read", format=read.__module__, error=type(error).__name__)
            yield NotUnderstood(name=entry.name, why=reasons.BROKEN)


def head(tree: Tree, entry: Entry, size: int = 4_096) -> bytes:
    """The first bytes of a file; none where it cannot be opened."""
    try:
        with tree.open(entry.name) as stream:
            return stream.read(size)
    except (ValueError, Problem):
        return b""


def value(tree: Tree, entry: Entry) -> Any:
    """The JSON value that a file holds. Raises UnfitJson, Damaged, TooMuch."""
    with tree.open(entry.name) as stream:
        return jsons.load(stream)


def loaded(tree: Tree, entry: Entry, limit: int = jsons.LARGEST) -> Any:
    """The JSON value that a file holds; None where it holds none, or is damaged."""
    try:
        with tree.open(entry.name) as stream:
            return jsons.load(stream, limit)
    except (ValueError, Problem):
        return None
