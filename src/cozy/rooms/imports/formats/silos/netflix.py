"""Netflix: what was watched, in the short table of the page and the long one of the whole archive."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...model import Entry, Format, Item, Match, Tree
from ..making import Names, activity, each
from ..reading import moments, tables

_NAMES = re.compile(r"^(NetflixViewingHistory[^/]*|ViewingActivity)\.csv$")


def recognise(tree: Tree) -> Match | None:
    """Both tables, by the names that Netflix gives them."""
    found = tuple(entry.name for entry in tree.ending(".csv") if _NAMES.match(entry.base))
    return Match(under=found) if found else None


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """A document for each showing; the trailers that play by themselves are none."""
    names = Names()
    return each(tree, list(tree.entries), lambda tree, entry: _rows(tree, entry, names))


def _rows(tree: Tree, entry: Entry, names: Names) -> Iterator[Item]:
    with tree.open(entry.name) as stream:
        rows = list(tables.records(stream, "Title"))
    is_month_first = moments.leads_with_month([row.get("Date", "") for row in rows])
    for row in rows:
        if row.get("Supplemental Video Type"):
            continue
        day = moments.day(row.get("Date", ""), is_month_first=is_month_first)
        date = moments.from_iso(row.get("Start Time")) or (moments.from_iso(day.isoformat()) if day else "")
        yield activity(
            names, entry.name, "Netflix", date, row.get("Title", ""), "watched", duration=row.get("Duration", ""),
            device=row.get("Device Type", ""), profile=row.get("Profile Name", ""), country=row.get("Country", ""),
        )  # fmt: skip


FORMAT = Format(name="netflix", title="Netflix", recognise=recognise, items=items)
