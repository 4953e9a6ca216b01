"""How often one may try, in a sliding window. A device that got in before is counted apart, so that somebody who tries
passphrases from elsewhere cannot keep the owner out.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from cozy.kernel.address import network
from cozy.kernel.clock import parse
from cozy.kernel.work import Work

from .. import store
from ..errors import TooManyAttempts
from ..model import Visitor
from . import devices


class Limit(Struct, frozen=True):
    """So many attempts within so long."""

    most: int
    within: timedelta


_QUARTER, _HOUR = timedelta(minutes=15), timedelta(hours=1)
LIMITS: dict[str, dict[str, Limit]] = {
    "login": {"address": Limit(10, _QUARTER), "home": Limit(100, _HOUR), "device": Limit(10, _QUARTER)},
    "second": {"address": Limit(5, _QUARTER), "home": Limit(20, _HOUR), "device": Limit(10, _QUARTER)},
    "recovery": {"address": Limit(5, _QUARTER), "home": Limit(20, _HOUR), "device": Limit(10, _QUARTER)},
    "passkey": {"address": Limit(30, _QUARTER), "home": Limit(300, _HOUR), "device": Limit(30, _QUARTER)},
    "away": {"address": Limit(30, _QUARTER), "home": Limit(1000, _HOUR), "device": Limit(30, _QUARTER)},
    "elsewhere": {"address": Limit(30, _QUARTER), "home": Limit(300, _HOUR), "device": Limit(30, _QUARTER)},
    "register": {"address": Limit(50, _HOUR), "home": Limit(200, _HOUR), "device": Limit(50, _HOUR)},
    "link": {"address": Limit(10, _QUARTER), "home": Limit(100, _HOUR), "device": Limit(10, _QUARTER)},
    "tiny_code": {"address": Limit(20, _QUARTER), "home": Limit(200, _HOUR), "device": Limit(20, _QUARTER)},
    "device_password": {
        "address": Limit(30, _QUARTER),
        "home": Limit(300, _HOUR),
        "device": Limit(30, _QUARTER),
    },
    "connecting": {"address": Limit(30, _QUARTER), "home": Limit(300, _HOUR), "device": Limit(30, _QUARTER)},
    "address": {"address": Limit(5, _HOUR), "home": Limit(10, _HOUR), "device": Limit(5, _HOUR)},
    "invitation": {"address": Limit(30, _HOUR), "home": Limit(300, _HOUR), "device": Limit(30, _HOUR)},
    "discovery": {"address": Limit(30, _QUARTER), "home": Limit(300, _HOUR), "device": Limit(30, _QUARTER)},
    "sharing_mail": {"address": Limit(200, _HOUR), "home": Limit(200, _HOUR), "device": Limit(200, _HOUR)},
    "reset": {"address": Limit(3, _HOUR), "home": Limit(10, _HOUR), "device": Limit(3, _HOUR)},
}


def count(work: Work, kind: str, visitor: Visitor) -> None:
    """Note an attempt before it is looked at, so that many at once count too. Raises TooManyAttempts."""
    store.attempts.forget_before(work, kind, work.now - _HOUR)
    check(work, kind, visitor)
    for _, who in _names(work, visitor):
        store.attempts.add(work, kind, who)


def check(work: Work, kind: str, visitor: Visitor) -> None:
    """Whether there is an attempt left, none being noted. Raises TooManyAttempts."""
    limits = LIMITS[kind]
    for sort, who in _names(work, visitor):
        limit = limits[sort]
        oldest = store.attempts.nth_newest(work, kind, who, limit.most, work.now - limit.within)
        if oldest is not None:
            wait = parse(oldest) + limit.within - work.now
            raise TooManyAttempts(retry_after_s=int(wait.total_seconds()) + 1)


def forgive(work: Work, kind: str, visitor: Visitor) -> None:
    """They got in: their attempts no longer count."""
    for sort, who in _names(work, visitor):
        if sort != "home":
            store.attempts.forget(work, kind, who)


def _names(work: Work, visitor: Visitor) -> list[tuple[str, str]]:
    if work.caller.session:
        return [("device", f"session:{work.caller.session}")]
    if device := devices.known(work, visitor.device):
        return [("device", f"device:{device.id}")]
    return [("address", f"address:{network(visitor.address)}"), ("home", "home")]
