"""What homes cost, and what failed: a row for each day."""

from __future__ import annotations

from cozy.kernel.home import Home
from cozy.kernel.meter import Spent
from cozy.kernel.work import Work

from ..model import Day, Failure, Month


def add(work: Work, home: Home, day: str, spent: Spent, stored: int | None) -> None:
    """Add to what a home cost on a day. stored: None where it is not known."""
    work.db.run(
        """INSERT INTO usage_days (of_home, day, domain, stored, received, sent, requests, active)
           VALUES (:home, :day, :domain, :stored, :received, :sent, :requests, :active)
           ON CONFLICT (of_home, day) DO UPDATE SET
             domain = excluded.domain,
             stored = COALESCE(excluded.stored, usage_days.stored),
             received = usage_days.received + excluded.received,
             sent = usage_days.sent + excluded.sent,
             requests = usage_days.requests + excluded.requests,
             active = CASE WHEN excluded.active > usage_days.active THEN excluded.active ELSE usage_days.active END""",
        home=home.id, day=day, domain=home.domain, stored=stored, received=spent.received, sent=spent.sent,
        requests=spent.requests, active=int(spent.is_lived_in),
    )  # fmt: skip


def days(work: Work, home_id: str, first: str, last: str, limit: int = 1000) -> list[Day]:
    """What a home cost, by day."""
    rows = work.db.all(
        """SELECT day, stored, received, sent, requests FROM usage_days
            WHERE of_home = :home AND day >= :first AND day <= :last ORDER BY day LIMIT :limit""",
        home=home_id, first=first, last=last, limit=limit,
    )  # fmt: skip
    return [Day(*row) for row in rows]


def month(work: Work, month: str, home_id: str) -> list[Month]:
    """What each home cost in a month, of those that were used in it; or one home."""
    one = "AND of_home = :home" if home_id else ""
    rows = work.db.all(
        f"""SELECT of_home, max(domain), COALESCE(max(stored), 0), sum(received), sum(sent), sum(requests), sum(active)
              FROM usage_days WHERE day >= :first AND day <= :last {one} GROUP BY of_home""",
        first=f"{month}-01", last=f"{month}-31", **({"home": home_id} if home_id else {}),
    )  # fmt: skip
    return [
        Month(id_, domain, month, int(stored), int(received), int(sent), int(requests), -(-int(active) // 7))
        for id_, domain, stored, received, sent, requests, active in rows
    ]


def stored_before(work: Work, home_id: str, month: str) -> int:
    """What a home held when it was last used before the end of a month."""
    row = work.db.one(
        """SELECT stored FROM usage_days WHERE of_home = :home AND day <= :last AND stored IS NOT NULL
            ORDER BY day DESC LIMIT 1""",
        home=home_id, last=f"{month}-31",
    )  # fmt: skip
    return int(row[0]) if row else 0


def add_failures(work: Work, day: str, job: str, tries: int) -> None:
    """Add to how many tries of a kind of jobs went wrong on a day."""
    work.db.run(
        """INSERT INTO failures (day, job, tries) VALUES (:day, :job, :tries)
           ON CONFLICT (day, job) DO UPDATE SET tries = failures.tries + excluded.tries""",
        day=day, job=job, tries=tries,
    )  # fmt: skip


def failures(work: Work, since: str) -> list[Failure]:
    """Which kinds of jobs went wrong, the most first."""
    rows = work.db.all(
        """SELECT job, sum(tries), max(day) FROM failures WHERE day >= :since
            GROUP BY job ORDER BY sum(tries) DESC, job LIMIT 200""",
        since=since,
    )
    return [Failure(job, int(tries), day) for job, tries, day in rows]
