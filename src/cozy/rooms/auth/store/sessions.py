"""Sessions, a row each; of their secret only the hash."""

from __future__ import annotations

from datetime import datetime

import msgspec

from cozy.kernel.clock import iso
from cozy.kernel.db import Row
from cozy.kernel.work import Work

from ..model import Details, Session

_COLUMNS = "id, details, created_at, seen_at, expires_at"
_decode = msgspec.json.Decoder(Details).decode


def _session(row: Row) -> Session:
    id_, details, created_at, seen_at, expires_at = row
    return Session(id_, _decode(details), created_at, seen_at, expires_at)


def add(work: Work, id_: str, secret_sha256: str, details: Details, expires_at: datetime) -> None:
    """Open a session."""
    work.db.run(
        """INSERT INTO sessions (home_id, id, secret_sha256, details, created_at, seen_at, expires_at)
           VALUES (:home, :id, :secret_sha256, :details, :now, :now, :expires_at)""",
        home=work.home, id=id_, secret_sha256=secret_sha256, details=msgspec.json.encode(details).decode(),
        now=iso(work.now), expires_at=iso(expires_at),
    )  # fmt: skip


def opened_with(work: Work, id_: str, secret_sha256: str) -> Session | None:
    """The living session of that id and secret."""
    row = work.db.one(
        f"""SELECT {_COLUMNS} FROM sessions
             WHERE home_id = :home AND id = :id AND secret_sha256 = :secret_sha256 AND expires_at > :now""",
        home=work.home, id=id_, secret_sha256=secret_sha256, now=iso(work.now),
    )  # fmt: skip
    return _session(row) if row else None


def living_one(work: Work, id_: str) -> Session | None:
    """A session that is open."""
    row = work.db.one(
        f"SELECT {_COLUMNS} FROM sessions WHERE home_id = :home AND id = :id AND expires_at > :now",
        home=work.home, id=id_, now=iso(work.now),
    )  # fmt: skip
    return _session(row) if row else None


def living(work: Work, limit: int = 200) -> list[Session]:
    """The sessions that are open, the last seen first."""
    rows = work.db.all(
        f"""SELECT {_COLUMNS} FROM sessions
             WHERE home_id = :home AND expires_at > :now ORDER BY seen_at DESC, id LIMIT :limit""",
        home=work.home, now=iso(work.now), limit=limit,
    )  # fmt: skip
    return [_session(row) for row in rows]


def see(work: Work, id_: str, expires_at: datetime) -> None:
    """Note that a session is in use."""
    work.db.run(
        "UPDATE sessions SET seen_at = :now, expires_at = :expires_at WHERE home_id = :home AND id = :id",
        home=work.home, id=id_, now=iso(work.now), expires_at=iso(expires_at),
    )  # fmt: skip


def last_seen(work: Work) -> str:
    """When a session was last in use; "" where none was."""
    row = work.db.one("SELECT max(seen_at) FROM sessions WHERE home_id = :home", home=work.home)
    return str(row[0]) if row and row[0] else ""


def end(work: Work, id_: str) -> bool:
    """End a session; False when there was none."""
    return work.db.run("DELETE FROM sessions WHERE home_id = :home AND id = :id", home=work.home, id=id_) == 1


def end_others(work: Work, id_: str) -> int:
    """End every session but one; "" ends all. Says how many."""
    return work.db.run("DELETE FROM sessions WHERE home_id = :home AND id <> :id", home=work.home, id=id_)


def drop_expired(work: Work) -> None:
    """Forget sessions that are over."""
    work.db.run(
        "DELETE FROM sessions WHERE home_id = :home AND expires_at <= :now", home=work.home, now=iso(work.now)
    )


def has_logins(work: Work) -> bool:
    """Whether somebody came in here before."""
    row = work.db.one(
        """SELECT 1 FROM documents WHERE home_id = :home AND doctype = 'io.cozy.sessions.logins' AND NOT deleted LIMIT 1""",
        home=work.home,
    )
    return row is not None
