"""Plans, a row each."""

from __future__ import annotations

import msgspec

from cozy.kernel.db import Row
from cozy.kernel.work import Work

from ..model import Plan

_COLUMNS = "name, title, quota, price, currency, features"


def _plan(row: Row) -> Plan:
    return Plan(*row[:-1], features=msgspec.json.decode(row[-1]))


def keep(work: Work, plan: Plan) -> None:
    """Keep a plan, in place of the one of that name."""
    work.db.run(
        f"""INSERT INTO plans ({_COLUMNS}) VALUES (:name, :title, :quota, :price, :currency, :features)
            ON CONFLICT (name) DO UPDATE SET title = excluded.title, quota = excluded.quota, price = excluded.price,
              currency = excluded.currency, features = excluded.features""",
        name=plan.name, title=plan.title, quota=plan.quota, price=plan.price, currency=plan.currency,
        features=msgspec.json.encode(plan.features).decode(),
    )  # fmt: skip


def one(work: Work, name: str) -> Plan | None:
    """The plan of that name."""
    row = work.db.one(f"SELECT {_COLUMNS} FROM plans WHERE name = :name", name=name)
    return _plan(row) if row else None


def listed(work: Work) -> list[Plan]:
    """All of them, by price."""
    return [
        _plan(row) for row in work.db.all(f"SELECT {_COLUMNS} FROM plans ORDER BY price, name LIMIT 1000")
    ]


def drop(work: Work, name: str) -> bool:
    """Offer it no more; False when it is not there."""
    return work.db.run("DELETE FROM plans WHERE name = :name", name=name) == 1
