"""The bin: items and collections that were deleted, for thirty days, as documents of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import UpdateConflict
from cozy.rooms.documents.model import Document
from cozy.rooms.permissions import service as permissions

from .. import store
from ..errors import NotInBin, TooManyCollections
from ..model import COLLECTION, COLLECTIONS_LIMIT, DELETED, KEPT_DAYS, Binned
from ..ports import Kind
from . import kinds
from .following import follow

_LIMIT = 1000


def keep(work: Work, document: Document, along: str = "") -> Document:
    """Remember a document that is about to be deleted; what is in the bin for it.

    along: the id in the bin of the collection that goes with it.
    """
    body = {
        "doctype": document.doctype, "item": document.id, "deleted_at": iso(work.now),
        "by": f"{work.caller.kind}:{work.caller.name}".rstrip(":"), "body": document.body,
    }  # fmt: skip
    return documents.create(work, DELETED, {**body, "along": along} if along else body)


def all_(work: Work, kind_name: str) -> list[Binned]:
    """What is in the bin of a kind, newest first, a thousand at the most. Raises NobodyIn, NotAllowed."""
    kind = kinds.named(work, kind_name)
    kinds.guard(work, "GET", kind)
    return [_binned(each) for each in store.binned(work, kind.doctypes, _LIMIT)]


def collections(work: Work, kind_name: str) -> list[Binned]:
    """The collections of a kind that are in the bin, newest first. Raises NobodyIn, NotAllowed."""
    kind = kinds.named(work, kind_name)
    permissions.guard(work, "GET", kind.collections, None, None)
    return [_binned(each) for each in store.binned(work, [kind.collections], _LIMIT)]


def _binned(document: Document) -> Binned:
    held = document.body
    return Binned(
        document.id, held["doctype"], held["item"], held["body"], held["deleted_at"], held.get("along", "")
    )


def restore(work: Work, id_: str) -> Document:
    """Put back an item, or a collection with all that was deleted with it.

    An item brings its collection back where that is in the bin, and goes into the default one where that is nowhere.
    Raises NotInBin, TooManyCollections, NobodyIn, NotAllowed.
    """
    kept = documents.fetch_many(work, DELETED, [id_]).get(id_)
    if kept is None:
        raise NotInBin(id=id_)
    kind = kinds.of_collections(work, kept.body["doctype"])
    if kind is None:
        return _restore_item(work, kept)
    collection = _restore_collection(work, kind, kept)
    while along := store.binned_along(work, id_, _LIMIT):
        for each in along:
            _restore_item(work, each)
    return collection


def _restore_item(work: Work, kept: Document) -> Document:
    found = _binned(kept)
    permissions.guard(work, "POST", found.doctype, {found.item}, found.body)
    body = _placed(work, found.doctype, found.body)
    try:
        document = documents.create(work, found.doctype, body, id_=found.item)
    except UpdateConflict:  # somebody made another one of that id meanwhile
        document = documents.create(work, found.doctype, body)
    documents.delete(work, kept)
    follow(work, found.doctype, [document.id])
    return document


def _placed(work: Work, doctype: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The members of an item that comes back, into a collection that is there."""
    kind, collection = kinds.of_doctype(work, doctype), body.get(COLLECTION)
    if kind is None or documents.fetch_many(work, kind.collections, [str(collection)]):
        return body
    for each in store.binned(work, [kind.collections], _LIMIT):
        if each.body["item"] == collection:
            _restore_collection(work, kind, each)
            return body
    return {name: value for name, value in body.items() if name != COLLECTION}


def _restore_collection(work: Work, kind: Kind, kept: Document) -> Document:
    """A collection itself, under its id; the one that somebody made there meanwhile stays as it is."""
    found = _binned(kept)
    permissions.guard(work, "POST", kind.collections, {found.item}, found.body)
    collection = documents.fetch_many(work, kind.collections, [found.item]).get(found.item)
    if collection is None:
        if len(store.collections(work, kind.collections, COLLECTIONS_LIMIT)) >= COLLECTIONS_LIMIT:
            raise TooManyCollections(limit=COLLECTIONS_LIMIT)
        collection = documents.create(work, kind.collections, found.body, id_=found.item)
    documents.delete(work, kept)
    return collection


def empty(work: Work, kind_name: str) -> int:
    """Forget all that is in the bin of a kind, for good; how many there were."""
    kind = kinds.named(work, kind_name)
    kinds.guard(work, "DELETE", kind)
    number = 0
    while found := store.binned(work, [*kind.doctypes, kind.collections], _LIMIT):
        for each in found:
            documents.delete(work, each)
        number += len(found)
    return number


def forget_old(work: Work) -> None:
    """Forget what has been in the bin for longer than it is kept."""
    before = iso(work.now - timedelta(days=KEPT_DAYS))
    while found := store.binned_before(work, before, _LIMIT):
        for each in found:
            documents.delete(work, each)
