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
from ..ports import Charge, Paid


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
            store.purchases.earn(work, _earned(work, known, listing, told, told.amount))
    if told.ends_at is not None and told.at >= known.told_at:
        known = replace(known, ends_at=_at(told.ends_at), told_at=told.at)
    store.purchases.keep(work, replace(known, subscription=told.subscription or known.subscription))


def _earned(work: Work, known: Purchase, listing: Listing, told: Paid, amount: int) -> Earning:
    return Earning(
        told.payment, known.id, listing.id, listing.domain, _booked_at(work, told.at), known.slug, known.title, known.developer,
        amount, told.currency or known.currency, *_divided(known, amount),
    )  # fmt: skip


def _divided(known: Purchase | None, amount: int) -> tuple[int, int, int]:
    """What is the developer's, the host's and the brand's; for a plan, all is the host's."""
    if known is None:
        return 0, amount, 0
    to_host, to_brand = amount * known.host_part // 100, amount * known.brand_part // 100
    return amount - to_host - to_brand, to_host, to_brand


def _booked_at(work: Work, seconds: int) -> str:
    """When it came to be; now, where that was in a month before this one: what is on a statement stays."""
    at = _at(seconds)
    return at if at[:7] == iso(work.now)[:7] else iso(work.now)


def earn_plan(work: Work, listing: Listing, told: Paid) -> None:
    """Write down what was paid for a plan."""
    store.purchases.earn(work, plan_earning(work, listing, told))


def plan_earning(work: Work, listing: Listing, told: Paid) -> Earning:
    """What was paid for a plan."""
    name = told.paid_plan or listing.hosted.plan
    plan = store.plans.one(work, name)
    amount = told.amount or 0
    return Earning(
        told.payment, "", listing.id, listing.domain, _booked_at(work, told.at), "", plan.title if plan else name, "",
        amount, told.currency, *_divided(None, amount),
    )  # fmt: skip


def give_back(work: Work, payment: Earning, charge: Charge) -> None:
    """Write down what was given back of a payment, each once, divided as the payment was. An app that was bought once, and of which
    all was given back, does not open any more.
    """
    known = store.purchases.one(work, payment.purchase) if payment.purchase else None
    for each in charge.returns:
        _take_back(work, payment, known, each.id, -each.amount, each.at)
        if each.is_undone:
            _take_back(work, payment, known, f"{each.id} undone", each.amount, each.at)
    if known is not None and known.period == "once":
        is_left = payment.amount + sum(store.purchases.returns(work, payment.id).values()) > 0
        ends_at = "" if is_left else known.ends_at or iso(work.now)
        store.purchases.keep(work, replace(known, ends_at=ends_at))


def _take_back(
    work: Work, payment: Earning, known: Purchase | None, id_: str, amount: int, seconds: int
) -> None:
    """Divide all that is left after it, so that nothing is left of a part when nothing is left of the whole."""
    returned = store.purchases.returns(work, payment.id)
    if id_ in returned:
        return
    before = payment.amount + sum(returned.values())
    parts = [
        after - then
        for after, then in zip(_divided(known, before + amount), _divided(known, before), strict=True)
    ]
    line = replace(
        payment, id=id_, at=_booked_at(work, seconds), amount=amount, to_developer=parts[0], to_host=parts[1], to_brand=parts[2],
        gives_back=payment.id,
    )  # fmt: skip
    store.purchases.earn(work, line)


def earnings(work: Work, month: str, home_id: str = "") -> list[Earning]:
    """What was paid in a month and what was given back, by all homes or one, in order. month: 2026-12."""
    return store.purchases.earned(work, month, home_id)


def on_statements(work: Work, month: str, home_id: str = "") -> dict[str, list[Earning]]:
    """What is on a statement of it, by home: apps, and what was given back. The price of the plan stands there by itself."""
    found: dict[str, list[Earning]] = {}
    for each in earnings(work, month, home_id):
        if each.slug or each.gives_back:
            found.setdefault(each.home_id, []).append(each)
    return found


def sold(earned: Iterable[Earning], *, gives_back: bool) -> tuple[Sold, ...]:
    """What a statement says of what was paid, or of what was given back."""
    return tuple(
        Sold(each.slug, each.title, each.amount, each.currency)
        for each in earned
        if bool(each.gives_back) == gives_back
    )


def payouts(work: Work, month: str) -> list[Payout]:
    """What is due to whom for a month, by developer and currency."""
    sums: dict[tuple[str, str], Payout] = {}
    for each in earnings(work, month):
        if not each.slug:
            continue
        key = (each.developer, each.currency)
        before = sums.get(key) or Payout(month, *key, 0, 0, 0, 0, 0)
        back = each.amount if each.gives_back else 0
        sums[key] = Payout(
            month, *key, before.payments + (not each.gives_back), before.amount + each.amount,
            before.to_developer + each.to_developer, before.to_host + each.to_host, before.to_brand + each.to_brand,
            before.given_back + back,
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
