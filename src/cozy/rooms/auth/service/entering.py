"""Through the door: the first step, the second where there is one, and a session."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from cozy.kernel.caller import NOBODY, Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import hashed, new_secret
from cozy.kernel.work import Work

from .. import store
from ..errors import StepExpired, WrongCode, WrongPassphrase
from ..model import SECOND_STEP, Entered, Pending, SecondStep, Typed, Visitor
from . import devices, limits, passphrase, sessions, totp

_PENDING = "second_step"


async def enter(house: House, home: Home, typed: Typed, visitor: Visitor) -> Entered | SecondStep:
    """Let in who knows the passphrase. Raises WrongPassphrase, TooManyAttempts."""
    await confirm(house, home, NOBODY, typed, visitor)
    return await house.write(home, NOBODY, _first_step_done, visitor)


async def confirm(house: House, home: Home, caller: Caller, typed: Typed, visitor: Visitor) -> None:
    """Make sure of the passphrase, before something that matters. Raises WrongPassphrase, TooManyAttempts."""
    await house.write(home, caller, limits.count, "login", visitor)
    iterations = await house.read(home, caller, passphrase.iterations)
    key = await passphrase.key_of(typed, home.domain, iterations)
    kept = await house.read(home, caller, passphrase.sealed)
    if not await passphrase.is_right(kept, key):
        raise WrongPassphrase(parameter="passphrase")
    await house.write(home, caller, limits.forgive, "login", visitor)


def _first_step_done(work: Work, visitor: Visitor) -> Entered | SecondStep:
    return _second_step_asked(work, visitor) or sessions.open_(work, visitor)


def proved_elsewhere(work: Work, visitor: Visitor) -> Entered | SecondStep:
    """Let in somebody whom another service knows to be the owner, after the second step where there is one."""
    return _second_step_asked(work, visitor, elsewhere=True) or sessions.open_(work, visitor)


def _second_step_asked(work: Work, visitor: Visitor, *, elsewhere: bool = False) -> SecondStep | None:
    factor = totp.factor(work)
    if not factor or devices.is_trusted(work, visitor.device, factor):
        return None
    token = new_secret(32)
    pending = Pending(visitor.stays, visitor.sid, elsewhere)
    store.credentials.put(work, _PENDING, hashed(token), msgspec.to_builtins(pending), work.now + SECOND_STEP)
    return SecondStep(token)


async def prove(
    house: House, home: Home, typed: Typed, visitor: Visitor, *, token: str = "", code: str = ""
) -> SecondStep | None:
    """Make sure that it is the owner, for a program: the passphrase, and where there is a second step a code for it.

    Returns the second step when it is still to come. Raises WrongPassphrase, WrongCode, StepExpired, TooManyAttempts.
    """
    await confirm(house, home, NOBODY, typed, visitor)
    if not token:
        return await house.write(home, NOBODY, _second_step_asked, visitor)
    await prove_second(house, home, token, code, visitor)
    return None


async def prove_second(house: House, home: Home, token: str, code: str, visitor: Visitor) -> None:
    """Make sure of the second step alone, after the first. Raises WrongCode, StepExpired, TooManyAttempts."""
    if not await house.read(home, NOBODY, is_pending, token):
        raise StepExpired
    await house.write(home, NOBODY, limits.count, "second", visitor)
    await house.write(home, NOBODY, _code_given, token, code, visitor)


async def prove_there(
    house: House, home: Home, visitor: Visitor, token: str = "", code: str = ""
) -> SecondStep | None:
    """Make sure of the second step, for a program that another service vouches for; None when nothing is missing.

    Raises WrongCode, StepExpired, TooManyAttempts.
    """
    if not token:
        return await house.write(home, NOBODY, _second_step_asked, visitor, elsewhere=True)
    if not await house.read(home, NOBODY, is_pending, token):
        raise StepExpired
    await house.write(home, NOBODY, limits.count, "second", visitor)
    await house.write(home, NOBODY, _code_given, token, code, visitor, elsewhere=True)
    return None


def _code_given(work: Work, token: str, code: str, visitor: Visitor, *, elsewhere: bool = False) -> None:
    if finish_first_step(work, token).elsewhere != elsewhere:
        raise StepExpired  # another first step than the one that is asked for here
    if not totp.accepts(work, code):
        raise WrongCode(parameter="two_factor_passcode")
    limits.forgive(work, "second", visitor)


def is_pending(work: Work, token: str) -> bool:
    """Whether the first step was done with this token, not long ago."""
    return store.credentials.one(work, _PENDING, hashed(token)) is not None


async def enter_with_code(house: House, home: Home, token: str, code: str, visitor: Visitor) -> Entered:
    """Let in who did the first step and has a code. Raises StepExpired, WrongCode, TooManyAttempts."""
    if not await house.read(home, NOBODY, is_pending, token):
        raise StepExpired  # uncounted: who does not know the passphrase must not use up the owner's tries
    await house.write(home, NOBODY, limits.count, "second", visitor)
    return await house.write(home, NOBODY, _second_step, token, code, visitor)


def _second_step(work: Work, token: str, code: str, visitor: Visitor) -> Entered:
    pending = finish_first_step(work, token)
    if not totp.accepts(work, code):
        raise WrongCode(parameter="two-factor-passcode")
    limits.forgive(work, "second", visitor)
    return sessions.open_(work, continuing(visitor, pending), totp.factor(work))


def finish_first_step(work: Work, token: str) -> Pending:
    """Use up the token of the first step, and say what was kept of it. Raises StepExpired."""
    found = store.credentials.one(work, _PENDING, hashed(token))
    if found is None:
        raise StepExpired
    store.credentials.drop(work, _PENDING, found.id)
    return msgspec.convert(found.details, Pending)


def continuing(visitor: Visitor, pending: Pending) -> Visitor:
    """The visitor, with what they said at the first step."""
    return replace(visitor, stays=pending.stays, sid=pending.sid)
