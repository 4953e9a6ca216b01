"""The SQL of permissions, over the documents of their doctype."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

_LIVING = f"""SELECT {documents.COLUMNS} FROM documents
     WHERE home_id = :home AND doctype = 'io.cozy.permissions' AND NOT deleted"""


def of_source(work: Work, type_: str, source_id: str) -> Document | None:
    """The permission of an app, a connector or a client."""
    row = work.db.one(
        f"{_LIVING} AND body->>'type' = :type AND body->>'source_id' = :source ORDER BY id LIMIT 1",
        type=type_, source=source_id, home=work.home,
    )  # fmt: skip
    return documents.document(row) if row else None


def of_code(work: Work, code: str) -> Document | None:
    """The permission that a link's code, or short code, opens."""
    row = work.db.one(
        """SELECT permission_id FROM share_codes WHERE home_id = :home AND code = :code""",
        home=work.home, code=code,
    )  # fmt: skip
    return documents.fetch_many(work, "io.cozy.permissions", [row[0]]).get(row[0]) if row else None


def set_codes(work: Work, permission_id: str, codes: list[str]) -> None:
    """Let these codes, and no others, open a permission."""
    work.db.run(
        "DELETE FROM share_codes WHERE home_id = :home AND permission_id = :id",
        home=work.home,
        id=permission_id,
    )
    for code in codes:
        work.db.run(
            "INSERT INTO share_codes (home_id, code, permission_id) VALUES (:home, :code, :id)",
            home=work.home, code=code, id=permission_id,
        )  # fmt: skip


def all_(work: Work, limit: int = 1000) -> list[Document]:
    """Every permission of the home."""
    rows = work.db.all(f"{_LIVING} ORDER BY id LIMIT :limit", limit=limit, home=work.home)
    return [documents.document(row) for row in rows]
