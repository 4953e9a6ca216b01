"""What can be done with any document. Rules of one doctype live in its own room, above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cozy.kernel.bus import Change as Told
from cozy.kernel.ids import new_id
from cozy.kernel.work import Work

from .. import access
from ..errors import NoDocument, UpdateConflict
from ..model import (
    Change,
    Document,
    Found,
    Leaf,
    Query,
    as_leaf,
    from_leaf,
    grafted,
    next_leaf,
    winner_of,
)
from ..store import rows as store
from . import finding
from .telling import tell, told

document = store.document
ask = access.ask
rules_of = access.rules_of
COLUMNS = store.COLUMNS
_TOLD_AT_ONCE = 1_000


def fetch(work: Work, doctype: str, id_: str) -> Document:
    """A living document. Raises NoDocument."""
    found = store.fetch(work, doctype, id_)
    if found is None or found.deleted:
        raise NoDocument(doctype=doctype, id=id_)
    return found


def fetch_many(work: Work, doctype: str, ids: Sequence[str]) -> dict[str, Document]:
    """The living documents among these ids, by id."""
    return store.fetch_many(work, doctype, ids)


def latest(work: Work, doctype: str, ids: Sequence[str]) -> dict[str, Document]:
    """The documents among these ids as they are, tombstones too, by id."""
    return store.fetch_all(work, doctype, ids)


def create(
    work: Work, doctype: str, body: Mapping[str, Any], *, id_: str | None = None, sort_key: str = ""
) -> Document:
    """A new document; over a tombstone of that id, its next revision. Raises UpdateConflict when the id lives."""
    id_ = id_ or new_id()
    first = _from_leaf(work, doctype, id_, next_leaf(None, body))
    if store.insert(work, first, sort_key):
        tell(work, None, first)
        return first
    store.give_back_seq(work)
    tombstone = store.fetch(work, doctype, id_)
    if tombstone is None or not tombstone.deleted:
        raise UpdateConflict(doctype=doctype, id=id_)
    return update(work, tombstone, body, sort_key=sort_key)


def update(work: Work, current: Document, body: Mapping[str, Any], *, sort_key: str = "") -> Document:
    """The next revision of a document. Raises UpdateConflict when `current` no longer is."""
    return _advance(work, current, body, sort_key=sort_key, deleted=False)


def delete(work: Work, current: Document) -> Document:
    """A tombstone: the id, its revision and nothing of what it held. Raises UpdateConflict.

    Where the document had a conflict, the best of its losing branches is the document from now on.
    """
    tombstone = _advance(work, current, {}, sort_key="", deleted=True)
    if losers := store.losers(work, current.doctype, current.id):
        _crown(work, tombstone, [as_leaf(tombstone), *losers], "")
    return tombstone


def edit(
    work: Work, doctype: str, id_: str, rev: str, body: Mapping[str, Any], *, deleted: bool = False
) -> Document:
    """The next revision of the branch that ends at `rev`, losing or not. Raises UpdateConflict."""
    current = store.fetch(work, doctype, id_)
    if current is None:
        raise UpdateConflict(doctype=doctype, id=id_)
    if current.rev == rev:
        return delete(work, current) if deleted else update(work, current, body)
    for leaf in store.losers(work, doctype, id_):
        if leaf.rev == rev:
            return _crown_beside(work, current, next_leaf(leaf, body, deleted))
    raise UpdateConflict(doctype=doctype, id=id_)


def _crown_beside(work: Work, current: Document, leaf: Leaf) -> Document:
    """What was written, whichever branch is the document from now on."""
    won = graft(work, current.doctype, current.id, leaf)
    return Document(won.doctype, won.id, leaf.rev, leaf.body, won.seq, leaf.deleted, leaf.revisions)


def _advance(
    work: Work, current: Document, body: Mapping[str, Any], *, sort_key: str, deleted: bool
) -> Document:
    leaf = next_leaf(as_leaf(current), body, deleted)
    new = _from_leaf(work, current.doctype, current.id, leaf)
    if not store.replace(work, new, sort_key, current.rev):
        store.give_back_seq(work)
        raise UpdateConflict(doctype=current.doctype, id=current.id)
    tell(work, current, new)
    return new


def changes(work: Work, doctype: str, since: int = 0, limit: int = 10_000) -> list[Change]:
    """The documents of a doctype that changed after `since`, in the order of their last change, tombstones too."""
    return store.changes(work, doctype, since, limit)


def pending(work: Work, doctype: str, since: int) -> int:
    """How many documents of a doctype changed after `since`."""
    return store.pending(work, doctype, since)


def told_since(work: Work, since: int | None, most: int = _TOLD_AT_ONCE) -> tuple[int, list[Told]]:
    """The home's last seq, and the changes of any doctype after `since`, none for None: each document once, as it is by
    now. When there are many, a part of them, and the seq that it ends with.
    """
    last = store.last_seq(work)
    if since is None or last <= since:
        return last, []
    found = [told(work, None, document) for document in store.since(work, since, most)]
    return found[-1].seq if len(found) == most else last, found


def last_seq(work: Work) -> int:
    """The number of the home's last change."""
    return store.last_seq(work)


def conflicts(work: Work, doctype: str, id_: str) -> list[Leaf]:
    """The losing branches of a document."""
    return store.losers(work, doctype, id_)


def graft(work: Work, doctype: str, id_: str, leaf: Leaf, *, sort_key: str = "") -> Document:
    """Take in a revision made elsewhere, with its ancestry, and return the winner.

    The same revision twice is once; a descendant replaces its ancestor; anything else is a conflict, of which every
    replica picks the same winner and keeps the others (CouchDB's `new_edits: false`).
    """
    current = store.fetch(work, doctype, id_)
    if current is None:
        return _planted(work, doctype, id_, leaf, sort_key)
    branches = grafted([as_leaf(current), *store.losers(work, doctype, id_)], leaf)
    return current if branches is None else _crown(work, current, branches, sort_key)


def impose(work: Work, doctype: str, id_: str, leaf: Leaf, *, sort_key: str = "") -> Document:
    """Make a document exactly this revision, whatever it was, and let go of its other branches: for rooms that have
    rules of their own for what two replicas do at once.
    """
    current = store.fetch(work, doctype, id_)
    return (
        _planted(work, doctype, id_, leaf, sort_key)
        if current is None
        else _crown(work, current, [leaf], sort_key)
    )


def _planted(work: Work, doctype: str, id_: str, leaf: Leaf, sort_key: str) -> Document:
    new = _from_leaf(work, doctype, id_, leaf)
    store.insert(work, new, sort_key)
    tell(work, None, new)
    return new


def _crown(work: Work, current: Document, leaves: list[Leaf], sort_key: str) -> Document:
    """Make the winner the document and keep the rest beside it."""
    winner = winner_of(leaves)
    store.set_losers(work, current.doctype, current.id, [leaf for leaf in leaves if leaf is not winner])
    new = _from_leaf(work, current.doctype, current.id, winner)
    store.replace(work, new, sort_key, current.rev)
    tell(work, current, new)
    return new


def _from_leaf(work: Work, doctype: str, id_: str, leaf: Leaf) -> Document:
    return from_leaf(doctype, id_, leaf, store.next_seq(work))


def find(work: Work, doctype: str, query: Query) -> Found:
    """The documents of a doctype that meet a Mango selector, a page at a time. Raises BadQuery.

    Who may see them is the caller's matter: this looks at every document of the doctype.
    """
    return finding.find(work, doctype, query)
