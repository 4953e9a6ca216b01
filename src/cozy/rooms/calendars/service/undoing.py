"""The way back from a change of a part of a series: what an event was is kept in the bin, as no event of its own."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.errors import NotExpected
from cozy.rooms.collections.model import DELETED, Entry, Expected
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.documents.model import Document

from ..errors import NothingToUndo
from ..model import EVENTS, KIND
from .events import item_of

_CHANGES = "io.cozy.calendar.events.changes"  # what was before one, in the bin


def remember(work: Work, id_: str) -> str:
    """Keep an event as it is; the id of what is kept, for `undo`. Raises NoDocument, NobodyIn, NotAllowed."""
    found = item_of(work, EVENTS, id_)
    was = {"text": found.text, "collection": found.entry.collection}
    return collections.binned.keep(work, Document(_CHANGES, id_, "", was)).id


def undo(work: Work, was: str, rev: str, more: tuple[str, str] = ("", "")) -> Entry:
    """Make an event what it was. rev: as the change left it; more: the event that the change made of a part of it, and its rev.

    Raises NothingToUndo where either changed since, ReadOnly, NoCollection, NobodyIn, NotAllowed.
    """
    kept = documents.fetch_many(work, DELETED, [was]).get(was)
    if kept is None or kept.body.get("doctype") != _CHANGES:
        raise NothingToUndo
    try:
        found = item_of(work, EVENTS, kept.body["item"], rev).entry
        made = item_of(work, EVENTS, *more).entry if more[0] else None
    except (NoDocument, NotExpected) as error:
        raise NothingToUndo from error
    if made is not None:
        _erase(work, made)
    documents.delete(work, kept)
    before = kept.body["body"]
    if found.collection != before["collection"]:
        places = ((found.collection, found.name), (before["collection"], found.name))
        collections.items.move(work, KIND, *places, overwrites=False)
    entry, _ = collections.items.put(work, KIND, before["collection"], found.name, before["text"])
    return entry


def _erase(work: Work, made: Entry) -> None:
    """Nobody deleted it, so that it does not lie in the bin."""
    collections.items.delete(work, KIND, made.collection, made.name, Expected(if_match=made.etag))
    gone = next(each for each in collections.binned.all_(work, KIND) if each.item == made.id)
    documents.delete(work, documents.fetch(work, DELETED, gone.id))
