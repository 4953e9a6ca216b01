"""Holds: contents that stay while somebody needs them as they were, whatever becomes of what names them."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.work import Work


def add(work: Work, holder: str) -> None:
    """Somebody holds every content of the home, from this transaction on."""
    work.db.run(
        "INSERT INTO holds (home_id, holder) VALUES (:home, :holder) ON CONFLICT (home_id, holder) DO NOTHING",
        home=work.home, holder=holder,
    )  # fmt: skip


def remove(work: Work, holder: str) -> None:
    """They hold no more."""
    work.db.run("DELETE FROM holds WHERE home_id = :home AND holder = :holder", home=work.home, holder=holder)


def is_any(work: Work) -> bool:
    """Whether somebody holds."""
    return work.db.one("SELECT 1 FROM holds WHERE home_id = :home LIMIT 1", home=work.home) is not None


def is_held_by(work: Work, holder: str) -> bool:
    """Whether one of them holds."""
    row = work.db.one(
        "SELECT 1 FROM holds WHERE home_id = :home AND holder = :holder", home=work.home, holder=holder
    )
    return row is not None


def remember(work: Work, sha256: str) -> None:
    """A content would be free if nobody held it."""
    work.db.run(
        "INSERT INTO held_contents (home_id, sha256) VALUES (:home, :sha256) ON CONFLICT (home_id, sha256) DO NOTHING",
        home=work.home, sha256=sha256,
    )  # fmt: skip


def remembered(work: Work, limit: int) -> list[str]:
    """Some of those."""
    rows = work.db.all(
        "SELECT sha256 FROM held_contents WHERE home_id = :home ORDER BY sha256 LIMIT :limit",
        home=work.home, limit=limit,
    )  # fmt: skip
    return [row[0] for row in rows]


def forget(work: Work, hashes: Sequence[str]) -> None:
    """They are seen to."""
    work.db.run(
        "DELETE FROM held_contents WHERE home_id = :home AND sha256 IN :hashes",
        home=work.home,
        hashes=list(hashes),
    )
