"""Attempts at the door, a row each, for as long as they count."""

from __future__ import annotations

from datetime import datetime

from cozy.kernel.clock import iso
from cozy.kernel.work import Work


def add(work: Work, kind: str, who: str) -> None:
    """Note an attempt."""
    work.db.run(
        "INSERT INTO attempts (home_id, kind, who, at) VALUES (:home, :kind, :who, :at)",
        home=work.home, kind=kind, who=who, at=iso(work.now),
    )  # fmt: skip


def nth_newest(work: Work, kind: str, who: str, nth: int, since: datetime) -> str | None:
    """When the nth newest attempt since a moment was, if there were that many."""
    row = work.db.one(
        """SELECT at FROM attempts WHERE home_id = :home AND kind = :kind AND who = :who AND at > :since
            ORDER BY at DESC LIMIT 1 OFFSET :skipped""",
        home=work.home, kind=kind, who=who, since=iso(since), skipped=nth - 1,
    )  # fmt: skip
    return row[0] if row else None


def forget(work: Work, kind: str, who: str) -> None:
    """Forget somebody's attempts: they got in."""
    work.db.run(
        "DELETE FROM attempts WHERE home_id = :home AND kind = :kind AND who = :who",
        home=work.home, kind=kind, who=who,
    )  # fmt: skip


def forget_before(work: Work, kind: str, moment: datetime) -> None:
    """Forget attempts that count no more."""
    work.db.run(
        "DELETE FROM attempts WHERE home_id = :home AND kind = :kind AND at <= :moment",
        home=work.home, kind=kind, moment=iso(moment),
    )  # fmt: skip
