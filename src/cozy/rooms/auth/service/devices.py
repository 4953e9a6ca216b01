"""Devices: a signed cookie that says that the owner got in here before, and what a browser says of itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

import msgspec
from msgspec import Struct

from cozy.kernel.clock import iso
from cozy.kernel.ids import new_id
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from ..model import KNOWN, TRUST, Details, Visitor


class Device(Struct, frozen=True):
    """A device that the owner got in with. Times are RFC 3339."""

    id: str
    known_until: str
    trusted_until: str = ""
    trusted_for: str = ""  # the second factor that it need not give: one made later is asked for


def known(work: Work, cookie: str) -> Device | None:
    """The device that a cookie of ours names, if we signed it and it has not ended."""
    packed, _, seal = cookie.partition(".")
    if not seal or not hmac.compare_digest(seal.encode(), _seal(work, packed).encode()):
        return None
    device = msgspec.json.decode(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), type=Device)
    return device if device.known_until > iso(work.now) else None


def is_trusted(work: Work, cookie: str, factor: str) -> bool:
    """Whether the owner said that this device need not give that second factor."""
    device = known(work, cookie)
    return device is not None and device.trusted_until > iso(work.now) and device.trusted_for == factor


def remember(work: Work, visitor: Visitor, factor: str) -> str:
    """The cookie for a device that just got in. factor: the second factor that it gave; "" for none."""
    before = known(work, visitor.device)
    trusted_until, trusted_for = (before.trusted_until, before.trusted_for) if before else ("", "")
    if visitor.trusts and factor:
        trusted_until, trusted_for = iso(work.now + TRUST), factor
    device = Device(before.id if before else new_id(), iso(work.now + KNOWN), trusted_until, trusted_for)
    packed = base64.urlsafe_b64encode(msgspec.json.encode(device)).decode().rstrip("=")
    return f"{packed}.{_seal(work, packed)}"


def _seal(work: Work, packed: str) -> str:
    """Signed with the secret that a reset changes: afterwards no device is known."""
    return hmac.new(homes.secret(work, "tokens"), f"device:{packed}".encode(), hashlib.sha256).hexdigest()


_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"), ("Opera", r"OPR/|Opera"), ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"), ("Chromium", r"Chromium/"), ("Chrome", r"Chrome/|CriOS/"), ("Safari", r"Safari/"),
    ("curl", r"^curl/"),
)  # fmt: skip
_SYSTEMS = (
    ("iPad", r"iPad"), ("iPhone", r"iPhone"), ("Android", r"Android"), ("Windows", r"Windows"),
    ("ChromeOS", r"CrOS"), ("macOS", r"Mac OS X|Macintosh"), ("Linux", r"Linux|X11"),
)  # fmt: skip


def browser_of(user_agent: str) -> str:
    """Firefox; "" when it is not known. The first that matches: others pretend to be Chrome and Safari."""
    return _first(_BROWSERS, user_agent)


def system_of(user_agent: str) -> str:
    """Android; "" when it is not known."""
    return _first(_SYSTEMS, user_agent)


def name_of(details: Details) -> str:
    """`Firefox, Linux`; "" when nothing is known."""
    return ", ".join(filter(None, (details.browser, details.os)))


def _first(names: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for name, sign in names if re.search(sign, text)), "")
