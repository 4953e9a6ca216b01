"""What somebody did with Google's services: `MyActivity` and YouTube's histories, as JSON or, as they come unasked, as HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from ..reading import moments
from ..reading.jsons import elements, text
from ..reading.texts import visible

_CELL = re.compile(r'<div class="content-cell[^"]*mdl-typography--body-1">(.*?)</div>', re.DOTALL)
_HEADER = re.compile(r'<p class="mdl-typography--title">(.*?)<br', re.DOTALL)
_LINK = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_BETWEEN = '<div class="outer-cell'
_CHUNK = 512 * 1024
_LONGEST = 8 * 1024 * 1024  # bytes of an activity, with the styles before the first one


@dataclass(slots=True)
class Activity:
    """Something that somebody did; the title is as the service words it."""

    date: str
    title: str
    url: str = ""
    service: str = ""
    by: str = ""  # the channel, the app
    details: list[str] = field(default_factory=list)
    said_date: str = ""  # as the page has it, where it could not be read


def from_json(stream: IO[bytes]) -> Iterator[Activity]:
    """The activities of `MyActivity.json`, `watch-history.json`… Raises UnfitJson."""
    for one in elements(stream):
        if not isinstance(one, dict) or not isinstance(one.get("title"), str):
            continue
        subtitles = [sub for sub in one.get("subtitles") or () if isinstance(sub, dict)]
        yield Activity(
            date=moments.from_iso(one.get("time")),
            title=one["title"],
            url=text(one, "titleUrl"),
            service=text(one, "header"),
            by=next((text(sub, "name") for sub in subtitles), ""),
            details=[text(sub, "name") for sub in one.get("details") or () if isinstance(sub, dict)],
        )


def from_html(stream: IO[bytes]) -> Iterator[Activity]:
    """The activities of `MyActivity.html`, `watch-history.html`…, a cell each."""
    for cell in _cells(stream):
        body = _CELL.search(cell)
        if not body:
            continue
        lines = [line for line in re.split(r"<br\s*/?>", body[1]) if _plain(line)]
        said_date = _plain(lines[-1]) if len(lines) > 1 else ""
        link = _LINK.search(lines[0]) if lines else None
        header = _HEADER.search(cell)
        date = moments.from_words(said_date)
        yield Activity(
            date=date,
            title=_plain(lines[0]) if lines else "",
            url=html.unescape(link[1]) if link else "",
            service=_plain(header[1]) if header else "",
            by=_plain(lines[1]) if len(lines) > 2 else "",
            said_date="" if date else said_date,
        )


def _cells(stream: IO[bytes]) -> Iterator[str]:
    """The page in pieces of one activity, in constant memory."""
    rest = b""
    mark = _BETWEEN.encode()
    while chunk := stream.read(_CHUNK):
        *whole, rest = (rest + chunk).split(mark)
        for piece in whole:
            yield piece.decode("utf-8", "replace")
        if len(rest) > _LONGEST:
            raise ValueError("an activity does not end")
    yield rest.decode("utf-8", "replace")


def _plain(markup: str) -> str:
    return " ".join(visible(html.unescape(_TAG.sub("", markup))).split())
