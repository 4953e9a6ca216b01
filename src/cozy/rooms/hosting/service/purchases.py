"""Apps that homes buy: what they may open, what was paid, and whose it is. What a home does with an app is unknown here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import asdict, replace

from cozy.kernel.clock import iso
from cozy.kernel.ids import new_id
from cozy.kernel.text import cell
from cozy.kernel.work import Work
from cozy.rooms.apps.ports import Wish
from cozy.rooms.homes.model import Listing, Split

from .. import store
from ..errors import BoughtAlready, NoPurchase
from ..model import Earning, Payout, Purchase, Sold
from ..ports import Paid


def of_home(work: Work, home_id: str) -> list[Purchase]:
    """The apps that a home has paid for, the newest first."""
    return store.purchases.paid(work, home_id)


def of_app(work: Work, home_id: str, slug: str) -> Purchase | None:
    """What a home has of an app: what opens, else what opened last."""
    found = [each for each in store.purchases.paid(work, home_id) if each.slug == slug]
    return next((each for each in found if is_open(work, each)), found[0] if found else None)


def is_open(work: Work, purchase: Purchase) -> bool:
    """Whether the app opens."""
    return bool(purchase.paid_at) and (not purchase.ends_at or iso(work.now) < purchase.ends_at)


def ask(work: Work, home_id: str, wish: Wish, split: Split) -> Purchase:
    """What is to be bought, as it is agreed: what was asked for and not paid yet, else a new one. Raises BoughtAlready."""
    here = of_app(work, home_id, wish.slug)
    if here is not None and is_open(work, here):
        raise BoughtAlready
    price = wish.price
    new = Purchase(
        new_id()[:20], home_id, wish.slug, wish.title[:200], wish.developer[:200], price.amount, price.currency, price.period,
        split.developer, split.host, split.brand, iso(work.now),
    )  # fmt: skip
    for before in store.purchases.unpaid(work, home_id, wish.slug):
        if replace(before, id=new.id, asked_at=new.asked_at) == new:
            return before
    store.purchases.keep(work, new)
    return new


def subscribed(work: Work, home_id: str, purchase_id: str) -> Purchase:
    """One that is paid for each month. Raises NoPurchase."""
    found = store.purchases.one(work, purchase_id)
    if found is None or found.home_id != home_id or not found.subscription or not is_open(work, found):
        raise NoPurchase
    return found


def end(work: Work, purchase: Purchase, ends_at: int) -> None:
    """Note when it ends. ends_at: in seconds since 1970; 0: it goes on."""
    store.purchases.keep(work, replace(purchase, ends_at=_at(ends_at)))


def note(work: Work, listing: Listing, told: Paid) -> None:
    """Do what the payment service tells of a purchase of this home."""
    known = store.purchases.one(work, told.purchase)
    if known is None or known.home_id != listing.id:
        return
    if told.amount is not None:
        known = replace(known, paid_at=known.paid_at or iso(work.now))
        if told.amount:
            store.purchases.earn(work, _earned(known, listing, told, told.amount))
    if told.ends_at is not None and told.at >= known.told_at:
        known = replace(known, ends_at=_at(told.ends_at), told_at=told.at)
    store.purchases.keep(work, replace(known, subscription=told.subscription or known.subscription))


def _earned(known: Purchase, listing: Listing, told: Paid, amount: int) -> Earning:
    to_host, to_brand = amount * known.host_part // 100, amount * known.brand_part // 100
    return Earning(
        told.payment, known.id, listing.id, listing.domain, _at(told.at), known.slug, known.title, known.developer, amount,
        told.currency or known.currency, amount - to_host - to_brand, to_host, to_brand,
    )  # fmt: skip


def earnings(work: Work, month: str, home_id: str = "") -> list[Earning]:
    """What was paid for apps in a month, by all homes or one, in order. month: 2026-12."""
    return store.purchases.earned(work, month, home_id)


def sold(work: Work, month: str, home_id: str = "") -> dict[str, list[Earning]]:
    """The same by home."""
    found: dict[str, list[Earning]] = {}
    for each in earnings(work, month, home_id):
        found.setdefault(each.home_id, []).append(each)
    return found


def on_statement(earned: Iterable[Earning]) -> tuple[Sold, ...]:
    """What a statement says of them."""
    return tuple(Sold(each.slug, each.title, each.amount, each.currency) for each in earned)


def payouts(work: Work, month: str) -> list[Payout]:
    """What is due to whom for a month, by developer and currency."""
    sums: dict[tuple[str, str], Payout] = {}
    for each in earnings(work, month):
        key = (each.developer, each.currency)
        before = sums.get(key) or Payout(month, *key, 0, 0, 0, 0, 0)
        sums[key] = Payout(
            month, *key, before.payments + 1, before.amount + each.amount, before.to_developer + each.to_developer,
            before.to_host + each.to_host, before.to_brand + each.to_brand,
        )  # fmt: skip
    return [sums[key] for key in sorted(sums)]


def as_csv(rows: Iterable[Struct], kind: type[Struct]) -> str:
    """A table (RFC 4180) of payouts or earnings."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(kind.__struct_fields__)
    table.writerows(map(cell, asdict(row).values()) for row in rows)
    return out.getvalue()


def _at(seconds: int) -> str:
    return iso(datetime.fromtimestamp(seconds, UTC)) if seconds else ""
