"""Messages to the owner's browsers, which show them whether a page of ours is open or not (Web Push, RFC 8030).

The home signs what it sends with a key of its own, made of the home key, and seals it for the one browser, so that the
service in between learns neither what it says nor who it is for.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from cozy.kernel.clock import iso, parse
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.errors import NoSession
from cozy.rooms.auth.model import Session
from cozy.rooms.homes import service as homes

from .. import store
from ..errors import BadSubscription, NoNotification
from ..events import PushDue
from ..model import Notification, Subscription
from . import kinds, reading, sealing

MOST = 50  # browsers of one home
LONGEST = 2_000  # characters of an address
_TTL_S = 3 * 24 * 3600  # how long a service keeps what a browser that is off has not fetched
_KEPT = timedelta(days=90)
_TITLE, _TEXT = 200, 600  # characters: a service takes 4096 bytes in all (RFC 8030 §7.2)


class Post(Struct, frozen=True):
    """A request to the service of a browser."""

    url: str
    headers: dict[str, str]
    body: bytes


class Receiver(Struct, frozen=True):
    """A browser that takes messages, as the owner knows it."""

    id: str
    name: str
    is_here: bool


class Payload(Struct, frozen=True):
    """What the browser is told. tag: what comes later under the same takes its place."""

    id: str
    title: str
    text: str
    url: str
    tag: str
    lang: str


def public_key(work: Work) -> str:
    """The key that browsers expect our messages to be signed with (VAPID, RFC 8292), in base64url."""
    return sealing.public_of(homes.derived_key(work, sealing.PURPOSE))


def subscribe(work: Work, endpoint: str, p256dh: str, auth_secret: str, *, again: bool = False) -> None:
    """Keep where the browser of this session takes messages. Raises BadSubscription.

    again: only where it took some before: somebody came in anew, in a browser that the owner had chosen.
    """
    subscription = Subscription(
        hashlib.sha256(endpoint.encode()).hexdigest()[:32], work.caller.session, endpoint, p256dh, auth_secret, iso(work.now)
    )  # fmt: skip
    if len(endpoint) > LONGEST or not _is_address(endpoint):
        raise BadSubscription(parameter="endpoint")
    sealing.check(subscription)
    if again and store.subscription(work, subscription.id) is None:
        return
    store.keep_subscription(work, subscription)
    for oldest in store.subscriptions(work)[:-MOST]:
        store.drop_subscription(work, oldest.id)


def _is_address(text: str) -> bool:
    try:
        return urlsplit(text).scheme in {"https", "http"} and bool(urlsplit(text).hostname)
    except ValueError:
        return False


def forget_old(work: Work) -> None:
    """Forget browsers where nobody has been in for months."""
    for each in store.subscriptions(work):
        if _session(work, each) is None and parse(each.created_at) + _KEPT < work.now:
            store.drop_subscription(work, each.id)


def unsubscribe(work: Work, id_: str) -> None:
    """Send nothing more to a browser; nothing happens where it takes nothing."""
    store.drop_subscription(work, id_)


def receivers(work: Work) -> list[Receiver]:
    """The browsers that take messages, while somebody is in there."""
    found = [(each, _session(work, each)) for each in store.subscriptions(work)]
    return [
        Receiver(each.id, auth.devices.name_of(session.details), each.session == work.caller.session)
        for each, session in found
        if session is not None
    ]


def _session(work: Work, subscription: Subscription) -> Session | None:
    try:
        return auth.sessions.living_one(work, subscription.session)
    except NoSession:
        return None


def push(work: Work, notification: Notification, *, mail_instead: bool = False) -> bool:
    """Let every browser that takes messages get this one; False when none does. Publishes PushDue.

    A browser where nobody is in gets none, until somebody is again.
    """
    living = [each for each in store.subscriptions(work) if _session(work, each) is not None]
    for each in living:
        work.publish(PushDue(notification.id, each.id, mail_instead))
    return bool(living)


def post(work: Work, event: PushDue) -> Post | None:
    """The request that takes a notification to a browser; None when it is read, or the browser takes none any more."""
    subscription = store.subscription(work, event.subscription)
    if subscription is None or _session(work, subscription) is None:
        return None
    try:
        notification = reading.fetch(work, event.id)
    except NoNotification:
        return None
    if notification.read_at:
        return None
    key = homes.derived_key(work, sealing.PURPOSE)
    headers = {
        "ttl": str(_TTL_S),
        "urgency": "high" if notification.priority == "high" else "normal",
        "content-type": "application/octet-stream",
        "content-encoding": "aes128gcm",
        "authorization": sealing.signature(key, subscription.endpoint, work.origin, work.now),
    }
    if notification.collapsible:
        headers["topic"] = _topic(notification)
    sealed = sealing.sealed(msgspec.json.encode(_payload(work, notification)), subscription)
    return Post(subscription.endpoint, headers, sealed)


def _payload(work: Work, notification: Notification) -> Payload:
    said = kinds.signed(work, notification)
    tag = _topic(notification) if notification.collapsible else notification.id
    url, lang = f"/my/notifications/{notification.id}", homes.profile(work).locale
    return Payload(notification.id, _cut(said.title, _TITLE), _cut(said.text, _TEXT), url, tag, lang)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _topic(notification: Notification) -> str:
    """The same for all of a source: 32 letters that tell nothing (RFC 8030 §5.4)."""
    digest = hashlib.sha256(notification.source_id.encode()).digest()[:24]
    return base64.urlsafe_b64encode(digest).decode()
