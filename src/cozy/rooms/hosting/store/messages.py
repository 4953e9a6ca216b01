"""What the host says to every home, and how far it has come."""

from __future__ import annotations

from cozy.kernel.db import Row
from cozy.kernel.work import Work

from ..model import Message

_MESSAGE = "id, title, body, created_at, told_to, told, done"


def _message(row: Row) -> Message:
    return Message(*row[:-1], done=bool(row[-1]))


def keep(work: Work, message: Message) -> None:
    """Keep what is to be said to every home."""
    work.db.run(
        f"""INSERT INTO messages ({_MESSAGE}) VALUES (:id, :title, :body, :created_at, :told_to, :told, :done)""",
        id=message.id, title=message.title, body=message.body, created_at=message.created_at, told_to=message.told_to,
        told=message.told, done=message.done,
    )  # fmt: skip


def listed(work: Work, limit: int = 50) -> list[Message]:
    """What was said, the newest first."""
    rows = work.db.all(
        f"SELECT {_MESSAGE} FROM messages ORDER BY created_at DESC, id DESC LIMIT :limit", limit=limit
    )
    return [_message(row) for row in rows]


def under_way(work: Work) -> Message | None:
    """The first that not every home was told yet."""
    row = work.db.one(f"SELECT {_MESSAGE} FROM messages WHERE NOT done ORDER BY created_at, id LIMIT 1")
    return _message(row) if row else None


def mark(work: Work, id_: str, told_to: str, more: int, done: bool) -> None:
    """Note how far it has come."""
    work.db.run(
        "UPDATE messages SET told_to = :told_to, told = told + :more, done = :done WHERE id = :id",
        id=id_, told_to=told_to, more=more, done=done,
    )  # fmt: skip
