"""Locks, a row each."""

from __future__ import annotations

from datetime import timedelta

from cozy.kernel.clock import iso
from cozy.kernel.db import Row
from cozy.kernel.work import Work

from ..model import Lock, chain

_COLUMNS = "token, path, depth, scope, owner, holder, timeout_s, expires_at"
_DEEP = -1


def _lock(row: Row) -> Lock:
    token, path, depth, *rest = row
    return Lock(token, path, depth == _DEEP, *rest)


def around(work: Work, path: str) -> list[Lock]:
    """The living locks at a path, on the folders around it, and on what is inside it.

    Most homes have none, which is much quicker to see.
    """
    if work.db.one("SELECT 1 FROM dav_locks WHERE home_id = :home LIMIT 1", home=work.home) is None:
        return []
    below = path.rstrip("/") + "/"
    rows = work.db.all(
        f"""SELECT {_COLUMNS} FROM dav_locks
             WHERE home_id = :home AND expires_at > :now AND (path IN :above OR substr(path, 1, :length) = :below)
             ORDER BY path, token""",
        home=work.home, now=iso(work.now), above=chain(path), below=below, length=len(below),
    )  # fmt: skip
    return [_lock(row) for row in rows]


def one(work: Work, token: str) -> Lock | None:
    """The living lock of this token."""
    row = work.db.one(
        f"SELECT {_COLUMNS} FROM dav_locks WHERE home_id = :home AND token = :token AND expires_at > :now",
        home=work.home, token=token, now=iso(work.now),
    )  # fmt: skip
    return _lock(row) if row else None


def count(work: Work) -> int:
    """How many locks there are."""
    row = work.db.one("SELECT COUNT(*) FROM dav_locks WHERE home_id = :home", home=work.home)
    return int(row[0]) if row else 0


def add(work: Work, lock: Lock) -> None:
    """Keep a new lock."""
    work.db.run(
        f"""INSERT INTO dav_locks (home_id, {_COLUMNS})
            VALUES (:home, :token, :path, :depth, :scope, :owner, :holder, :timeout, :expires_at)""",
        home=work.home, token=lock.token, path=lock.path, depth=_DEEP if lock.is_deep else 0, scope=lock.scope,
        owner=lock.owner, holder=lock.holder, timeout=lock.timeout_s, expires_at=lock.expires_at,
    )  # fmt: skip


def extend(work: Work, token: str, timeout_s: int) -> None:
    """Let a lock live as long as this from now on."""
    work.db.run(
        """UPDATE dav_locks SET timeout_s = :timeout, expires_at = :expires_at
            WHERE home_id = :home AND token = :token""",
        home=work.home, token=token, timeout=timeout_s, expires_at=iso(work.now + timedelta(seconds=timeout_s)),
    )  # fmt: skip


def drop(work: Work, token: str) -> None:
    """Forget a lock."""
    work.db.run("DELETE FROM dav_locks WHERE home_id = :home AND token = :token", home=work.home, token=token)


def drop_at(work: Work, path: str) -> None:
    """Forget the locks at a path and inside it: what they bound is no longer there."""
    below = path.rstrip("/") + "/"
    work.db.run(
        """DELETE FROM dav_locks
            WHERE home_id = :home AND (path = :path OR substr(path, 1, :length) = :below)""",
        home=work.home, path=path, below=below, length=len(below),
    )  # fmt: skip


def drop_below(work: Work, path: str) -> None:
    """Forget the locks inside a folder, whose place is another's from now on."""
    below = path.rstrip("/") + "/"
    work.db.run(
        "DELETE FROM dav_locks WHERE home_id = :home AND substr(path, 1, :length) = :below",
        home=work.home, below=below, length=len(below),
    )  # fmt: skip


def drop_expired(work: Work) -> None:
    """Forget locks whose time is over."""
    work.db.run(
        "DELETE FROM dav_locks WHERE home_id = :home AND expires_at <= :now",
        home=work.home,
        now=iso(work.now),
    )
