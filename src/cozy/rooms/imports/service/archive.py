"""My archive: documents that came in and have no room of their own, as plain lists that can be searched."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.documents.model import Document
from cozy.rooms.permissions import service as permissions

from .. import store
from ..errors import NotInArchive

# By doctype, the member that says when.
SHELVES: Mapping[str, str] = {
    "io.cozy.messages": "date",
    "io.cozy.activities": "date",
    "io.cozy.timeseries.geojson": "startDate",
    "io.cozy.bank.operations": "date",
    "io.cozy.bank.accounts": "label",
    "io.cozy.bookmarks": "created_at",
}


def counts(work: Work) -> dict[str, int]:
    """How much there is of each kind, of those of which there is something. Raises NobodyIn, NotAllowed."""
    for doctype in SHELVES:
        permissions.guard(work, "GET", doctype, None, None)
    return store.counts(work, list(SHELVES))


def found(work: Work, doctype: str, text: str, skip: int, limit: int) -> list[Document]:
    """What holds all these words, the newest first. Raises NotInArchive, NobodyIn, NotAllowed."""
    if doctype not in SHELVES:
        raise NotInArchive(doctype=doctype)
    permissions.guard(work, "GET", doctype, None, None)
    words = [msgspec.json.encode(word).decode()[1:-1] for word in text.split()]
    return store.archived(work, doctype, SHELVES[doctype], words, skip, limit)


def one(work: Work, doctype: str, id_: str) -> Document:
    """One of them. Raises NotInArchive, NobodyIn, NotAllowed."""
    if doctype not in SHELVES:
        raise NotInArchive(doctype=doctype)
    permissions.guard(work, "GET", doctype, {id_}, None)
    try:
        return documents.fetch(work, doctype, id_)
    except NoDocument as error:
        raise NotInArchive(doctype=doctype, id=id_) from error
