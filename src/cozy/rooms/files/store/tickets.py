"""Secrets that open something for a few minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from cozy.kernel.clock import iso
from cozy.kernel.work import Work

from ..model import Ticket

TTL_S = 600
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def insert(work: Work, ticket: Ticket) -> None:
    """A new ticket, good for ten minutes."""
    work.db.run(
        """INSERT INTO tickets (home_id, secret, kind, details, expires_at)
           VALUES (:home, :secret, :kind, :details, :expires_at)""",
        home=work.home, secret=ticket.secret, kind=ticket.kind,
        details=msgspec.json.encode(ticket.details).decode(), expires_at=iso(work.now + timedelta(seconds=TTL_S)),
    )  # fmt: skip


def fetch(work: Work, kind: str, secret: str) -> dict[str, Any] | None:
    """What a ticket opens, while it is good."""
    row = work.db.one(
        """SELECT details FROM tickets
            WHERE home_id = :home AND secret = :secret AND kind = :kind AND expires_at > :now""",
        home=work.home, secret=secret, kind=kind, now=iso(work.now),
    )  # fmt: skip
    return _decode(row[0]) if row else None


def forget_expired(work: Work) -> None:
    """Those that are no longer good."""
    work.db.run(
        "DELETE FROM tickets WHERE home_id = :home AND expires_at <= :now", home=work.home, now=iso(work.now)
    )
