"""An app asks the owner to show once more that it is them (cozy-stack docs/auth.md, GET /auth/confirm)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from cozy.kernel.bus import Change
from cozy.kernel.caller import Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import hashed, new_secret
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work

from .. import store
from ..errors import WrongCode, WrongPassphrase
from ..model import Typed, Visitor
from . import entering, limits, passphrase, provider, totp

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
    store.credentials.put(work, _KIND, hashed(proof), {}, work.now + GOOD_FOR)
    work.changes.append(Change("CREATED", DOCTYPE, state))
    return proof


def is_good(work: Work, proof: str) -> bool:
    """Whether this code says that the owner was here just now."""
    return store.credentials.one(work, _KIND, hashed(proof)) is not None


def wanted(work: Work, proof: str, problem: Problem | None) -> dict[str, Any]:
    """What a form needs that asks once more for the passphrase, or has a code already. problem: with what was typed before."""
    return {
        "domain": work.domain, "iterations": passphrase.iterations(work), "has_second_step": bool(totp.factor(work)),
        "is_elsewhere": provider.configured(work).is_only, "proof": proof if proof and is_good(work, proof) else "",
        "errors": {str(problem.facts.get("parameter", "")): problem.detail} if problem else {},
    }  # fmt: skip


async def show(
    house: House, home: Home, caller: Caller, visitor: Visitor, form: Mapping[str, object], state: str
) -> None:
    """Make sure that it is the owner, by what such a form holds. Raises WrongPassphrase, WrongCode, TooManyAttempts."""

    def text(name: str) -> str:
        value = form.get(name, "")
        return value if isinstance(value, str) else ""

    if proof := text("proof"):
        if not await house.read(home, caller, is_good, proof):
            raise WrongPassphrase(parameter="")
        return
    typed = Typed(text("passphrase"), text("raw_passphrase"))
    await confirm(house, home, caller, visitor, typed, text("code"), state)


def answer(target: str, proof: str, state: str) -> str:
    """The address to go back to, with the code and the state."""
    url, hash_, fragment = target.partition("#")
    query = urlencode({"code": proof, "state": state})
    return f"{url}{'&' if '?' in url else '?'}{query}{hash_}{fragment}"
