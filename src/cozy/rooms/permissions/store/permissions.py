"""Permissions, over the documents of their doctype."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

from ..model import PERMISSIONS, Type, source_of

_LIVING = f"""SELECT {documents.COLUMNS} FROM documents
     WHERE home_id = :home AND doctype = 'io.cozy.permissions' AND NOT deleted"""


def of_source(work: Work, type_: Type, source_id: str) -> Document | None:
    """The permission of an app, a connector or a client; the first by id, were there several.

    It is sorted here: an order in the statement would make SQLite look through every permission in that order.
    """
    rows = work.db.all(
        f"{_LIVING} AND body->>'type' = :type AND body->>'source_id' = :source",
        type=type_, source=source_of(type_, source_id), home=work.home,
    )  # fmt: skip
    return min(map(documents.document, rows), key=lambda found: found.id, default=None)


def made_by(work: Work, source: str) -> list[Document]:
    """The links that an app or a client made."""
    rows = work.db.all(
        f"{_LIVING} AND body->>'type' = 'share' AND body->>'source_id' = :source ORDER BY id",
        source=source, home=work.home,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def by_ids(work: Work, ids: Sequence[str]) -> dict[str, Document]:
    """Those of these permissions that there are, by id."""
    return documents.fetch_many(work, PERMISSIONS, ids)


def all_(work: Work, limit: int = 1000) -> list[Document]:
    """Every permission of the home."""
    rows = work.db.all(f"{_LIVING} ORDER BY id LIMIT :limit", limit=limit, home=work.home)
    return [documents.document(row) for row in rows]
