"""What can be done with sharings."""

from __future__ import annotations

from typing import Any

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document, Query
from cozy.rooms.files.model import FILES
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NotAllowed

from .model import SHARED, SHARINGS, Sharing

LIMIT = 1000  # cozy-stack's


def of_doctype(work: Work, doctype: str, *, with_documents: bool) -> list[Sharing]:
    """The sharings with a rule for a doctype, and the documents in them. Raises NobodyIn, NotAllowed."""
    permissions.guard(work, "GET", doctype, None, None)
    ruled = {"rules": {"$elemMatch": {"doctype": doctype}}}
    return [
        Sharing(found, _shared(work, found) if with_documents else ()) for found in _sharings(work, ruled)
    ]


def drives(work: Work) -> list[Sharing]:
    """The drives that are shared. Raises NobodyIn, NotAllowed."""
    permissions.guard(work, "GET", FILES, None, None)
    return [Sharing(found) for found in _sharings(work, {"active": True, "drive": True})]


def news(work: Work) -> int:
    """How many invitations nobody has looked at yet, a thousand at most. Raises NotAllowed for guests of a link."""
    if work.caller.kind == "share":
        raise NotAllowed(verb="GET", doctype=SHARINGS)
    query = Query(selector={"metadata.sharing.status": "new"}, limit=LIMIT)
    return len(documents.find(work, FILES, query).documents)


def _sharings(work: Work, selector: dict[str, Any]) -> list[Document]:
    return documents.find(work, SHARINGS, Query(selector=selector, limit=LIMIT)).documents


def _shared(work: Work, sharing: Document) -> tuple[tuple[str, str], ...]:
    """Ids of `io.cozy.shared` are `doctype/id`."""
    query = Query(selector={f"infos.{sharing.id}": {"$exists": True}}, limit=LIMIT)
    found = documents.find(work, SHARED, query).documents
    return tuple((doctype, id_) for doctype, _, id_ in (each.id.partition("/") for each in found))
