"""Through the door: the first step, the second where there is one, and a session."""

from __future__ import annotations

import hashlib

from cozy.kernel.caller import NOBODY, Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import new_secret
from cozy.kernel.work import Work

from .. import store
from ..errors import StepExpired, WrongCode, WrongPassphrase
from ..model import SECOND_STEP, Entered, SecondStep, Typed, Visitor
from . import devices, limits, passphrase, sessions, totp

_PENDING = "second_step"


async def enter(house: House, home: Home, typed: Typed, visitor: Visitor) -> Entered | SecondStep:
    """Let in who knows the passphrase. Raises WrongPassphrase, TooManyAttempts."""
    await confirm(house, home, NOBODY, typed, visitor)
    return await house.write(home, NOBODY, _first_step_done, visitor)


async def confirm(house: House, home: Home, caller: Caller, typed: Typed, visitor: Visitor) -> None:
    """Make sure of the passphrase, before something that matters. Raises WrongPassphrase, TooManyAttempts."""
    await house.write(home, caller, limits.count, "login", visitor)
    key = await passphrase.key_of(typed, home.domain)
    kept = await house.read(home, caller, passphrase.sealed)
    if not await passphrase.is_right(kept, key):
        raise WrongPassphrase(parameter="passphrase")
    await house.write(home, caller, limits.forgive, "login", visitor)


def _first_step_done(work: Work, visitor: Visitor) -> Entered | SecondStep:
    factor = totp.factor(work)
    if not factor or devices.is_trusted(work, visitor.device, factor):
        return sessions.open_(work, visitor)
    token = new_secret(32)
    store.credentials.put(work, _PENDING, _hash(token), {"stays": visitor.stays}, work.now + SECOND_STEP)
    return SecondStep(token)


def is_pending(work: Work, token: str) -> bool:
    """Whether the first step was done with this token, not long ago."""
    return store.credentials.one(work, _PENDING, _hash(token)) is not None


async def enter_with_code(house: House, home: Home, token: str, code: str, visitor: Visitor) -> Entered:
    """Let in who did the first step and has a code. Raises StepExpired, WrongCode, TooManyAttempts."""
    if not await house.read(home, NOBODY, is_pending, token):
        raise StepExpired  # uncounted: who does not know the passphrase must not use up the owner's tries
    await house.write(home, NOBODY, limits.count, "second", visitor)
    return await house.write(home, NOBODY, _second_step, token, code, visitor)


def _second_step(work: Work, token: str, code: str, visitor: Visitor) -> Entered:
    stays = finish_first_step(work, token)
    if not totp.accepts(work, code):
        raise WrongCode(parameter="two-factor-passcode")
    limits.forgive(work, "second", visitor)
    return sessions.open_(work, staying(visitor, stays), totp.factor(work))


def finish_first_step(work: Work, token: str) -> bool:
    """Use up the token of the first step, and say whether the visitor wants to stay. Raises StepExpired."""
    pending = store.credentials.one(work, _PENDING, _hash(token))
    if pending is None:
        raise StepExpired
    store.credentials.drop(work, _PENDING, pending.id)
    return bool(pending.details["stays"])


def staying(visitor: Visitor, stays: bool) -> Visitor:
    """The visitor, with what they said at the first step."""
    return Visitor(
        address=visitor.address, user_agent=visitor.user_agent, device=visitor.device, stays=stays,
        trusts=visitor.trusts,
    )  # fmt: skip


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
