"""Who is let in: tokens, wrong secrets, browsers."""

from __future__ import annotations

from datetime import datetime

from cozy.kernel.clock import iso
from cozy.kernel.work import Work

from ..model import Token

_COLUMNS = "id, name, secret_sha256, created_at, seen_at, expires_at"


def keep_token(work: Work, token: Token) -> None:
    """Keep a new token."""
    work.db.run(
        f"""INSERT INTO admin_tokens ({_COLUMNS})
            VALUES (:id, :name, :secret_sha256, :created_at, :seen_at, :expires_at)""",
        id=token.id, name=token.name, secret_sha256=token.secret_sha256, created_at=token.created_at,
        seen_at=token.seen_at, expires_at=token.expires_at,
    )  # fmt: skip


def token(work: Work, id_: str) -> Token | None:
    """A token whose time is not up."""
    row = work.db.one(
        f"SELECT {_COLUMNS} FROM admin_tokens WHERE id = :id AND expires_at > :now", id=id_, now=iso(work.now)
    )
    return Token(*row) if row else None


def tokens(work: Work) -> list[Token]:
    """Every token, the oldest first."""
    rows = work.db.all(f"SELECT {_COLUMNS} FROM admin_tokens ORDER BY created_at, id LIMIT 1000")
    return [Token(*row) for row in rows]


def see_token(work: Work, id_: str) -> None:
    """Note that a token is in use."""
    work.db.run("UPDATE admin_tokens SET seen_at = :now WHERE id = :id", id=id_, now=iso(work.now))


def drop_token(work: Work, id_: str) -> bool:
    """Forget a token; False when there is none."""
    return work.db.run("DELETE FROM admin_tokens WHERE id = :id", id=id_) == 1


def note_attempt(work: Work, id_: str, address: str) -> None:
    """Note a wrong secret."""
    work.db.run(
        "INSERT INTO admin_attempts (token_id, address, at) VALUES (:id, :address, :now)",
        id=id_, address=address, now=iso(work.now),
    )  # fmt: skip


def attempts(work: Work, id_: str, address: str, since: datetime) -> int:
    """How many wrong secrets came with the id of a token, from an address."""
    row = work.db.one(
        "SELECT count(*) FROM admin_attempts WHERE token_id = :id AND address = :address AND at > :since",
        id=id_, address=address, since=iso(since),
    )  # fmt: skip
    return int(row[0]) if row else 0


def forget_attempts(work: Work, before: datetime) -> None:
    """Forget those that count no more."""
    work.db.run("DELETE FROM admin_attempts WHERE at <= :before", before=iso(before))


def keep_session(work: Work, secret_sha256: str, token_id: str, expires_at: datetime) -> None:
    """Keep that a browser is in."""
    work.db.run(
        "INSERT INTO admin_sessions (secret_sha256, token_id, expires_at) VALUES (:secret_sha256, :token_id, :expires_at)",
        secret_sha256=secret_sha256, token_id=token_id, expires_at=iso(expires_at),
    )  # fmt: skip


def session(work: Work, secret_sha256: str) -> Token | None:
    """The token that a browser came in with, while neither is over."""
    row = work.db.one(
        f"""SELECT {_COLUMNS} FROM admin_tokens
             WHERE expires_at > :now AND id = (SELECT token_id FROM admin_sessions
                                                WHERE secret_sha256 = :secret_sha256 AND expires_at > :now)""",
        secret_sha256=secret_sha256, now=iso(work.now),
    )  # fmt: skip
    return Token(*row) if row else None


def drop_session(work: Work, secret_sha256: str) -> None:
    """Forget that a browser is in."""
    work.db.run(
        "DELETE FROM admin_sessions WHERE secret_sha256 = :secret_sha256", secret_sha256=secret_sha256
    )


def drop_old_sessions(work: Work) -> None:
    """Forget browsers whose time is up."""
    work.db.run("DELETE FROM admin_sessions WHERE expires_at <= :now", now=iso(work.now))
