"""Credentials: passphrase, codes, passkeys, links; a row each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from cozy.kernel.clock import iso
from cozy.kernel.db import Row
from cozy.kernel.work import Work

from ..model import Credential

_COLUMNS = "kind, id, details, created_at, expires_at"
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def _credential(row: Row) -> Credential:
    kind, id_, details, created_at, expires_at = row
    return Credential(kind, id_, _decode(details), created_at, expires_at)


def put(work: Work, kind: str, id_: str, details: dict[str, Any], expires_at: datetime | None = None) -> None:
    """Keep a credential, in place of the one of that id."""
    work.db.run(
        f"""INSERT INTO credentials (home_id, {_COLUMNS})
            VALUES (:home, :kind, :id, :details, :created_at, :expires_at)
            ON CONFLICT (home_id, kind, id) DO UPDATE
               SET details = excluded.details, created_at = excluded.created_at, expires_at = excluded.expires_at""",
        home=work.home, kind=kind, id=id_, details=msgspec.json.encode(details).decode(), created_at=iso(work.now),
        expires_at=expires_at and iso(expires_at),
    )  # fmt: skip


def spend(work: Work, kind: str, id_: str, expires_at: datetime) -> bool:
    """Note that something was used, until it would have expired anyway; False when it was already."""
    return work.db.run(
        """INSERT INTO credentials (home_id, kind, id, details, created_at, expires_at)
           VALUES (:home, :kind, :id, '{}', :created_at, :expires_at)
           ON CONFLICT (home_id, kind, id) DO NOTHING""",
        home=work.home, kind=kind, id=id_, created_at=iso(work.now), expires_at=iso(expires_at),
    ) == 1  # fmt: skip


def one(work: Work, kind: str, id_: str = "main") -> Credential | None:
    """A credential that has not expired."""
    row = work.db.one(
        f"""SELECT {_COLUMNS} FROM credentials
             WHERE home_id = :home AND kind = :kind AND id = :id AND (expires_at IS NULL OR expires_at > :now)""",
        home=work.home, kind=kind, id=id_, now=iso(work.now),
    )  # fmt: skip
    return _credential(row) if row else None


def of_kind(work: Work, kind: str, limit: int = 100) -> list[Credential]:
    """The credentials of a kind, oldest first."""
    rows = work.db.all(
        f"""SELECT {_COLUMNS} FROM credentials
             WHERE home_id = :home AND kind = :kind ORDER BY created_at, id LIMIT :limit""",
        home=work.home, kind=kind, limit=limit,
    )  # fmt: skip
    return [_credential(row) for row in rows]


def change(work: Work, kind: str, id_: str, details: dict[str, Any]) -> bool:
    """Change what a credential holds; False when there is none."""
    return work.db.run(
        "UPDATE credentials SET details = :details WHERE home_id = :home AND kind = :kind AND id = :id",
        home=work.home, kind=kind, id=id_, details=msgspec.json.encode(details).decode(),
    ) == 1  # fmt: skip


def drop(work: Work, kind: str, id_: str = "main") -> bool:
    """Forget a credential; False when there was none."""
    return work.db.run(
        "DELETE FROM credentials WHERE home_id = :home AND kind = :kind AND id = :id",
        home=work.home, kind=kind, id=id_,
    ) == 1  # fmt: skip


def drop_kind(work: Work, kind: str) -> None:
    """Forget all credentials of a kind."""
    work.db.run("DELETE FROM credentials WHERE home_id = :home AND kind = :kind", home=work.home, kind=kind)


def drop_expired(work: Work) -> None:
    """Forget what has expired."""
    work.db.run(
        "DELETE FROM credentials WHERE home_id = :home AND expires_at <= :now",
        home=work.home,
        now=iso(work.now),
    )
