"""Who pays by a payment service, and what it has told."""

from __future__ import annotations

from cozy.kernel.clock import iso
from cozy.kernel.db import Taken
from cozy.kernel.work import Work

from ..model import Payer

_COLUMNS = "customer, subscription, subscription_at, plan_at, unpaid_at"


def payer(work: Work, home_id: str) -> Payer | None:
    """How the service knows the owner of a home."""
    row = work.db.one(f"SELECT of_home, {_COLUMNS} FROM payers WHERE of_home = :home", home=home_id)
    return Payer(*row) if row else None


def hold(work: Work, customer: str) -> None:
    """Let other processes wait that heard something of the same owner."""
    work.db.run("UPDATE payers SET customer = customer WHERE customer = :customer", customer=customer)


def of_customer(work: Work, customer: str) -> Payer | None:
    """Whose number this is."""
    row = work.db.one(f"SELECT of_home, {_COLUMNS} FROM payers WHERE customer = :customer", customer=customer)
    return Payer(*row) if row else None


def keep(work: Work, payer: Payer) -> None:
    """Keep how the service knows somebody, and what they pay for there."""
    work.db.run(
        f"""INSERT INTO payers (of_home, {_COLUMNS})
            VALUES (:home, :customer, :subscription, :subscription_at, :plan_at, :unpaid_at)
            ON CONFLICT (of_home) DO UPDATE SET customer = excluded.customer, subscription = excluded.subscription,
              subscription_at = excluded.subscription_at, plan_at = excluded.plan_at, unpaid_at = excluded.unpaid_at""",
        home=payer.home_id, customer=payer.customer, subscription=payer.subscription,
        subscription_at=payer.subscription_at, plan_at=payer.plan_at, unpaid_at=payer.unpaid_at,
    )  # fmt: skip


def drop(work: Work, home_id: str) -> None:
    """Forget how the service knows the owner of a home."""
    work.db.run("DELETE FROM payers WHERE of_home = :home", home=home_id)


def is_new(work: Work, event_id: str) -> bool:
    """Note that something was told; False when it was told before."""
    try:
        with work.db.attempt():
            work.db.run(
                "INSERT INTO payment_events (id, at) VALUES (:id, :now)", id=event_id, now=iso(work.now)
            )
    except Taken:
        return False
    return True


def forget(work: Work, before: str) -> None:
    """Forget which messages came before a moment."""
    work.db.run("DELETE FROM payment_events WHERE at < :before", before=before)
