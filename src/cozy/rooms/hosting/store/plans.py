"""Plans, a row each."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from cozy.kernel.db import Row
from cozy.kernel.work import Work

from ..model import NO_PLAN, Agreed, Plan

_COLUMNS = "name, title, quota, price, currency, changeable, features"


def _plan(row: Row) -> Plan:
    return Plan(*row[:-2], features=msgspec.json.decode(row[-1]), changeable=bool(row[-2]))


def keep(work: Work, plan: Plan) -> None:
    """Keep a plan, in place of the one of that name."""
    work.db.run(
        f"""INSERT INTO plans ({_COLUMNS}) VALUES (:name, :title, :quota, :price, :currency, :changeable, :features)
            ON CONFLICT (name) DO UPDATE SET title = excluded.title, quota = excluded.quota, price = excluded.price,
              currency = excluded.currency, changeable = excluded.changeable, features = excluded.features""",
        name=plan.name, title=plan.title, quota=plan.quota, price=plan.price, currency=plan.currency,
        changeable=int(plan.changeable), features=msgspec.json.encode(plan.features).decode(),
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


def note(work: Work, home_id: str, at: str, plan: Plan, left_from: str = "") -> None:
    """Write down which plan a home has from a moment on; or had until then, when it went."""
    work.db.run(
        """INSERT INTO agreed_plans (of_home, at, plan, title, price, currency, left_from)
           VALUES (:home, :at, :plan, :title, :price, :currency, :left_from)
           ON CONFLICT (of_home, at) DO UPDATE SET plan = excluded.plan, title = excluded.title, price = excluded.price,
             currency = excluded.currency, left_from = excluded.left_from""",
        home=home_id, at=at, plan=plan.name, title=plan.title, price=plan.price, currency=plan.currency, left_from=left_from,
    )  # fmt: skip


def begin(work: Work, home_id: str, at: str, plan: Plan) -> None:
    """Write down that a home was made, where nobody has: with this plan, unless it is known which ones it had later."""
    has_some = work.db.one("SELECT 1 FROM agreed_plans WHERE of_home = :home LIMIT 1", home=home_id)
    if not work.db.one(
        "SELECT 1 FROM agreed_plans WHERE of_home = :home AND at <= :at LIMIT 1", home=home_id, at=at
    ):
        note(work, home_id, at, NO_PLAN if has_some else plan)


def agreed(work: Work, month: str, home_id: str) -> dict[str, Agreed]:
    """What was agreed with each home at the end of a month, or with one, at what it cost when they got it."""
    one = "WHERE of_home = :home" if home_id else ""
    rows = work.db.all(
        f"SELECT of_home, at, plan, title, price, currency, left_from FROM agreed_plans {one} ORDER BY of_home, at",
        **({"home": home_id} if home_id else {}),
    )
    found: dict[str, Agreed] = {}
    for home, at, name, title, price, currency, left_from in rows:
        known = found.get(home) or Agreed(NO_PLAN)
        if at[: len(month)] <= month:
            plan = Plan(name, title, None, int(price), currency, {})
            known = Agreed(plan, not left_from or at[: len(month)] == month, known.left_from)
        found[home] = replace(known, left_from=left_from or known.left_from)
    return found
