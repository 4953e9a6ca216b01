"""The SQL of jobs: the queue, who watches which doctype, and lists of the documents that apps see."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.db import Row
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

from .model import NEVER, PRIORITIES, Waiting

_COLUMNS = "id, name, argument, due_at, tries, last_error, worker, priority, failures"
_NONE = ("-",)  # no worker is called so: a list in SQL must not be empty


def _waiting(row: Row) -> Waiting:
    return Waiting(*row)


def insert(work: Work, waiting: Waiting) -> bool:
    """Let a job wait; one of that id that waits already stays as it is, and the answer is False.

    One that was given up waits no more: it begins anew. One that somebody is at waits once more when it is done.
    """
    is_new = work.db.run(
        f"""INSERT INTO jobs (home_id, {_COLUMNS}) VALUES (:home, :id, :name, :argument, :due_at, :tries, :last_error,
                   :worker, :priority, :failures)
            ON CONFLICT (home_id, id) DO UPDATE SET name = excluded.name, argument = excluded.argument,
              due_at = excluded.due_at, tries = excluded.tries, last_error = excluded.last_error, worker = excluded.worker,
              priority = excluded.priority, failures = excluded.failures
             WHERE jobs.due_at = :never""",
        home=work.home, id=waiting.id, name=waiting.name, argument=waiting.argument, due_at=waiting.due_at,
        tries=waiting.tries, last_error=waiting.last_error, worker=waiting.worker, priority=waiting.priority,
        failures=waiting.failures, never=NEVER,
    ) == 1  # fmt: skip
    if not is_new:
        work.db.run(
            """UPDATE jobs SET again_at = :due_at
                WHERE home_id = :home AND id = :id AND leased AND (again_at IS NULL OR again_at > :due_at)""",
            home=work.home, id=waiting.id, due_at=waiting.due_at,
        )  # fmt: skip
    return is_new


def hasten(work: Work, id_: str, due_at: str) -> bool:
    """Let a job that waits be due at this time, where that is sooner; whether it was."""
    return work.db.run(
        "UPDATE jobs SET due_at = :due_at WHERE home_id = :home AND id = :id AND NOT leased AND due_at > :due_at",
        home=work.home, id=id_, due_at=due_at,
    ) == 1  # fmt: skip


def fetch(work: Work, id_: str) -> Waiting | None:
    """A job that waits or is leased."""
    row = work.db.one(
        f"SELECT {_COLUMNS} FROM jobs WHERE home_id = :home AND id = :id", home=work.home, id=id_
    )
    return _waiting(row) if row else None


def set_argument(work: Work, id_: str, argument: str) -> None:
    """Change what came with a job that waits."""
    work.db.run(
        "UPDATE jobs SET argument = :argument WHERE home_id = :home AND id = :id",
        home=work.home, id=id_, argument=argument,
    )  # fmt: skip


def known(work: Work, ids: Sequence[str]) -> set[str]:
    """Which of these wait."""
    rows = work.db.all(
        "SELECT id FROM jobs WHERE home_id = :home AND id IN :ids", home=work.home, ids=list(ids)
    )
    return {row[0] for row in rows}


def is_any(work: Work, worker: str) -> bool:
    """Whether a job of a worker waits or somebody is at one; not one that was given up."""
    row = work.db.one(
        "SELECT 1 FROM jobs WHERE home_id = :home AND worker = :worker AND due_at <> :never LIMIT 1",
        home=work.home, worker=worker, never=NEVER,
    )  # fmt: skip
    return row is not None


def leased_now(work: Work, now: str) -> dict[str, int]:
    """How many jobs of each worker somebody is at."""
    rows = work.db.all(
        """SELECT worker, COUNT(*) FROM jobs
            WHERE home_id = :home AND leased AND due_at > :now GROUP BY worker""",
        home=work.home, now=now,
    )  # fmt: skip
    return {worker: int(count) for worker, count in rows}


def lease(
    work: Work, now: str, until: str, full: Sequence[str] = (), least: int = PRIORITIES[-1]
) -> Waiting | None:
    """Take the urgent job that is due longest, else the other one. full: workers that have enough to do."""
    for priority in PRIORITIES:
        if priority < least:
            return None
        row = work.db.one(
            f"""UPDATE jobs SET due_at = :until, tries = tries + 1, leased = TRUE, again_at = NULL
                 WHERE home_id = :home AND id = (
                   SELECT id FROM jobs
                    WHERE home_id = :home AND priority = :priority AND due_at <= :now AND worker NOT IN :full
                    ORDER BY due_at, id LIMIT 1)
                RETURNING {_COLUMNS}""",
            home=work.home, now=now, until=until, priority=priority, full=[*_NONE, *full],
        )  # fmt: skip
        if row:
            return _waiting(row)
    return None


def held_back(work: Work, now: str, full: Sequence[str]) -> set[str]:
    """Which of these workers something is due for."""
    rows = work.db.all(
        "SELECT DISTINCT worker FROM jobs WHERE home_id = :home AND due_at <= :now AND worker IN :full",
        home=work.home, now=now, full=[*_NONE, *full],
    )  # fmt: skip
    return {row[0] for row in rows}


def remove(work: Work, leased: Waiting) -> bool:
    """Forget a job that is done, unless it was asked for again meanwhile; False when somebody else has leased it since."""
    which = {"home": work.home, "id": leased.id, "tries": leased.tries}
    again = work.db.run(
        """UPDATE jobs SET due_at = again_at, again_at = NULL, tries = 0, failures = 0, last_error = NULL, leased = FALSE
            WHERE home_id = :home AND id = :id AND tries = :tries AND again_at IS NOT NULL""",
        **which,
    )  # fmt: skip
    return again == 1 or work.db.run(
        "DELETE FROM jobs WHERE home_id = :home AND id = :id AND tries = :tries", **which
    ) == 1  # fmt: skip


def drop(work: Work, ids: Sequence[str]) -> int:
    """Forget these jobs, whoever is at them."""
    return work.db.run("DELETE FROM jobs WHERE home_id = :home AND id IN :ids", home=work.home, ids=list(ids))


def put_off(work: Work, leased: Waiting, due_at: str, **changed: int | str | None) -> bool:
    """Let a leased job wait again; False when somebody else has leased it since. changed: tries, failures, last_error."""
    after = {"tries": leased.tries, "failures": leased.failures, "last_error": leased.last_error, **changed}
    return work.db.run(
        """UPDATE jobs SET due_at = :due_at, tries = :new_tries, failures = :failures, last_error = :error, leased = FALSE,
               again_at = NULL
            WHERE home_id = :home AND id = :id AND tries = :tries""",
        home=work.home, id=leased.id, tries=leased.tries, due_at=due_at, new_tries=after["tries"],
        failures=after["failures"], error=after["last_error"],
    ) == 1  # fmt: skip


def note_failures(work: Work, waiting: Waiting, failures: int) -> None:
    """Say how many of the leases of a job ended with an error, rather than with the process."""
    work.db.run(
        "UPDATE jobs SET failures = :failures WHERE home_id = :home AND id = :id AND tries = :tries",
        home=work.home, id=waiting.id, tries=waiting.tries, failures=failures,
    )  # fmt: skip


def renew(work: Work, leased: Waiting, until: str) -> bool:
    """Keep a lease; False when somebody else has it by now."""
    return work.db.run(
        "UPDATE jobs SET due_at = :until WHERE home_id = :home AND id = :id AND tries = :tries",
        home=work.home, id=leased.id, tries=leased.tries, until=until,
    ) == 1  # fmt: skip


def next_due(work: Work) -> str:
    """When the next job is due, or a lease is over; NEVER when there is none."""
    rows = [
        work.db.one(
            "SELECT MIN(due_at) FROM jobs WHERE home_id = :home AND priority = :priority",
            home=work.home, priority=priority,
        )
        for priority in PRIORITIES
    ]  # fmt: skip
    return min((str(row[0]) for row in rows if row and row[0]), default=NEVER)


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


def watch(work: Work, trigger_id: str, doctypes: Sequence[str]) -> None:
    """From now on let a trigger hear of changes of these doctypes, and of no others."""
    work.db.run(
        "DELETE FROM watches WHERE home_id = :home AND trigger_id = :trigger",
        home=work.home,
        trigger=trigger_id,
    )
    for doctype in dict.fromkeys(doctypes):
        work.db.run(
            "INSERT INTO watches (home_id, doctype, trigger_id) VALUES (:home, :doctype, :trigger)",
            home=work.home, doctype=doctype, trigger=trigger_id,
        )  # fmt: skip


def is_any_watching(work: Work) -> bool:
    """Whether any trigger hears of any changes: asked at each write, and most homes have none."""
    return work.db.one("SELECT 1 FROM watches WHERE home_id = :home LIMIT 1", home=work.home) is not None


def watching(work: Work, doctypes: Sequence[str]) -> dict[str, list[str]]:
    """The triggers that hear of changes of these doctypes, by doctype."""
    rows = work.db.all(
        """SELECT doctype, trigger_id FROM watches
            WHERE home_id = :home AND doctype IN :doctypes ORDER BY doctype, trigger_id""",
        home=work.home, doctypes=list(doctypes),
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    for doctype, trigger_id in rows:
        found.setdefault(doctype, []).append(trigger_id)
    return found


def watchers(work: Work) -> set[str]:
    """The triggers that hear of any changes."""
    rows = work.db.all("SELECT DISTINCT trigger_id FROM watches WHERE home_id = :home", home=work.home)
    return {row[0] for row in rows}


def jobs_of(work: Work, trigger_id: str, limit: int) -> list[Document]:
    """The last jobs of a trigger, the newest first."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = 'io.cozy.jobs' AND NOT deleted AND body->>'trigger_id' = :trigger
             ORDER BY body->>'queued_at' DESC, id DESC LIMIT :limit""",
        home=work.home, trigger=trigger_id, limit=limit,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def waiting_for(work: Work, worker: str, limit: int) -> list[Document]:
    """The jobs of a worker that wait or run, the oldest first."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = 'io.cozy.jobs' AND NOT deleted AND body->>'worker' = :worker
               AND body->>'state' IN ('queued', 'running')
             ORDER BY body->>'queued_at', id LIMIT :limit""",
        home=work.home, worker=worker, limit=limit,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def asked_since(work: Work, worker: str, since: str, by: str) -> tuple[int, int]:
    """How many jobs a worker was given since then, and how many of them by this app; what was refused does not count."""
    row = work.db.one(
        """SELECT COUNT(*), COUNT(CASE WHEN body->'cozyMetadata'->>'createdByApp' = :by THEN 1 END) FROM documents
            WHERE home_id = :home AND doctype = 'io.cozy.jobs' AND NOT deleted AND body->>'worker' = :worker
              AND body->>'queued_at' >= :since AND NOT (body->>'state' = 'errored' AND body->>'started_at' < '0002')""",
        home=work.home, worker=worker, since=since, by=by,
    )  # fmt: skip
    assert row is not None
    return int(row[0]), int(row[1])


def unended(work: Work, before: str, limit: int) -> list[Document]:
    """Jobs that were asked for before then and wait or run, though nobody here is at them."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = 'io.cozy.jobs' AND NOT deleted
               AND body->>'state' IN ('queued', 'running')
               AND body->>'queued_at' < :before AND body->>'started_at' < :before
               AND id NOT IN (SELECT id FROM jobs WHERE home_id = :home)
             ORDER BY id LIMIT :limit""",
        home=work.home, before=before, limit=limit,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def old(work: Work, worker: str, state: str, kept: int, before: str, limit: int) -> list[Document]:
    """Jobs of a worker in a state that were asked for before then, apart from the newest ones; the oldest first."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = 'io.cozy.jobs' AND NOT deleted AND body->>'worker' = :worker
               AND body->>'state' = :state AND body->>'queued_at' < :before
               AND id NOT IN (
                 SELECT id FROM documents
                  WHERE home_id = :home AND doctype = 'io.cozy.jobs' AND NOT deleted AND body->>'worker' = :worker
                    AND body->>'state' = :state
                  ORDER BY body->>'queued_at' DESC, id DESC LIMIT :kept)
             ORDER BY body->>'queued_at', id LIMIT :limit""",
        home=work.home, worker=worker, state=state, kept=kept, before=before, limit=limit,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def workers(work: Work) -> list[str]:
    """The workers that jobs were ever asked of."""
    rows = work.db.all(
        """SELECT DISTINCT body->>'worker' FROM documents
            WHERE home_id = :home AND doctype = 'io.cozy.jobs' AND NOT deleted AND body->>'worker' IS NOT NULL""",
        home=work.home,
    )
    return sorted(row[0] for row in rows)
