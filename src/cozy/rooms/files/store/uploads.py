"""Resumable uploads under way, and what became of them until they are forgotten."""

from __future__ import annotations

import msgspec

from cozy.kernel.clock import iso
from cozy.kernel.work import Work

from ..model import Upload, Wish


class _Details(msgspec.Struct):
    """The column `details`."""

    wish: Wish
    file_id: str = ""


_decode = msgspec.json.Decoder(_Details).decode


def insert(work: Work, upload: Upload) -> None:
    """A new upload."""
    work.db.run(
        """INSERT INTO uploads (home_id, id, size, details, expires_at)
           VALUES (:home, :id, :size, :details, :expires_at)""",
        home=work.home, id=upload.id, size=upload.size, details=_details(upload), expires_at=upload.expires_at,
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
    """An upload by its id."""
    row = work.db.one(
        "SELECT id, size, details, expires_at FROM uploads WHERE home_id = :home AND id = :id",
        home=work.home, id=id_,
    )  # fmt: skip
    if row is None:
        return None
    id_, size, text, expires_at = row
    details = _decode(text)
    return Upload(id_, size, details.wish, expires_at, details.file_id)


def remove(work: Work, id_: str) -> None:
    """Forget an upload."""
    work.db.run("DELETE FROM uploads WHERE home_id = :home AND id = :id", home=work.home, id=id_)


def expired(work: Work, limit: int) -> list[str]:
    """Ids of the uploads whose time is over."""
    rows = work.db.all(
        "SELECT id FROM uploads WHERE home_id = :home AND expires_at <= :now ORDER BY expires_at LIMIT :limit",
        home=work.home, now=iso(work.now), limit=limit,
    )  # fmt: skip
    return [row[0] for row in rows]
