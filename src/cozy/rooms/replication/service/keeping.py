"""What this home knows of shared documents, as documents `io.cozy.shared`."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.sharing.model import SHARED

from ..model import Shared, shared_of


def fetch(work: Work, doctype: str, id_: str) -> Shared:
    """What is known of a document; of one that never was shared that it is in nothing."""
    key = f"{doctype}/{id_}"
    return fetch_many(work, [key]).get(key) or Shared(doctype, id_)


def fetch_many(work: Work, keys: Sequence[str]) -> dict[str, Shared]:
    """The same of many, by `doctype/id`; those that never were shared are left out."""
    found: dict[str, Shared] = {}
    for start in range(0, len(keys), 250):
        for key, one in documents.fetch_many(work, SHARED, keys[start : start + 250]).items():
            found[key] = shared_of(key, one.rev, one.body)
    return found


def put(work: Work, shared: Shared) -> None:
    """Keep it as it is now; what is in no sharing any more is forgotten."""
    known = documents.fetch_many(work, SHARED, [shared.key]).get(shared.key)
    if not shared.infos:
        if known is not None:
            documents.delete(work, known)
        return
    body = shared.body()
    if known is None:
        shared.doc_rev = documents.create(work, SHARED, body, id_=shared.key).rev
    elif dict(known.body) != body:
        shared.doc_rev = documents.update(work, known, body).rev


def later(work: Work, since: int, limit: int) -> tuple[list[Shared], int]:
    """What changed after a seq, and the seq that this reaches; tombstones are left out."""
    changes = documents.changes(work, SHARED, since, limit)
    found = [shared_of(one.id, one.rev, one.body) for one in changes if not one.deleted]
    return found, changes[-1].seq if changes else since


def last_seq(work: Work) -> int:
    """The number of the last change in this home."""
    return documents.last_seq(work)
