"""Apps that homes bought, and what was paid for them."""

from __future__ import annotations

from msgspec.structs import asdict

from cozy.kernel.work import Work

from ..model import Earning, Purchase

_TERMS = "slug, title, developer, amount, currency, period, developer_part, host_part, brand_part, asked_at"
_PURCHASE = f"id, of_home, {_TERMS}, paid_at, ends_at, subscription, told_at"
_EARNING = "id, purchase, of_home, domain, at, slug, title, developer, amount, currency, to_developer, to_host, to_brand, gives_back"
MOST = 1000  # of one home


def one(work: Work, id_: str) -> Purchase | None:
    """One of them."""
    row = work.db.one(f"SELECT {_PURCHASE} FROM purchases WHERE id = :id", id=id_)
    return Purchase(*row) if row else None


def paid(work: Work, home_id: str) -> list[Purchase]:
    """What a home has paid for, the newest first."""
    rows = work.db.all(
        f"""SELECT {_PURCHASE} FROM purchases WHERE of_home = :home AND paid_at <> ''
             ORDER BY paid_at DESC, id LIMIT :limit""",
        home=home_id, limit=MOST,
    )  # fmt: skip
    return [Purchase(*row) for row in rows]


def unpaid(work: Work, home_id: str, slug: str) -> list[Purchase]:
    """What a home wanted of an app and has not paid for."""
    rows = work.db.all(
        f"""SELECT {_PURCHASE} FROM purchases WHERE of_home = :home AND slug = :slug AND paid_at = ''
             ORDER BY asked_at DESC, id LIMIT :limit""",
        home=home_id, slug=slug, limit=MOST,
    )  # fmt: skip
    return [Purchase(*row) for row in rows]


def keep(work: Work, purchase: Purchase) -> None:
    """Keep one, or what became of it: what was agreed stays."""
    known = asdict(purchase)
    work.db.run(
        f"""INSERT INTO purchases ({_PURCHASE})
            VALUES (:id, :home_id, :slug, :title, :developer, :amount, :currency, :period, :developer_part, :host_part,
              :brand_part, :asked_at, :paid_at, :ends_at, :subscription, :told_at)
            ON CONFLICT (id) DO UPDATE SET paid_at = excluded.paid_at, ends_at = excluded.ends_at,
              subscription = excluded.subscription, told_at = excluded.told_at""",
        **known,
    )  # fmt: skip


def drop_unpaid(work: Work, home_id: str) -> None:
    """Forget what a home asked for and did not pay."""
    work.db.run("DELETE FROM purchases WHERE of_home = :home AND paid_at = ''", home=home_id)


def earn(work: Work, earning: Earning) -> None:
    """Write down what was paid; each payment once."""
    work.db.run(
        f"""INSERT INTO earnings ({_EARNING})
            VALUES (:id, :purchase, :home_id, :domain, :at, :slug, :title, :developer, :amount, :currency, :to_developer,
              :to_host, :to_brand, :gives_back)
            ON CONFLICT (id) DO NOTHING""",
        **asdict(earning),
    )  # fmt: skip


def earning(work: Work, id_: str) -> Earning | None:
    """One payment; other processes wait that write about the same."""
    work.db.run("UPDATE earnings SET id = id WHERE id = :id", id=id_)
    row = work.db.one(f"SELECT {_EARNING} FROM earnings WHERE id = :id", id=id_)
    return Earning(*row) if row else None


def returns(work: Work, payment: str) -> dict[str, int]:
    """What was given back of a payment, by its number: amounts less than nothing."""
    rows = work.db.all(
        "SELECT id, amount FROM earnings WHERE gives_back = :payment ORDER BY id LIMIT :limit",
        payment=payment, limit=MOST,
    )  # fmt: skip
    return {id_: int(amount) for id_, amount in rows}


def earned(work: Work, month: str, home_id: str) -> list[Earning]:
    """What was paid in a month, in order; by one home, or all."""
    one = "AND of_home = :home" if home_id else ""
    rows = work.db.all(
        f"SELECT {_EARNING} FROM earnings WHERE at >= :first AND at < :after {one} ORDER BY at, id",
        first=f"{month}-01", after=f"{month}-32", **({"home": home_id} if home_id else {}),
    )  # fmt: skip
    return [Earning(*row) for row in rows]
