"""The SQL of notifications: lists of their documents, what waits for the daily mail, browsers that take messages."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.db import Row
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

from .model import Subscription

_SUBSCRIPTION = "id, session, endpoint, p256dh, auth, created_at"


def last_of(work: Work, source_id: str) -> Document | None:
    """The newest of a source."""
    row = work.db.one(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = 'io.cozy.notifications' AND NOT deleted AND body->>'source_id' = :source
             ORDER BY body->>'created_at' DESC, id DESC LIMIT 1""",
        home=work.home, source=source_id,
    )  # fmt: skip
    return documents.document(row) if row else None


def unread_of(work: Work, source_id: str) -> list[Document]:
    """Those of a source that were told and not read."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = 'io.cozy.notifications' AND NOT deleted AND body->>'source_id' = :source
               AND body->>'read_at' IS NULL AND body->>'at' IS NULL""",
        home=work.home, source=source_id,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def listed(work: Work, before: tuple[str, str] | None, limit: int) -> list[Document]:
    """What was told, the newest first. before: created_at and id of the last that was seen."""
    at, id_ = before or ("~", "")
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = 'io.cozy.notifications' AND NOT deleted AND body->>'at' IS NULL
               AND (body->>'created_at' < :at OR (body->>'created_at' = :at AND id < :id))
             ORDER BY body->>'created_at' DESC, id DESC LIMIT :limit""",
        home=work.home, at=at, id=id_, limit=limit,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def unread(work: Work, limit: int) -> list[Document]:
    """What was told and not read, the oldest first."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = 'io.cozy.notifications' AND NOT deleted AND body->>'read_at' IS NULL
               AND body->>'at' IS NULL
             ORDER BY body->>'created_at' LIMIT :limit""",
        home=work.home, limit=limit,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def count_unread(work: Work, most: int) -> int:
    """How many were told and not read; no more than `most` are counted, since every page asks.

    Each has a date: asking for it leads SQLite to the index of the unread, past the many that were read.
    """
    row = work.db.one(
        """SELECT COUNT(*) FROM (
             SELECT 1 FROM documents
              WHERE home_id = :home AND doctype = 'io.cozy.notifications' AND NOT deleted AND body->>'read_at' IS NULL
                AND body->>'at' IS NULL AND body->>'created_at' > ''
              LIMIT :most) AS found""",
        home=work.home, most=most,
    )  # fmt: skip
    assert row is not None
    return int(row[0])


def count_since(work: Work, slug: str, originator: str, since: str) -> int:
    """How many somebody sent since then."""
    row = work.db.one(
        """SELECT COUNT(*) FROM documents
            WHERE home_id = :home AND doctype = 'io.cozy.notifications' AND NOT deleted
              AND body->>'created_at' >= :since AND body->>'originator' = :originator
              AND COALESCE(body->>'slug', '') = :slug""",
        home=work.home, since=since, originator=originator, slug=slug,
    )  # fmt: skip
    assert row is not None
    return int(row[0])


def old(work: Work, before: str, limit: int) -> list[Document]:
    """What was told before then, apart from the newest of each source, which the next one is compared with."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = 'io.cozy.notifications' AND NOT deleted
               AND body->>'created_at' < :before AND body->>'at' IS NULL
               AND EXISTS (
                 SELECT 1 FROM documents later
                  WHERE later.home_id = :home AND later.doctype = 'io.cozy.notifications' AND NOT later.deleted
                    AND later.body->>'source_id' = documents.body->>'source_id'
                    AND later.body->>'created_at' > documents.body->>'created_at')
             ORDER BY body->>'created_at' LIMIT :limit""",
        home=work.home, before=before, limit=limit,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def gather(work: Work, id_: str) -> None:
    """Let a notification wait for the daily mail."""
    work.db.run(
        """INSERT INTO notifications_gathered (home_id, id) VALUES (:home, :id)
           ON CONFLICT (home_id, id) DO NOTHING""",
        home=work.home, id=id_,
    )  # fmt: skip


def gathered(work: Work) -> list[str]:
    """What waits for the daily mail."""
    rows = work.db.all(
        "SELECT id FROM notifications_gathered WHERE home_id = :home ORDER BY id", home=work.home
    )
    return [str(row[0]) for row in rows]


def drop_gathered(work: Work, ids: Sequence[str]) -> None:
    """These were mailed."""
    for part in range(0, len(ids), 200):
        work.db.run(
            "DELETE FROM notifications_gathered WHERE home_id = :home AND id IN :ids",
            home=work.home, ids=list(ids[part : part + 200]),
        )  # fmt: skip


def keep_subscription(work: Work, subscription: Subscription) -> None:
    """Keep where a browser takes messages; what it said before goes."""
    work.db.run(
        f"""INSERT INTO push_subscriptions (home_id, {_SUBSCRIPTION})
            VALUES (:home, :id, :session, :endpoint, :p256dh, :auth, :created_at)
            ON CONFLICT (home_id, id) DO UPDATE SET session = excluded.session, p256dh = excluded.p256dh, auth = excluded.auth,
              created_at = excluded.created_at""",
        home=work.home, id=subscription.id, session=subscription.session, endpoint=subscription.endpoint,
        p256dh=subscription.p256dh, auth=subscription.auth, created_at=subscription.created_at,
    )  # fmt: skip


def subscriptions(work: Work) -> list[Subscription]:
    """The browsers that take messages, the first one first."""
    rows = work.db.all(
        f"SELECT {_SUBSCRIPTION} FROM push_subscriptions WHERE home_id = :home ORDER BY created_at, id",
        home=work.home,
    )
    return [_subscription(row) for row in rows]


def subscription(work: Work, id_: str) -> Subscription | None:
    """One of them."""
    row = work.db.one(
        f"SELECT {_SUBSCRIPTION} FROM push_subscriptions WHERE home_id = :home AND id = :id",
        home=work.home, id=id_,
    )  # fmt: skip
    return _subscription(row) if row else None


def _subscription(row: Row) -> Subscription:
    return Subscription(*map(str, row))


def drop_subscription(work: Work, id_: str) -> bool:
    """Forget one of them; False when there is none."""
    return work.db.run(
        "DELETE FROM push_subscriptions WHERE home_id = :home AND id = :id", home=work.home, id=id_
    ) == 1  # fmt: skip
