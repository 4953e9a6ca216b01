"""The SQL of jobs."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.db import Row
from cozy.kernel.work import Work

from .model import NEVER, Waiting

_COLUMNS = "id, name, argument, due_at, tries, last_error"


def _waiting(row: Row) -> Waiting:
    return Waiting(*row)


def insert(work: Work, waiting: Waiting) -> None:
    """Let a job wait; one of that id that waits already stays as it is."""
    work.db.run(
        f"""INSERT INTO jobs (home_id, {_COLUMNS}) VALUES (:home, :id, :name, :argument, :due_at, :tries, :last_error)
            ON CONFLICT (home_id, id) DO NOTHING""",
        home=work.home, id=waiting.id, name=waiting.name, argument=waiting.argument, due_at=waiting.due_at,
        tries=waiting.tries, last_error=waiting.last_error,
    )  # fmt: skip


def known(work: Work, ids: Sequence[str]) -> set[str]:
    """Which of these wait."""
    rows = work.db.all(
        "SELECT id FROM jobs WHERE home_id = :home AND id IN :ids", home=work.home, ids=list(ids)
    )
    return {row[0] for row in rows}


def lease(work: Work, now: str, until: str) -> Waiting | None:
    """Take the job that is due longest."""
    row = work.db.one(
        f"""UPDATE jobs SET due_at = :until, tries = tries + 1
             WHERE home_id = :home AND id = (
               SELECT id FROM jobs WHERE home_id = :home AND due_at <= :now ORDER BY due_at, id LIMIT 1)
            RETURNING {_COLUMNS}""",
        home=work.home, now=now, until=until,
    )  # fmt: skip
    return _waiting(row) if row else None


def remove(work: Work, leased: Waiting) -> bool:
    """Forget a job that is done; False when somebody else has leased it since."""
    return work.db.run(
        "DELETE FROM jobs WHERE home_id = :home AND id = :id AND tries = :tries",
        home=work.home, id=leased.id, tries=leased.tries,
    ) == 1  # fmt: skip


def put_off(work: Work, leased: Waiting, due_at: str, tries: int, error: str | None) -> bool:
    """Let a leased job wait again; False when somebody else has leased it since."""
    return work.db.run(
        """UPDATE jobs SET due_at = :due_at, tries = :new_tries, last_error = :error
            WHERE home_id = :home AND id = :id AND tries = :tries""",
        home=work.home, id=leased.id, tries=leased.tries, new_tries=tries, due_at=due_at, error=error,
    ) == 1  # fmt: skip


def next_due(work: Work) -> str:
    """When the next job is due; NEVER when none is."""
    row = work.db.one("SELECT MIN(due_at) FROM jobs WHERE home_id = :home", home=work.home)
    return str(row[0]) if row and row[0] else NEVER


def given_up(work: Work, limit: int) -> list[Waiting]:
    """Jobs that failed for good, oldest first."""
    rows = work.db.all(
        f"SELECT {_COLUMNS} FROM jobs WHERE home_id = :home AND due_at = :never ORDER BY id LIMIT :limit",
        home=work.home, never=NEVER, limit=limit,
    )  # fmt: skip
    return [_waiting(row) for row in rows]


def forget_given_up(work: Work, before: str) -> int:
    """Forget jobs that failed for good whose id is below this one."""
    return work.db.run(
        "DELETE FROM jobs WHERE home_id = :home AND due_at = :never AND id < :before",
        home=work.home, never=NEVER, before=before,
    )  # fmt: skip
