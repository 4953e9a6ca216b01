"""What programs look for in an address book (RFC 6352 §8.6)."""

from __future__ import annotations

from collections.abc import Iterator

from cozy.dav.filters import CardFilter
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.model import Item

from ..model import filtering

_KIND = "contacts"


def matching(work: Work, book: str, wanted: CardFilter, limit: int | None = None) -> list[Item]:
    """The cards of a book that a filter finds, by name; limit: no more than so many, one more where there are more.

    One card by its UID is looked up; otherwise the texts are searched for the properties asked for, without reading the
    rest of them. Raises NoCollection, NobodyIn, NotAllowed.
    """
    if uid := filtering.uid_of(wanted):
        found = collections.items.with_uid(work, _KIND, uid)
        return collections.items.many(
            work, _KIND, book, [each.name for each in found if each.collection == book]
        )
    matching: list[Item] = []
    for item in _kept(work, book):
        if filtering.matches(item.text, wanted):
            matching.append(collections.items.whole(work, item))
            if limit is not None and len(matching) > limit:
                break
    return matching


def _kept(work: Work, book: str) -> Iterator[Item]:
    after = ""
    while page := collections.items.kept(work, _KIND, book, after):
        yield from page
        after = page[-1].entry.name
