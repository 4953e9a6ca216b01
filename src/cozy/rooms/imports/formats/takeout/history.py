"""What somebody did with Google's services: `My Activity`, YouTube's histories, Chrome's history."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...model import Document, Entry, Format, Item, Match, Tree
from ..making import Names, activity, each, head
from ..reading import moments
from ..reading.jsons import elements
from . import activity as activities

_PAGE = re.compile(r"(^|/)Takeout[^/]*/|(^|/)(MyActivity|watch-history|search-history)\.html$")
_STYLES = 512 * 1024  # bytes of a page that its styles may take before the first activity
_CHROME = (b'"BrowserHistory":[', b'"Browser History":[')


def recognise(tree: Tree) -> Match | None:
    """The files that begin as one of activities does, in either of its two forms, or as Chrome's history."""
    found = tuple(entry.name for entry in tree.ending(".json", ".html") if _kind(tree, entry))
    return Match(under=found) if found else None


def _kind(tree: Tree, entry: Entry) -> str:
    if entry.extension == ".html":
        begin = head(tree, entry, _STYLES) if _PAGE.search(entry.name) else b""
        return "html" if b"outer-cell" in begin and b"mdl-typography--body-1" in begin else ""
    begin = head(tree, entry)
    said = b"".join(begin.split())
    if said.startswith(b"{") and any(mark.replace(b" ", b"") in said for mark in _CHROME):
        return "chrome"
    is_activity = said.startswith(b"[{") and all(
        mark in said for mark in (b'"header":', b'"title":', b'"time":')
    )
    return "json" if is_activity else ""


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """A document for each."""
    names = Names()
    return each(tree, list(tree.entries), lambda tree, entry: _read(tree, entry, names))


def _read(tree: Tree, entry: Entry, names: Names) -> Iterator[Item]:
    kind = _kind(tree, entry)
    with tree.open(entry.name) as stream:
        if kind == "chrome":
            for one in elements(stream, "Browser History"):
                if isinstance(one, dict) and one.get("url"):
                    yield _visit(names, entry, one)
            return
        for found in activities.from_json(stream) if kind == "json" else activities.from_html(stream):
            yield activity(
                names, entry.name, "Google", found.date, found.title, _what(found.service), url=found.url, by=found.by,
                details=found.details, said_date=found.said_date,
            )  # fmt: skip


def _visit(names: Names, entry: Entry, said: dict[str, object]) -> Document:
    date = moments.from_epoch(said.get("time_usec"), 1_000_000)
    url = str(said["url"])
    return activity(names, entry.name, "Chrome", date, str(said.get("title") or url), "visited", url=url)


def _what(service: str) -> str:
    """The service, in a word that stays: `youtube`, `search`, `maps`."""
    return service.lower().strip() or "activity"


FORMAT = Format(name="google.activity", title="Google activity", recognise=recognise, items=items)
