"""Owners pay by a payment service, where the settings name one; what it tells is done to their homes once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Listing

from .. import store
from ..errors import NoPayments, NoPlan, NotPaidYet
from ..model import Changing, Earning, Payer, Plan
from ..ports import Buying, Charge, Paid, Payments
from . import plans, purchases
from .homes import apply

KEPT = timedelta(days=90)  # which messages came: Stripe sends one again for 30 days at the most
LATE = timedelta(days=1)  # until when what was paid is said, before or after what gives it back


def service(house: House) -> Payments:
    """The one that the settings name. Raises NoPayments."""
    for plugged in house.ports.get(Payments, []):
        found: Payments = plugged
        if found.is_set(house.settings):
            return found
    raise NoPayments


def is_set(house: House) -> bool:
    """Whether owners can pay here."""
    return any(each.is_set(house.settings) for each in house.ports.get(Payments, []))


def payer(work: Work, home_id: str) -> Payer | None:
    """How the service knows the owner of a home; None when it does not."""
    return store.payments.payer(work, home_id)


def witness(work: Work, before: Listing | None, after: Listing | None) -> None:
    """Of a home that is destroyed, forget who pays for it and what it asked to buy. What was paid stays in the books."""
    if before is not None and after is None:
        store.payments.drop(work, before.id)
        store.purchases.drop_unpaid(work, before.id)


async def leave(house: House, home_id: str) -> None:
    """Let nobody be asked to pay for a home that goes from here for good. Raises Elsewhere: then nothing was done."""
    known = await house.read_host(payer, home_id) if is_set(house) else None
    if known is not None:
        await service(house).forget(house, known.customer)


async def buy(house: House, home: Home, plan_name: str, back: str) -> str:
    """Where the owner pays for a plan: one that is offered, or the one that they have, at what it costs them.

    back: where they are sent afterwards. Raises NoPayments, NoPlan, Elsewhere.
    """
    plan = await house.read_host(_to_pay, home.id, plan_name)
    buying = Buying(
        home_id=home.id, customer=await customer(house, home), once=plan.name, title=plan.title, amount=plan.price,
        currency=plan.currency, about={"plan": plan.name}, back=back, done=back,
    )  # fmt: skip
    return await service(house).checkout(house, buying)


async def customer(house: House, home: Home) -> str:
    """The number of the owner at the service, made where there is none. Raises NoPayments, Elsewhere."""
    known = await house.read_host(payer, home.id)
    if known is None:
        known = Payer(home.id, await service(house).customer(house, home.id, home.domain))
        await house.write_host(store.payments.keep, known)
    return known.customer


def _to_pay(work: Work, home_id: str, name: str) -> Plan:
    listing = homes.of_id(work, home_id)
    held = plans.of(work, listing) if listing else None
    plan = held if held is not None and held.name == name else store.plans.one(work, name)
    if plan is None or not (plan.changeable or plan is held) or not plan.price:
        raise NoPlan(parameter="plan")
    return plan


async def bills(house: House, home: Home, back: str) -> str:
    """Where the owner finds bills, changes how they pay, and stops paying. Raises NoPayments, NoPlan, Elsewhere."""
    known = await house.read_host(payer, home.id)
    if known is None:
        raise NoPlan
    return await service(house).portal(house, known.customer, back)


async def hear(house: House, headers: Mapping[str, str], body: bytes) -> None:
    """Do what the service tells, once. Raises NoPayments, and WrongSignature for what is not from there."""
    told = service(house).heard(house.settings, headers, body, house.clock())
    if told is not None and told.charge:
        await house.write_host(_give_back, await service(house).charge(house, told.charge))
    elif told is not None and (domain := await house.write_host(_hear, told)):
        house.relisted[domain] += 1


def _hear(work: Work, told: Paid) -> str:
    """The address of the home that it was about; "" for none."""
    store.payments.hold(work, told.customer)
    known = store.payments.of_customer(work, told.customer)
    listing = homes.of_id(work, known.home_id) if known else None
    if known is None or listing is None or not store.payments.is_new(work, told.id):
        return ""
    store.payments.forget(work, iso(work.now - KEPT))
    if told.purchase:
        purchases.note(work, listing, told)
        return ""
    news = _news(known, told)
    plan = news.plan if not news.plan or store.plans.one(work, news.plan) else None
    store.payments.keep(work, _noted(known, news))
    if told.payment and told.amount:
        purchases.earn_plan(work, listing, told)
    if plan is not None or news.unpaid is not None:
        apply(work, listing.domain, Changing(plan=plan, unpaid=news.unpaid))
    return listing.domain


def _give_back(work: Work, charge: Charge) -> None:
    """Write down what was given back of a payment. Raises NotPaidYet: nobody has said yet that it was paid, and will."""
    payment = store.purchases.earning(work, charge.payment) if charge.payment else None
    if payment is None:
        payment = _of_before(work, charge)
    if payment is not None:
        purchases.give_back(work, payment, charge)


def _of_before(work: Work, charge: Charge) -> Earning | None:
    """A payment of somebody who is known that is in no book: what was paid for plans was not written down always."""
    known = store.payments.of_customer(work, charge.customer)
    listing = homes.of_id(work, known.home_id) if known else None
    if listing is None:
        return None
    if work.now - datetime.fromtimestamp(charge.at, UTC) < LATE:
        raise NotPaidYet
    told = Paid(
        id="",
        customer=charge.customer,
        at=charge.at,
        payment=charge.payment,
        amount=charge.amount,
        currency=charge.currency,
    )
    return purchases.plan_earning(work, listing, told)


def _news(known: Payer, told: Paid) -> Paid:
    """What counts of it: nothing of another subscription than what is paid for now, and nothing that a newer message has said anew."""
    is_current = not known.subscription or told.subscription in {"", known.subscription}
    begins = told.begins and told.at >= known.subscription_at
    counts = begins or (is_current and not told.begins)
    return replace(
        told,
        begins=begins,
        plan=told.plan if counts and told.at >= known.plan_at else None,
        unpaid=told.unpaid if counts and told.at >= known.unpaid_at else None,
    )


def _noted(known: Payer, news: Paid) -> Payer:
    ends = news.plan == ""
    return replace(
        known,
        subscription=news.subscription if news.begins else "" if ends else known.subscription,
        subscription_at=news.at if news.begins or ends else known.subscription_at,
        plan_at=known.plan_at if news.plan is None else news.at,
        unpaid_at=known.unpaid_at if news.unpaid is None else news.at,
    )
