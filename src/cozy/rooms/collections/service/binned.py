"""The bin of items: what was deleted, for thirty days, as documents of their own."""

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
from ..errors import NotInBin
from ..model import COLLECTION, DELETED, KEPT_DAYS, Binned
from . import kinds
from .following import follow

_LIMIT = 1000


def keep(work: Work, document: Document) -> Document:
    """Remember a document that is about to be deleted; what is in the bin for it."""
    body = {
        "doctype": document.doctype, "item": document.id, "deleted_at": iso(work.now),
        "by": f"{work.caller.kind}:{work.caller.name}".rstrip(":"), "body": document.body,
    }  # fmt: skip
    return documents.create(work, DELETED, body)


def all_(work: Work, kind_name: str) -> list[Binned]:
    """What is in the bin of a kind, newest first, a thousand at the most. Raises NobodyIn, NotAllowed."""
    kind = kinds.named(work, kind_name)
    kinds.guard(work, "GET", kind)
    return [_binned(each) for each in store.binned(work, kind.doctypes, _LIMIT)]


def _binned(document: Document) -> Binned:
    held = document.body
    return Binned(document.id, held["doctype"], held["item"], held["body"], held["deleted_at"])


def restore(work: Work, id_: str) -> Document:
    """Put an item back where it was, or into the default collection where that is gone. Raises NotInBin."""
    kept = documents.fetch_many(work, DELETED, [id_]).get(id_)
    if kept is None:
        raise NotInBin(id=id_)
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
    kind, collection = kinds.of_doctype(work, doctype), body.get(COLLECTION)
    if kind is None or documents.fetch_many(work, kind.collections, [str(collection)]):
        return body
    return {name: value for name, value in body.items() if name != COLLECTION}


def empty(work: Work, kind_name: str) -> int:
    """Forget all that is in the bin of a kind, for good; how many there were."""
    kind = kinds.named(work, kind_name)
    kinds.guard(work, "DELETE", kind)
    number = 0
    while found := store.binned(work, kind.doctypes, _LIMIT):
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
