"""The words of getting in: sessions, visitors, credentials."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec import Struct

SESSIONS = "io.cozy.sessions"
LOGINS = "io.cozy.sessions.logins"

ITERATIONS = 650_000  # of PBKDF2 in the browser: what cozy-stack's clients expect by default
STAY = timedelta(days=30)  # a session lives that long after it was last seen
VISIT = timedelta(hours=12)  # the same, when the owner did not ask to stay connected
SEEN_EVERY = timedelta(hours=1)  # how often `seen_at` is written
TRUST = timedelta(days=30)  # a trusted device is not asked for the second step
KNOWN = timedelta(days=400)  # a device that got in once is known; browsers keep no cookie for longer
HAND_OVER = timedelta(minutes=1)  # from the home to the origin of an app
INVITATION = timedelta(minutes=5)  # from a program of the owner's to a browser
SECOND_STEP = timedelta(minutes=10)
RESET = timedelta(hours=1)  # a link to choose a new passphrase
FIRST = timedelta(days=7)  # the link by which an owner comes in for the first time


class Details(Struct, frozen=True):
    """What is kept of the device that opened a session."""

    browser: str = ""
    os: str = ""
    address: str = ""
    stays: bool = False
    sid: str = ""  # the session at the service that let the owner in


class Session(Struct, frozen=True):
    """The owner is in, on one device. Times are RFC 3339."""

    id: str
    details: Details
    created_at: str
    seen_at: str
    expires_at: str


class Visitor(Struct, frozen=True, kw_only=True):
    """Somebody at the door, as their browser introduces them."""

    address: str
    user_agent: str = ""
    device: str = ""  # the device cookie, not yet checked
    stays: bool = False  # wants to stay connected
    trusts: bool = False  # wants no second step on this device for a while
    sid: str = ""  # their session at the service that sent them here


class Entered(Struct, frozen=True):
    """Somebody got in: what their browser keeps."""

    session: str  # cookie: id and secret
    device: str  # cookie: this device is known, and perhaps trusted
    stays: bool


class Pending(Struct, frozen=True):
    """What is kept between the two steps."""

    stays: bool = False
    sid: str = ""
    elsewhere: bool = False  # another service did the first step: nobody has shown the passphrase


class SecondStep(Struct, frozen=True):
    """The first step is done, a second is asked for."""

    token: str


class Credential(Struct, frozen=True):
    """One way in, or one step of a way: see the room's README for the kinds."""

    kind: str
    id: str
    details: dict[str, Any]
    created_at: str
    expires_at: str | None = None


class Passkey(Struct, frozen=True):
    """A passkey as the owner sees it. used_at: "" when never."""

    id: str
    name: str
    created_at: str
    used_at: str


class Typed(Struct, frozen=True):
    """A passphrase as a form brings it: made a key by the browser, or raw when scripts are off."""

    key: str = ""
    raw: str = ""
