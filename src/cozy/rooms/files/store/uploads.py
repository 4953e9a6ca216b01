"""Resumable uploads under way, and what became of them until they are forgotten."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cozy.kernel.clock import iso
from cozy.kernel.work import Work

from ..model import Upload, Wish


class _Details(msgspec.Struct):
    """The column `details`. wish: None for an upload that another room sees to the end of."""

    wish: Wish | None = None
    file_id: str = ""


_decode = msgspec.json.Decoder(_Details).decode


def insert(work: Work, upload: Upload) -> None:
    """A new upload."""
    work.db.run(
        """INSERT INTO uploads (home_id, id, size, details, expires_at)
           VALUES (:home, :id, :size, :details, :expires_at)""",
        home=work.home, id=upload.id, size=upload.size, details=_details(upload), expires_at=upload.expires_at,
    )  # fmt: skip


def lend(work: Work, id_: str, expires_at: str) -> None:
    """A new upload that becomes what another room wants."""
    work.db.run(
        """INSERT INTO uploads (home_id, id, size, details, expires_at)
           VALUES (:home, :id, 0, '{}', :expires_at)""",
        home=work.home, id=id_, expires_at=expires_at,
    )  # fmt: skip


def extend(work: Work, ids: Sequence[str], expires_at: str) -> None:
    """Keep uploads until then."""
    work.db.run(
        "UPDATE uploads SET expires_at = :expires_at WHERE home_id = :home AND id IN :ids",
        home=work.home, ids=list(ids), expires_at=expires_at,
    )  # fmt: skip


def update(work: Work, upload: Upload) -> None:
    """What became of it."""
    work.db.run(
        """UPDATE uploads SET details = :details, expires_at = :expires_at
            WHERE home_id = :home AND id = :id""",
        home=work.home, id=upload.id, details=_details(upload), expires_at=upload.expires_at,
    )  # fmt: skip


def _details(upload: Upload) -> str:
    return msgspec.json.encode(_Details(upload.wish, upload.file_id)).decode()


def fetch(work: Work, id_: str) -> Upload | None:
    """An upload by its id, unless it is another room's."""
    row = work.db.one(
        "SELECT id, size, details, expires_at FROM uploads WHERE home_id = :home AND id = :id",
        home=work.home, id=id_,
    )  # fmt: skip
    if row is None:
        return None
    id_, size, text, expires_at = row
    details = _decode(text)
    return Upload(id_, size, details.wish, expires_at, details.file_id) if details.wish else None


def remove(work: Work, *ids: str) -> None:
    """Forget uploads."""
    work.db.run("DELETE FROM uploads WHERE home_id = :home AND id IN :ids", home=work.home, ids=list(ids))


def expired(work: Work, limit: int) -> list[str]:
    """Ids of the uploads whose time is over."""
    rows = work.db.all(
        "SELECT id FROM uploads WHERE home_id = :home AND expires_at <= :now ORDER BY expires_at LIMIT :limit",
        home=work.home, now=iso(work.now), limit=limit,
    )  # fmt: skip
    return [row[0] for row in rows]
