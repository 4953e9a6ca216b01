"""Payments by Stripe, or what speaks as it does (https://docs.stripe.com/api): forms go out, signed JSON comes in."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from cozy.kernel.house import House
from cozy.kernel.problem import Elsewhere
from cozy.kernel.settings import Settings

from ..errors import WrongSignature
from ..ports import Buying, Charge, Paid, Return

TOLERANCE_S = 300  # between when a message was signed and now
_OPEN = {
    "active": False,
    "trialing": False,
    "past_due": True,
    "unpaid": True,
}  # of a subscription: whether a bill is
_GIVES_BACK = ("charge.refund", "refund.", "charge.dispute.")  # how the kinds of such messages begin
_UNDONE = {"failed", "canceled", "won"}  # of a refund or a dispute: the money stayed, or came back


class Stripe:
    """See ports.Payments."""

    def is_set(self, settings: Settings) -> bool:
        """Whether the settings hold a key."""
        return bool(settings.stripe_key)

    async def customer(self, house: House, home_id: str, domain: str) -> str:
        """A number for the owner of a home; nothing of themself is told."""
        made = await _ask(
            house, "customers", f"customer-{home_id}", {"description": domain, "metadata[home]": home_id}
        )
        return str(made["id"])

    async def checkout(self, house: House, buying: Buying) -> str:
        """A page where something is paid for, by month or once."""
        item = "line_items[0]"
        fields = {
            "mode": "subscription" if buying.is_monthly else "payment",
            "customer": buying.customer,
            "client_reference_id": buying.home_id,
            "success_url": buying.done,
            "cancel_url": buying.back,
            f"{item}[quantity]": "1",
            f"{item}[price_data][currency]": buying.currency.lower(),
            f"{item}[price_data][unit_amount]": str(buying.amount),
            f"{item}[price_data][product_data][name]": buying.title,
        }
        if buying.is_monthly:
            fields[f"{item}[price_data][recurring][interval]"] = "month"
        for name, value in buying.about.items():
            fields[f"metadata[{name}]"] = value
            if buying.is_monthly:
                fields[f"subscription_data[metadata][{name}]"] = value
        hour = house.clock().strftime("%Y%m%d%H")  # who clicks twice pays once
        once = f"checkout-{buying.home_id}-{buying.once}-{buying.amount}-{hour}"
        made = await _ask(house, "checkout/sessions", once, fields)
        return str(made["url"])

    async def stop(self, house: House, subscription: str, stops: bool) -> int:
        """It ends with the period that was paid for, or goes on."""
        path = f"subscriptions/{quote(subscription, safe='')}"
        return _ends_at(await _ask(house, path, "", {"cancel_at_period_end": str(stops).lower()}))

    async def forget(self, house: House, customer: str) -> None:
        """Delete a customer, which ends their subscriptions at once; bills that were paid stay."""
        await _ask(house, f"customers/{quote(customer, safe='')}", "", {}, method="DELETE", gone_too=True)

    async def portal(self, house: House, customer: str, back: str) -> str:
        """A page with bills and ways to pay."""
        made = await _ask(house, "billing_portal/sessions", "", {"customer": customer, "return_url": back})
        return str(made["url"])

    async def charge(self, house: House, id_: str) -> Charge:
        """Which invoice or checkout it paid for, what was given back of it and what a bank took back."""
        found = await _read(house, f"charges/{quote(id_, safe='')}")
        refunds = await _listed(house, "refunds", charge=id_)
        disputes = await _listed(house, "disputes", charge=id_)
        disputes = [
            each for each in disputes if not str(each["status"]).startswith(("warning_", "prevented"))
        ]
        return Charge(
            payment=str(found.get("invoice") or await _paid_by(house, str(found.get("payment_intent") or ""))),
            customer=str(found.get("customer") or ""), at=int(found["created"]), amount=int(found["amount"]),
            currency=str(found["currency"]).upper(),
            returns=[
                Return(str(each["id"]), int(each["amount"]), int(each["created"]), each["status"] in _UNDONE)
                for each in (*refunds, *disputes)
            ],
        )  # fmt: skip

    def heard(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Paid | None:
        """What a message says; None for what is of no concern. Raises WrongSignature."""
        _verify(
            _secret(settings.stripe_webhook_secret).split(), headers.get("stripe-signature", ""), body, now
        )
        said = msgspec.json.decode(body)
        kind, thing = said["type"], said["data"]["object"]
        base = Paid(
            id=str(said["id"]), customer=str(thing.get("customer") or ""), at=int(said["created"]),
            subscription=_subscription(thing),
        )  # fmt: skip
        if kind.startswith(_GIVES_BACK):
            charge = thing["id"] if thing.get("object") == "charge" else thing.get("charge")
            return msgspec.structs.replace(base, charge=str(charge)) if charge else None
        about = _metadata(thing)
        if about.get("purchase"):
            return _of_purchase(msgspec.structs.replace(base, purchase=str(about["purchase"])), kind, thing)
        plan = about.get("plan")
        match kind:
            case "checkout.session.completed":
                is_paid = thing.get("payment_status") in {"paid", "no_payment_required"}
                return msgspec.structs.replace(
                    base, plan=plan, begins=True, unpaid=False if is_paid else None
                )
            case "invoice.payment_failed":
                return msgspec.structs.replace(base, unpaid=True)
            case "invoice.paid":
                return msgspec.structs.replace(
                    _of_invoice_paid(base, thing), unpaid=False, paid_plan=plan or ""
                )
            case "customer.subscription.updated":
                unpaid = _OPEN.get(thing.get("status", ""))
                return msgspec.structs.replace(base, plan=None if unpaid is None else plan, unpaid=unpaid)
            case "customer.subscription.deleted":
                return msgspec.structs.replace(base, plan="")
        return None


def _subscription(thing: Mapping[str, Any]) -> str:
    """Which subscription a thing is, or belongs to. Invoices say it in `parent` since the version 2025-03-31 of the API."""
    if thing.get("object") == "subscription":
        return str(thing["id"])
    return str(thing.get("subscription") or _of_invoice(thing).get("subscription") or "")


def _metadata(thing: Mapping[str, Any]) -> Mapping[str, Any]:
    """What we said when it was made, of the thing itself or, of an invoice, of its subscription."""
    return thing.get("metadata") or _of_invoice(thing).get("metadata") or {}


def _of_invoice(thing: Mapping[str, Any]) -> Mapping[str, Any]:
    parent = thing.get("parent") or {}
    return parent.get("subscription_details") or thing.get("subscription_details") or {}


def _of_purchase(base: Paid, kind: str, thing: Mapping[str, Any]) -> Paid | None:
    """What a message says of an app that is bought. That a bill stays open is said by the end of the subscription."""
    currency = str(thing.get("currency") or "").upper()
    match kind:
        case "checkout.session.completed" | "checkout.session.async_payment_succeeded":
            if thing.get("mode") == "payment" and thing.get("payment_status") != "unpaid":
                amount = int(thing.get("amount_total") or 0)
                return msgspec.structs.replace(
                    base, payment=str(thing["id"]), amount=amount, currency=currency
                )
            return msgspec.structs.replace(base, begins=thing.get("mode") == "subscription")
        case "invoice.paid":
            return _of_invoice_paid(base, thing)
        case "customer.subscription.updated":
            return msgspec.structs.replace(base, ends_at=_ends_at(thing))
        case "customer.subscription.deleted":
            return msgspec.structs.replace(base, ends_at=int(thing.get("ended_at") or base.at))
    return None


def _of_invoice_paid(base: Paid, thing: Mapping[str, Any]) -> Paid:
    return msgspec.structs.replace(
        base, payment=str(thing.get("id") or ""), amount=int(thing.get("amount_paid") or 0),
        currency=str(thing.get("currency") or "").upper(),
    )  # fmt: skip


def _ends_at(subscription: Mapping[str, Any]) -> int:
    """When it ends; 0: it goes on. Since the version 2025-03-31 of the API, periods are those of its items."""
    if subscription.get("cancel_at"):
        return int(subscription["cancel_at"])
    if not subscription.get("cancel_at_period_end"):
        return 0
    items = (subscription.get("items") or {}).get("data") or [{}]
    return int(subscription.get("current_period_end") or items[0].get("current_period_end") or 0)


async def _paid_by(house: House, intent: str) -> str:
    """What was paid by it, an invoice or a checkout. Since the version 2025-03-31 of the API, a charge does not say it itself."""
    if not intent:
        return ""
    of_invoices = {"payment[type]": "payment_intent", "payment[payment_intent]": intent}
    for found in await _listed(house, "invoice_payments", **of_invoices):
        return str(found["invoice"])
    for found in await _listed(house, "checkout/sessions", payment_intent=intent):
        return str(found["id"])
    return ""


async def _listed(house: House, path: str, **which: str) -> list[dict[str, Any]]:
    """The newest hundred of a list. Raises Elsewhere."""
    answer = await _read(house, f"{path}?{urlencode({**which, 'limit': '100'})}")
    return list(answer["data"])


async def _read(house: House, path: str) -> dict[str, Any]:
    return await _ask(house, path, "", {}, method="GET")


async def _ask(
    house: House,
    path: str,
    once: str,
    fields: Mapping[str, str],
    *,
    method: str = "POST",
    gone_too: bool = False,
) -> dict[str, Any]:
    """What Stripe answers. once: what makes the same request count once, "" for any number of times. gone_too: that there is no such
    thing is an answer as well. Raises Elsewhere.
    """
    settings = house.settings
    headers = {
        "authorization": f"Bearer {_secret(settings.stripe_key)}",
        "content-type": "application/x-www-form-urlencoded",
        **({"idempotency-key": f"cozy-{once}"} if once else {}),
    }
    reply = await house.outside.fetch(
        method,
        f"{settings.stripe_url}/v1/{path}",
        headers=headers,
        body=urlencode(fields).encode(),
        redirects=0,
    )
    if gone_too and reply.status == 404:
        return {}
    if reply.status != 200:
        raise Elsewhere(
            "The payment service does not answer as it should. Try again later.", status=reply.status
        )
    answer: dict[str, Any] = msgspec.json.decode(reply.body)
    return answer


def _verify(secrets: list[str], header: str, body: bytes, now: datetime) -> None:
    """https://docs.stripe.com/webhooks/signature, by one of several secrets while one takes the place of another. Raises WrongSignature."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    at = next((value for name, _, value in parts if name == "t"), "")
    signed = [
        hmac.new(each.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest() for each in secrets
    ]
    is_right = any(
        name == "v1" and hmac.compare_digest(value.encode(), each.encode())
        for name, _, value in parts
        for each in signed
    )
    if not is_right or not at.isdecimal() or abs(now.timestamp() - int(at)) > TOLERANCE_S:
        raise WrongSignature


def _secret(text: str) -> str:
    """A secret of the settings: itself, or what the file holds that it names."""
    return Path(text).read_text().strip() if text.startswith("/") else text
