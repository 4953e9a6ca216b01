"""The SQL of apps, over the documents of their doctypes."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document


def one(work: Work, doctype: str, slug: str) -> Document | None:
    """The document of an app or a connector."""
    id_ = f"{doctype}/{slug}"
    return documents.fetch_many(work, doctype, [id_]).get(id_)


def listed(work: Work, doctype: str, start: str, limit: int) -> list[Document]:
    """Those of a doctype by slug, from one on."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = :doctype AND NOT deleted AND id >= :start
             ORDER BY id LIMIT :limit""",
        home=work.home, doctype=doctype, start=f"{doctype}/{start}", limit=limit,
    )  # fmt: skip
    return [documents.document(row) for row in rows]
