"""Webhooks: programs of the host that are told what becomes of homes, as https://www.standardwebhooks.com says. What they are told is
written with the change itself, and leaves afterwards, at least once; it is what the API of the administration tells of a home, and no more.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog
from msgspec.structs import replace

from cozy.kernel.clock import iso
from cozy.kernel.house import House
from cozy.kernel.ids import new_id
from cozy.kernel.outside import Outside
from cozy.kernel.problem import Problem
from cozy.kernel.repeating import repeated
from cozy.kernel.safe import CannotOpen, Safe
from cozy.kernel.work import Work
from cozy.rooms.homes.model import Listing

from .. import store
from ..errors import BadParameter, NoDelivery, NoWebhook
from ..model import Delivery, Webhook
from . import facts

log = structlog.get_logger()
LOOK_EVERY_S = 2.0
ANSWER_WITHIN_S = 15.0
TAKEN_FOR = timedelta(minutes=1)  # longer than an answer may take
AT_ONCE, AT_A_TIME = 200, 8  # messages of a look, and that are on their way at a time, to each
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)  # between tries, as the specification proposes: three days and four hours
BOTH_FOR = timedelta(days=2)  # a new secret and the one before
KEPT = timedelta(days=90)  # what was told
STATES = ("waiting", "sent", "given_up")
_BECAME = {"active": "home.opened", "blocked": "home.closed", "gone": "home.moved_away"}


def add(work: Work, url: str) -> tuple[Webhook, str]:
    """Tell this address from now on. The other is what it checks messages with, which is shown this once.

    Raises BadParameter, ToldAlready.
    """
    clean = url.strip()
    with suppress(ValueError):
        parts = urlsplit(clean)
        if parts.scheme in {"http", "https"} and parts.hostname and clean.isprintable():
            id_ = new_id()[:20]
            secret, locked = _made(work, id_)
            webhook = Webhook(id_, clean, locked, iso(work.now))
            store.webhooks.keep(work, webhook)
            return webhook, secret
    raise BadParameter("This is no address on the web: it begins with https:// or http://.", parameter="url")


def renew(work: Work, id_: str) -> str:
    """A new secret, which is shown this once. For two days more, messages are signed with the one before, too. Raises NoWebhook."""
    known = store.webhooks.one(work, id_)
    if known is None:
        raise NoWebhook
    secret, locked = _made(work, id_)
    until = iso(work.now + BOTH_FOR)
    store.webhooks.renew(work, replace(known, secret=locked, secret_before=known.secret, before_until=until))
    return secret


def _made(work: Work, id_: str) -> tuple[str, str]:
    """A new secret; and the same, locked."""
    secret = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    safe: Safe = work.plugged(Safe)[0]
    return secret, safe.lock(work.settings, "", _about(id_), secret.encode())


def listed(work: Work) -> list[Webhook]:
    """Who is told, the oldest first."""
    return store.webhooks.listed(work)


def drop(work: Work, id_: str) -> None:
    """Tell it nothing any more, not even what waits. Raises NoWebhook."""
    if not store.webhooks.drop(work, id_):
        raise NoWebhook


def deliveries(work: Work, state: str = "", limit: int = 100) -> list[Delivery]:
    """What was told, and what waits: the newest first, in a state or all. Raises BadParameter."""
    if state and state not in STATES:
        raise BadParameter("A delivery is waiting, sent or given_up.", parameter="state")
    return store.webhooks.latest(work, state, limit)


def send_again(work: Work, id_: str) -> None:
    """Tell it anew, under the same id, however it ended before. Raises NoDelivery."""
    if not store.webhooks.again(work, id_):
        raise NoDelivery


def witness(work: Work, before: Listing | None, after: Listing | None) -> None:
    """Let webhooks be told what became of a home."""
    told = store.webhooks.listed(work)
    listing = after or before
    if not told or listing is None:
        return
    for kind, more in _became(before, after):
        data = {"id": listing.id, **facts.instance(work.settings, listing), **more}
        _let_tell(work, told, f"msg_{new_id()}", kind, data)


def _became(before: Listing | None, after: Listing | None) -> list[tuple[str, dict[str, Any]]]:
    if before is None:
        return [("home.created", {})]
    if after is None:
        return [("home.destroyed", {})]
    was, is_ = before.hosted, after.hosted
    seen: list[tuple[bool, str, dict[str, Any]]] = [
        (before.domain != after.domain, "home.address_changed", {"domain_before": before.domain}),
        (before.state != after.state, _BECAME[after.state], {}),
        (was.plan != is_.plan, "home.plan_changed", {"plan_before": was.plan}),
        (bool(is_.asked_plan) and was.asked_plan != is_.asked_plan, "home.plan_asked", {}),
        (bool(is_.unpaid_since) and not was.unpaid_since, "home.unpaid", {}),
        (bool(was.unpaid_since) and not is_.unpaid_since, "home.paid", {}),
        (bool(is_.leaving_at) and not was.leaving_at, "home.leaving", {}),
    ]
    return [(kind, more) for happened, kind, more in seen if happened]


def _let_tell(work: Work, told: list[Webhook], message_id: str, kind: str, data: dict[str, Any]) -> None:
    now = iso(work.now)
    body = msgspec.json.encode({"type": kind, "timestamp": now, "data": data}).decode()
    for webhook in told:
        waiting = Delivery(new_id()[:20], webhook.id, message_id, kind, body, now, now, 0)
        store.webhooks.add(work, waiting)


def going_on(house: House, outside: Outside) -> AbstractAsyncContextManager[None]:
    """Tell webhooks what there is to tell while the block runs. outside: what reaches the host's own network, too."""
    return repeated(lambda: carry_on(house, outside), LOOK_EVERY_S, "webhooks cannot be told")


async def carry_on(house: House, outside: Outside) -> None:
    """Tell what is due, several at a time to each: one that does not answer holds the others up for as long as an answer may take."""
    waiting, is_ready = await house.read_host(_outlook)
    if is_ready:
        await house.write_host(_month_is_over)
        waiting, _ = await house.read_host(_outlook)
    by_webhook = defaultdict[str, list[Delivery]](list)
    for delivery in waiting:
        by_webhook[delivery.webhook_id].append(delivery)
    await asyncio.gather(*(_tell_one(house, outside, each) for each in by_webhook.values()))


async def _tell_one(house: House, outside: Outside, waiting: Sequence[Delivery]) -> None:
    """Tell a webhook what is due, for as long as it takes any of it; the rest is for the next look."""
    for start in range(0, len(waiting), AT_A_TIME):
        sent = (_tell(house, outside, each) for each in waiting[start : start + AT_A_TIME])
        if not any(await asyncio.gather(*sent)):
            return


def _outlook(work: Work) -> tuple[list[Delivery], bool]:
    """What is due, and whether the statements of the month before are there without being told of."""
    return store.webhooks.due(work, AT_ONCE), bool(_to_tell(work, _month_before(work)))


def _month_before(work: Work) -> str:
    return (work.now.date().replace(day=1) - timedelta(days=1)).isoformat()[:7]


def _to_tell(work: Work, month: str) -> list[Webhook]:
    """Who was there in that month and does not know yet that its statements are ready."""
    return [
        each
        for each in store.webhooks.listed(work)
        if each.created_at[:7] <= month and not store.webhooks.has(work, each.id, _statements(month))
    ]


def _statements(month: str) -> str:
    return f"msg_statements_{month}"


def _month_is_over(work: Work) -> None:
    month = _month_before(work)
    data = {"month": month, "json": f"/statements/{month}", "csv": f"/statements/{month}.csv"}
    _let_tell(work, _to_tell(work, month), _statements(month), "statement.ready", data)
    store.webhooks.forget(work, iso(work.now - KEPT))


async def _tell(house: House, outside: Outside, delivery: Delivery) -> bool:
    """Try once; whether it was taken. It counts before it leaves, so that nobody else does the same, and is due again if we die."""
    taken = await house.write_host(_take, delivery)
    if taken is None:
        return False
    webhook, known = taken
    error = await _said(house, outside, webhook, known, delivery)
    await house.write_host(_settle, delivery, error)
    return not error


def _take(work: Work, delivery: Delivery) -> tuple[Webhook, list[str]] | None:
    """Whom it is for, and the secrets that it is signed with; none where the host's key is another one."""
    webhook = store.webhooks.one(work, delivery.webhook_id)
    if webhook is None or not store.webhooks.take(work, delivery, iso(work.now + TAKEN_FOR)):
        return None
    safe: Safe = work.plugged(Safe)[0]
    locked = [webhook.secret, *([webhook.secret_before] if iso(work.now) < webhook.before_until else [])]
    try:
        return webhook, [safe.unlock(work.settings, "", _about(webhook.id), each).decode() for each in locked]
    except CannotOpen:
        return webhook, []


async def _said(
    house: House, outside: Outside, webhook: Webhook, known: list[str], delivery: Delivery
) -> str:
    """Send a message; "" when it was taken, else what went wrong."""
    if not known:
        return "the host's key is another one by now: add this address anew"
    body, at = delivery.body.encode(), int(house.clock().timestamp())
    headers = {
        "content-type": "application/json",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signature(each, delivery.message_id, at, body) for each in known),
    }
    try:
        reply = await outside.fetch(
            "POST", webhook.url, headers=headers, body=body, limit=64 * 1024, timeout_s=ANSWER_WITHIN_S, redirects=0
        )  # fmt: skip
    except Problem as problem:
        return problem.detail
    return "" if 200 <= reply.status < 300 else f"it answered {reply.status}"


def signature(secret: str, message_id: str, at: int, body: bytes) -> str:
    """What a message is signed with, in the words of the specification. at: seconds since 1970."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.new(key, b"%b.%d.%b" % (message_id.encode(), at, body), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def _settle(work: Work, delivery: Delivery, error: str) -> None:
    tries = delivery.tries + 1
    if not error:
        store.webhooks.settle(work, delivery.id, "sent", "", "")
    elif tries > len(PAUSES):
        log.error("a webhook is given up", delivery=delivery.id, kind=delivery.kind, error=error)
        store.webhooks.settle(work, delivery.id, "given_up", "", error)
    else:
        store.webhooks.settle(work, delivery.id, "waiting", iso(work.now + PAUSES[tries - 1]), error)


def _about(id_: str) -> str:
    return f"webhook {id_}"
