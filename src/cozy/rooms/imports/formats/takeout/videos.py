"""YouTube's lists: subscriptions and playlists, tables with heads in the owner's language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...model import Entry, Format, Item, Match, Tree
from ..making import Names, activity, each
from ..reading import moments, tables

_PLACE = re.compile(r"^(?:.*/)?YouTube[^/]*/[^/]+/[^/]+\.csv$")
_VIDEO = re.compile(r"^[A-Za-z0-9_-]{11}$")
_CHANNEL = re.compile(r"^UC[A-Za-z0-9_-]{22}$")


def recognise(tree: Tree) -> Match | None:
    """The tables of YouTube that list videos or channels."""
    found = tuple(entry.name for entry in tree.ending(".csv") if _PLACE.match(entry.name))
    return Match(under=found) if found else None


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """An activity for each row that names a video or a channel."""
    names = Names()
    return each(tree, list(tree.entries), lambda tree, entry: _rows(tree, entry, names))


def _rows(tree: Tree, entry: Entry, names: Names) -> Iterator[Item]:
    list_ = re.sub(r"(?:-videos|-vidéos)?\.csv$", "", entry.base, flags=re.IGNORECASE)
    found = 0
    with tree.open(entry.name) as stream:
        for row in tables.rows(stream):
            first = row[0]
            if _CHANNEL.match(first) and len(row) >= 3:
                found += 1
                yield activity(names, entry.name, "YouTube", "", row[2], "subscribed", url=row[1], list=list_)
            elif _VIDEO.match(first):
                found += 1
                date = next((at for cell in row[1:] if (at := moments.from_iso(cell))), "")
                yield activity(
                    names,
                    entry.name,
                    "YouTube",
                    date,
                    first,
                    "listed",
                    url=f"https://www.youtube.com/watch?v={first}",
                    list=list_,
                )
    if not found:
        raise ValueError("no row names a video or a channel")


FORMAT = Format(name="google.youtube", title="YouTube lists", recognise=recognise, items=items)
