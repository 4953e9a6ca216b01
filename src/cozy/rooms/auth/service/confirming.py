"""An app asks the owner to show once more that it is them (cozy-stack docs/auth.md, GET /auth/confirm)."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from urllib.parse import urlencode

from cozy.kernel.bus import Change
from cozy.kernel.caller import Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import new_secret
from cozy.kernel.work import Work

from .. import store
from ..errors import WrongCode
from ..model import Typed, Visitor
from . import entering, limits, totp

DOCTYPE = "io.cozy.auth.confirmations"
GOOD_FOR = timedelta(minutes=5)
_KIND = "confirmation"


async def confirm(
    house: House, home: Home, caller: Caller, visitor: Visitor, typed: Typed, code: str, state: str
) -> str:
    """A code that says for five minutes that the owner was here, by passphrase and, where there is one, second step.

    Apps that listen hear of the state. Raises WrongPassphrase, WrongCode, TooManyAttempts.
    """
    await entering.confirm(house, home, caller, typed, visitor)
    await house.write(home, caller, limits.count, "second", visitor)
    return await house.write(home, caller, _confirmed, visitor, code, state)


def _confirmed(work: Work, visitor: Visitor, code: str, state: str) -> str:
    if totp.factor(work) and not totp.accepts(work, code):
        raise WrongCode(parameter="code")
    limits.forgive(work, "second", visitor)
    return proved(work, state)


def proved(work: Work, state: str) -> str:
    """The code for an app that asked with this state, once the owner has shown that it is them."""
    proof = new_secret(16)
    store.credentials.put(work, _KIND, _hash(proof), {}, work.now + GOOD_FOR)
    work.changes.append(Change("CREATED", DOCTYPE, state))
    return proof


def is_good(work: Work, proof: str) -> bool:
    """Whether this code says that the owner was here just now."""
    return store.credentials.one(work, _KIND, _hash(proof)) is not None


def answer(target: str, proof: str, state: str) -> str:
    """The address to go back to, with the code and the state."""
    url, hash_, fragment = target.partition("#")
    query = urlencode({"code": proof, "state": state})
    return f"{url}{'&' if '?' in url else '?'}{query}{hash_}{fragment}"


def _hash(proof: str) -> str:
    return hashlib.sha256(proof.encode()).hexdigest()
