"""Location history of Google: a document for each day, whatever the file is called in the owner's language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from ...model import Entry, Format, Item, Match, Tree
from ..making import Names, each, head, series
from . import places

_RECORDS, _SEMANTIC, _ANDROID, _IOS = "records", "semantic", "android", "ios"


def recognise(tree: Tree) -> Match | None:
    """The files that begin as one of the four kinds does."""
    found = tuple(entry.name for entry in tree.ending(".json") if _kind(head(tree, entry)))
    return Match(under=found) if found else None


def _kind(begin: bytes) -> str:
    said = b"".join(begin.split())
    if said.startswith((b'{"locations":[', b'{"locations":[{')) and b"E7" in said:
        return _RECORDS
    if said.startswith(b'{"timelineObjects":['):
        return _SEMANTIC
    if said.startswith(b'{"semanticSegments":['):
        return _ANDROID
    is_ios = (
        said.startswith(b"[{") and b'"startTime":' in said and (b'"geo:' in said or b'"timelinePath"' in said)
    )
    return _IOS if is_ios else ""


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """The days of each file; raw points and what Google made of them are two themes."""
    names = Names()
    return each(tree, list(tree.entries), lambda tree, entry: _days(tree, entry, names))


def _days(tree: Tree, entry: Entry, names: Names) -> Iterator[Item]:
    kind = _kind(head(tree, entry))
    with tree.open(entry.name) as stream:
        for day in _read(kind, stream):
            theme = "points" if kind == _RECORDS else "timeline"
            yield series(names, entry.name, "google.com", theme, day.date, (day.start, day.end), day.features)


def _read(kind: str, stream: BinaryIO) -> Iterator[places.Day]:
    if kind == _RECORDS:
        return places.records(stream)
    return places.semantic(stream) if kind == _SEMANTIC else places.timeline(stream, is_list=kind == _IOS)


FORMAT = Format(name="google.location", title="Google Maps timeline", recognise=recognise, items=items)
