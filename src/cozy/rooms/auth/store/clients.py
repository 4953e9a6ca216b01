"""The SQL of OAuth2 clients, over the documents of their doctype."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

_LIVING = f"""SELECT {documents.COLUMNS} FROM documents
     WHERE home_id = :home AND doctype = 'io.cozy.oauth.clients' AND NOT deleted"""


def page(work: Work, after: str, limit: int) -> list[Document]:
    """Clients by id, those after an id."""
    rows = work.db.all(
        f"{_LIVING} AND id > :after ORDER BY id LIMIT :limit", home=work.home, after=after, limit=limit
    )
    return [documents.document(row) for row in rows]


def named_like(work: Work, name: str) -> list[str]:
    """The names among those of all clients that begin so."""
    rows = work.db.all(
        """SELECT body->>'client_name' FROM documents
            WHERE home_id = :home AND doctype = 'io.cozy.oauth.clients' AND NOT deleted
              AND substr(body->>'client_name', 1, :length) = :name LIMIT 1000""",
        home=work.home, name=name, length=len(name),
    )  # fmt: skip
    return [row[0] for row in rows]


def with_secret(work: Work, onboarding_sha256: str) -> Document | None:
    """The client that was registered with this onboarding secret."""
    row = work.db.one(
        f"{_LIVING} AND body->>'onboarding_sha256' = :secret ORDER BY id LIMIT 1",
        home=work.home,
        secret=onboarding_sha256,
    )
    return documents.document(row) if row else None
