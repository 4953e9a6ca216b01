"""The words of the administration."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from cozy.kernel.ids import new_id, new_secret

LIFE = timedelta(days=365)  # of a token, unless it is said otherwise
VISIT = timedelta(hours=12)  # how long a browser stays in
SEEN_EVERY = timedelta(hours=1)  # how often it is written down that a token is in use
WRONG_SECRETS, WRONG_WITHIN = 10, timedelta(minutes=15)  # of one token, from one address


class Token(Struct, frozen=True):
    """What lets a program or a person in to the administration; of its secret only the hash is kept."""

    id: str
    name: str
    secret_sha256: str
    created_at: str
    seen_at: str  # "" when it was never used
    expires_at: str


class Message(Struct, frozen=True):
    """What the host says to every home. told_to: the address of the last home that was told."""

    id: str
    title: str
    body: str
    created_at: str
    told_to: str
    told: int
    done: bool


class Day(Struct, frozen=True):
    """What a home cost on a day: bytes, and requests. stored: None where it is not known."""

    day: str
    stored: int | None
    received: int
    sent: int
    requests: int


class Purchase(Struct, frozen=True):
    """An app that a home bought, or wanted to, as it was agreed. paid_at "": not yet; ends_at "": it opens without an end.

    …_part: of a hundred; told_at: when the newest message came to be that said when it ends, in seconds since 1970.
    """

    id: str
    home_id: str
    slug: str
    title: str
    developer: str
    amount: int
    currency: str
    period: Literal["once", "month"]
    developer_part: int
    host_part: int
    brand_part: int
    asked_at: str
    paid_at: str = ""
    ends_at: str = ""
    subscription: str = ""
    told_at: int = 0


class Earning(Struct, frozen=True):
    """What was paid for an app or a plan, and whose it is: whole cents, of which what cannot be divided is the developer's.

    slug "": for a plan, which is all the host's. gives_back: the payment of which this takes something back, less than nothing; what
    was taken back by mistake comes again as a line above nothing.
    """

    id: str  # of the payment, or of what gives it back, at the payment service
    purchase: str
    home_id: str
    domain: str
    at: str
    slug: str
    title: str
    developer: str
    amount: int
    currency: str
    to_developer: int
    to_host: int
    to_brand: int
    gives_back: str = ""


class Payout(Struct, frozen=True):
    """What is due to a developer for a month, and what stays with the host and the brand: less what was given back in it."""

    month: str
    developer: str
    currency: str
    payments: int
    amount: int
    to_developer: int
    to_host: int
    to_brand: int
    given_back: int = 0  # of which, less than nothing


class Sold(Struct, frozen=True):
    """An app on a statement, or what was given back for one; slug "": for a plan."""

    slug: str
    title: str
    amount: int
    currency: str


class Month(Struct, frozen=True):
    """A line of a statement: the most bytes that a home held in a month, what it carried, and in about how many weeks its
    owner was there, no closer.
    """

    home_id: str
    domain: str
    month: str
    stored: int
    received: int
    sent: int
    requests: int
    active_weeks: int
    plan: str = ""  # that the home had at the end of the month
    plan_title: str = ""
    price: int = 0  # of that month, in the smallest unit of the currency
    currency: str = ""
    apps: tuple[Sold, ...] = ()  # that were paid for in it
    given_back: tuple[Sold, ...] = ()  # in it: amounts are less than nothing


class Offer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan as it is said: `{"title": "Family", "quota": 200000000000, "price": 500, "currency": "EUR", "features": {…}}`."""

    title: Annotated[str, Meta(min_length=1, max_length=100)]
    quota: Annotated[int, Meta(ge=0)] | None = None  # bytes; None: no limit
    price: Annotated[int, Meta(ge=0)] = 0  # of a month, in the smallest unit of the currency
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "EUR"
    features: dict[str, Any] = {}  # feature flags of homes that have it
    changeable: bool = False  # whether owners may ask for it by themselves


class Plan(Struct, frozen=True):
    """What a host offers, and a home may have."""

    name: str
    title: str
    quota: int | None
    price: int
    currency: str
    features: dict[str, Any]
    changeable: bool = False


class Agreed(Struct, frozen=True):
    """What was agreed with a home at the end of a month. is_there: the home was, or went in that month; left_from: the address from
    which it went, then or later, "" where it did not.
    """

    plan: Plan
    is_there: bool = False
    left_from: str = ""


NO_PLAN = Plan("", "", None, 0, "", {})


class Failure(Struct, frozen=True):
    """A kind of jobs, and how many tries of it went wrong."""

    job: str
    tries: int
    last_day: str


class Webhook(Struct, frozen=True):
    """A program of the host that is told what becomes of homes. secret: what messages to it are signed with, locked; they are
    signed with secret_before, too, until before_until.
    """

    id: str
    url: str
    secret: str
    created_at: str
    secret_before: str = ""
    before_until: str = ""


class Ringing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to tell: `{"url": "https://billing.example.org/cozy"}`."""

    url: Annotated[str, Meta(min_length=1, max_length=2000)]


class Delivery(Struct, frozen=True):
    """A message for a webhook. state: `waiting` until it is answered well, then `sent`; or `given_up`, after three days of tries."""

    id: str
    webhook_id: str
    message_id: str
    kind: str
    body: str
    created_at: str
    due_at: str
    tries: int
    state: str = "waiting"
    error: str = ""  # what went wrong the last time


class Payer(Struct, frozen=True):
    """An owner, as the payment service knows them. subscription: what they pay for there; "" for nothing.

    …_at: when the newest message came to be that said so, in seconds since 1970.
    """

    home_id: str
    customer: str
    subscription: str = ""
    subscription_at: int = 0
    plan_at: int = 0
    unpaid_at: int = 0


class Invitation(Struct, frozen=True):
    """Leave for one person to make a home at the address of a context. is_own: asked for by that person, to have the mail
    address confirmed; used_at: "" for not yet.
    """

    id: str
    secret_sha256: str
    mail: str
    context: str
    plan: str
    is_own: bool
    created_at: str
    expires_at: str
    used_at: str = ""


class Inviting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to invite: `{"mails": ["bob@example.org"], "plan": "family", "context": "school", "days": 14, "locale": "fr"}`."""

    mails: Annotated[list[str], Meta(min_length=1, max_length=500)]
    plan: str = ""  # "": the person chooses, where there are several
    context: str = "default"
    days: Annotated[int, Meta(ge=1, le=365)] = 14
    locale: Literal["en", "fr"] = "en"  # of the mail


class Invited(Struct, frozen=True):
    """A new invitation, as it is shown once. mailed: whether it has left by mail."""

    id: str
    mail: str
    link: str
    mailed: bool = False


class MovingIn(Struct, frozen=True):
    """What somebody says who moves in; the passphrase comes beside it."""

    label: str
    public_name: str
    locale: str
    tz: str
    plan: str
    agreed: str = ""  # the version of the terms of service that they agree to


class Made(Struct, frozen=True):
    """A new token, as it is shown once."""

    id: str = field(default_factory=lambda: new_id()[:20])
    secret: str = field(default_factory=lambda: new_secret(32))

    @property
    def text(self) -> str:
        """What is shown, and brought along from then on."""
        return f"{self.id}.{self.secret}"


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be said of a home, when it is made and later (cozy-stack docs/admin.md). None: as it is."""

    context: (
        Annotated[str, Meta(description="The context of the settings that the home belongs to.")] | None
    ) = field(default=None, name="ContextName")
    quota: (
        Annotated[int, Meta(ge=-1, description="Bytes that it may hold; -1: no limit; 0: as it is.")] | None
    ) = field(default=None, name="DiskQuota")
    terms: (
        Annotated[str, Meta(description="The version of the terms of service that the owner accepted.")]
        | None
    ) = field(default=None, name="TOSSigned")
    uuid: Annotated[str, Meta(max_length=200, description="Your own name for the home.")] | None = field(
        default=None, name="UUID"
    )
    oidc_id: (
        Annotated[
            str,
            Meta(
                max_length=200, description="Who the owner is at the service that lets people in (its `sub`)."
            ),
        ]
        | None
    ) = field(default=None, name="OIDCID")
    org_id: Annotated[str, Meta(max_length=200, description="Kept for you.")] | None = field(
        default=None, name="OrgID"
    )
    org_domain: Annotated[str, Meta(max_length=253, description="Kept for you.")] | None = field(
        default=None, name="OrgDomain"
    )
    sponsorships: (
        Annotated[str, Meta(max_length=2000, description="Kept for you; separated by commas.")] | None
    ) = field(default=None, name="Sponsorships")
    settings: (
        Annotated[
            str,
            Meta(
                max_length=2000,
                description="`name:value` pairs, separated by commas: `context` and `tos` are as above, others are kept for you.",
            ),
        ]
        | None
    ) = field(default=None, name="Settings")
    plan: (
        Annotated[str, Meta(description="The plan that the home has: its quota and its feature flags.")]
        | None
    ) = field(default=None, name="Plan")


class Opening(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A home to be made."""

    domain: Annotated[str, Meta(description="Its address, camille.example.org.")] = field(name="Domain")
    public_name: Annotated[
        str, Meta(description="The name of the person; the first part of the address by default.")
    ] = field(default="", name="PublicName")
    email: Annotated[str, Meta(description="Where mails to the person go.")] = field(default="", name="Email")
    locale: Annotated[str, Meta(description="The language of the person: en or fr.")] = field(
        default="en", name="Locale"
    )
    tz: Annotated[str, Meta(description="The time zone of the person: Europe/Paris.")] = field(
        default="UTC", name="Timezone"
    )
    passphrase: Annotated[
        str, Meta(description="For trials; without it the answer holds the link by which the owner comes in.")
    ] = field(default="", name="Passphrase")
    feature_sets: (
        Annotated[str, Meta(max_length=2000, description="Kept for you; separated by commas.")] | None
    ) = field(default=None, name="feature_sets")


class Notification(Struct, frozen=True):
    """What an owner is told; what else cozy-stack's scripts say of it is passed over."""

    title: Annotated[str, Meta(description="What it is about, 120 characters at the most.")]
    message: Annotated[str, Meta(description="What you say.")] = ""
    content: Annotated[str, Meta(description="The same, at more length; 2,000 characters at the most.")] = ""


class Notifying(Struct, frozen=True):
    """`{"notification": {"title": "…", "message": "…"}}`."""

    notification: Notification


class Changing(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes of a home."""

    blocked: Annotated[bool, Meta(description="Whether the home is closed.")] | None = field(
        default=None, name="Blocked"
    )
    reason: (
        Annotated[str, Meta(max_length=100, description="Why: `PAYMENT_FAILED`, `LOGIN_FAILED`…")] | None
    ) = field(default=None, name="BlockingReason")
    unpaid: Annotated[bool, Meta(description="Whether a bill is open: see unpaid_grace_days.")] | None = (
        field(default=None, name="Unpaid")
    )
    deleting: (
        Annotated[bool, Meta(description="Whether it is noted that the home is to be deleted.")] | None
    ) = field(default=None, name="Deleting")
