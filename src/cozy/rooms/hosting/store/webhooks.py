"""Webhooks, and what each of them is told: a row for each message and webhook."""

from __future__ import annotations

from cozy.kernel.clock import iso
from cozy.kernel.db import Taken
from cozy.kernel.work import Work

from ..errors import ToldAlready
from ..model import Delivery, Webhook

_WEBHOOK = "id, url, secret, created_at, secret_before, before_until"
_DELIVERY = "id, webhook_id, message_id, kind, body, created_at, due_at, tries, state, error"


def keep(work: Work, webhook: Webhook) -> None:
    """Keep a new one. Raises ToldAlready."""
    try:
        work.db.run(
            f"INSERT INTO webhooks ({_WEBHOOK}) VALUES (:id, :url, :secret, :created_at, '', '')",
            id=webhook.id, url=webhook.url, secret=webhook.secret, created_at=webhook.created_at,
        )  # fmt: skip
    except Taken as taken:
        raise ToldAlready(parameter="url") from taken


def listed(work: Work) -> list[Webhook]:
    """All of them, the oldest first."""
    rows = work.db.all(f"SELECT {_WEBHOOK} FROM webhooks ORDER BY created_at, id LIMIT 100")
    return [Webhook(*row) for row in rows]


def one(work: Work, id_: str) -> Webhook | None:
    """One of them."""
    row = work.db.one(f"SELECT {_WEBHOOK} FROM webhooks WHERE id = :id", id=id_)
    return Webhook(*row) if row else None


def renew(work: Work, webhook: Webhook) -> None:
    """Keep its secrets."""
    work.db.run(
        "UPDATE webhooks SET secret = :secret, secret_before = :before, before_until = :until WHERE id = :id",
        id=webhook.id, secret=webhook.secret, before=webhook.secret_before, until=webhook.before_until,
    )  # fmt: skip


def drop(work: Work, id_: str) -> bool:
    """Forget one, with what it was told and is not told any more; False when there is none."""
    work.db.run("DELETE FROM deliveries WHERE webhook_id = :id", id=id_)
    return work.db.run("DELETE FROM webhooks WHERE id = :id", id=id_) == 1


def add(work: Work, delivery: Delivery) -> None:
    """Let a message wait, unless this webhook has it already."""
    work.db.run(
        f"""INSERT INTO deliveries ({_DELIVERY})
            VALUES (:id, :webhook_id, :message_id, :kind, :body, :created_at, :due_at, 0, 'waiting', '')
            ON CONFLICT (webhook_id, message_id) DO NOTHING""",
        id=delivery.id, webhook_id=delivery.webhook_id, message_id=delivery.message_id, kind=delivery.kind,
        body=delivery.body, created_at=delivery.created_at, due_at=delivery.due_at,
    )  # fmt: skip


def has(work: Work, webhook_id: str, message_id: str) -> bool:
    """Whether a webhook has a message, told or not."""
    found = work.db.one(
        "SELECT 1 FROM deliveries WHERE webhook_id = :webhook AND message_id = :message",
        webhook=webhook_id, message=message_id,
    )  # fmt: skip
    return found is not None


def due(work: Work, limit: int) -> list[Delivery]:
    """What may leave now, so much of each webhook, longest waiting first."""
    rows = work.db.all(
        f"""SELECT {_DELIVERY} FROM (
              SELECT {_DELIVERY}, ROW_NUMBER() OVER (PARTITION BY webhook_id ORDER BY due_at, id) AS place
                FROM deliveries WHERE state = 'waiting' AND due_at <= :now) AS waiting
             WHERE place <= :limit ORDER BY due_at, id""",
        now=iso(work.now), limit=limit,
    )  # fmt: skip
    return [Delivery(*row) for row in rows]


def latest(work: Work, state: str, limit: int) -> list[Delivery]:
    """The newest first; those in a state, "" for all."""
    some = "WHERE state = :state" if state else ""
    rows = work.db.all(
        f"SELECT {_DELIVERY} FROM deliveries {some} ORDER BY created_at DESC, id DESC LIMIT :limit",
        limit=limit, **({"state": state} if state else {}),
    )  # fmt: skip
    return [Delivery(*row) for row in rows]


def take(work: Work, delivery: Delivery, until: str) -> bool:
    """Take one for a try; False when somebody else did. until: when it is tried again, should we die over it."""
    return (
        work.db.run(
            """UPDATE deliveries SET due_at = :until, tries = tries + 1
                WHERE id = :id AND state = 'waiting' AND due_at = :due_at""",
            id=delivery.id, due_at=delivery.due_at, until=until,
        )
        == 1
    )  # fmt: skip


def settle(work: Work, id_: str, state: str, due_at: str, error: str) -> None:
    """Note what became of a try."""
    work.db.run(
        "UPDATE deliveries SET state = :state, due_at = :due_at, error = :error WHERE id = :id",
        id=id_, state=state, due_at=due_at, error=error,
    )  # fmt: skip


def again(work: Work, id_: str) -> bool:
    """Let one wait anew; False when there is none."""
    return (
        work.db.run(
            "UPDATE deliveries SET state = 'waiting', due_at = :now, tries = 0 WHERE id = :id",
            id=id_, now=iso(work.now),
        )
        == 1
    )  # fmt: skip


def forget(work: Work, before: str) -> None:
    """Forget what was told, or given up, before a moment."""
    work.db.run("DELETE FROM deliveries WHERE state <> 'waiting' AND created_at < :before", before=before)
