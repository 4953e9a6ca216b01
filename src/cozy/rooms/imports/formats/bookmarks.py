"""Bookmarks as every browser gives them out: the Netscape bookmark file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser

from cozy.kernel.clock import iso

from ..model import Document, Entry, Format, Item, Match, NotUnderstood, Tree, reasons
from .making import each, head

BOOKMARKS = "io.cozy.bookmarks"
_MARK = re.compile(rb"<!DOCTYPE\s+NETSCAPE-Bookmark-file-1", re.IGNORECASE)
_LIMIT = 64 * 1024 * 1024
_SCHEMES = ("http://", "https://", "ftp://", "mailto:", "geo:", "tel:")


def recognise(tree: Tree) -> Match | None:
    """All such files."""
    found = tuple(
        entry.name
        for entry in tree.ending(".html", ".htm")
        if entry.size <= _LIMIT and _MARK.search(head(tree, entry, 1024))
    )
    return Match(found) if found else None


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """Each bookmark, with the folders that it is in."""
    return each(tree, list(tree.entries), _bookmarks)


def _bookmarks(tree: Tree, entry: Entry) -> Iterator[Item]:
    reader = _Reader()
    reader.feed(tree.read(entry.name, _LIMIT).decode("utf-8", "replace"))
    reader.close()
    yield from (_document(entry, found) for found in reader.found if found["url"].startswith(_SCHEMES))
    if not reader.found:
        yield NotUnderstood(name=entry.name, why=reasons.NO_BOOKMARK)


def _document(entry: Entry, found: dict[str, str]) -> Document:
    folders = [each for each in found["folder"].split("\n") if each]
    body = {
        "url": found["url"], "title": found["title"].strip() or found["url"], "folders": folders,
        **({"created_at": found["at"]} if found["at"] else {}), **({"tags": found["tags"].split(",")} if found["tags"] else {}),
    }  # fmt: skip
    return Document(
        source=f"{found['folder']}\n{found['url']}", name=entry.name, doctype=BOOKMARKS, body=body
    )


class _Reader(HTMLParser):
    """Reads what is no proper HTML: `<DT>`, `<DL>` and `<p>` that nothing closes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[dict[str, str]] = []
        self._folders: list[str] = []
        self._named = ""
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "dl":
            self._folders.append(self._named.strip())
            self._named = ""
        elif tag == "h3":
            self._within, self._named = "h3", ""
        elif tag == "a" and said.get("href"):
            self._within = "a"
            folder = "\n".join(filter(None, self._folders))
            self.found.append(
                {"url": said["href"], "title": "", "folder": folder, "at": _moment(said.get("add_date", "")),
                 "tags": said.get("tags", "")}
            )  # fmt: skip

    def handle_endtag(self, tag: str) -> None:
        if tag == "dl" and self._folders:
            self._folders.pop()
        if tag == self._within:
            self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within == "h3":
            self._named += data
        elif self._within == "a":
            self.found[-1]["title"] += data


def _moment(seconds: str) -> str:
    """Seconds since 1970; some browsers write them in micro- or milliseconds."""
    try:
        number = int(seconds)
        while number > 10**11:
            number //= 1000
        return iso(datetime.fromtimestamp(number, UTC)) if number > 0 else ""
    except (ValueError, OverflowError, OSError):
        return ""


FORMAT = Format("bookmarks", "Bookmarks", recognise, items)
