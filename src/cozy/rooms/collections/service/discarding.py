"""Deleting items, one or all of a collection."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.permissions import service as permissions

from .. import store
from ..model import Entry
from ..ports import Kind
from . import binned
from .following import lose

_PAGE = 1000


def discard(work: Work, kind: Kind, there: Entry, *, is_binned: bool = True, along: str = "") -> None:
    """Delete an item, into the bin unless it is a copy of what is elsewhere. Raises NobodyIn, NotAllowed.

    along: the id in the bin of the collection that goes with it.
    """
    document = documents.fetch(work, there.doctype, there.id)
    permissions.guard(work, "DELETE", there.doctype, {there.id}, document.body)
    if is_binned:
        binned.keep(work, document, along)
    lose(work, kind, there, documents.delete(work, document).seq)


def clear(work: Work, kind: Kind, collection: str, *, is_binned: bool, along: str = "") -> None:
    """Delete everything that is in a collection, as `discard` does; in the order of the kind's doctypes, in which it comes
    back: people before the groups that name them.
    """
    for doctype in kind.doctypes:
        after = ""
        while found := store.entries(work, kind.name, collection, after, _PAGE):
            for each in found:
                if each.doctype == doctype:
                    discard(work, kind, each, is_binned=is_binned, along=along)
            after = found[-1].name
