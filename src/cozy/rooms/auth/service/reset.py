"""A forgotten passphrase: a link by mail or from the hoster, or a recovery code on paper, to choose a new one."""

from __future__ import annotations

import secrets
from datetime import datetime

from cozy.kernel.caller import NOBODY, Caller
from cozy.kernel.clock import iso, parse
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import hashed, new_secret
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from .. import store
from ..errors import HasBeenEntered, LinkExpired, WrongRecoveryCode
from ..events import ResetAsked
from ..model import FIRST, RESET, Visitor
from . import clients, device_passwords, limits, passphrase, sessions

_LINK, _CODE = "reset", "recovery"
_HERE = "here"  # of a link: that it is for who has just come here with their home
# What the passphrase, or a mail, opened for a while.
_PROMISES = (_LINK, "invitation", "second_step", "confirmation")
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that look alike
_GROUPS, _GROUP = 6, 4  # 118 bits


def ask(work: Work, visitor: Visitor) -> None:
    """Somebody asks for a link by mail. Raises TooManyAttempts. Publishes ResetAsked."""
    limits.count(work, "reset", visitor)
    work.publish(ResetAsked())


def begin(work: Work) -> str:
    """The token of a link that is good once, within an hour."""
    token = new_secret(32)
    store.credentials.put(work, _LINK, hashed(token), {}, work.now + RESET)
    return token


def begin_here(work: Work) -> str:
    """The same, for the owner of a home that has just come here."""
    return _begin_here(work, work.now + RESET)


def again_here(work: Work) -> str:
    """Another such link, for as long as the first one is good: "" once one was used, or their time is over."""
    now = iso(work.now)
    for known in store.credentials.of_kind(work, _LINK):
        if known.details.get(_HERE) and known.expires_at and known.expires_at > now:
            return _begin_here(work, parse(known.expires_at))
    return ""


def _begin_here(work: Work, until: datetime) -> str:
    token = new_secret(32)
    store.credentials.put(work, _LINK, hashed(token), {_HERE: True}, until)
    return token


def begin_first(work: Work) -> str:
    """The token of the link by which an owner comes in for the first time: good once, within a week, and no more once
    anybody has been in. Raises HasBeenEntered.
    """
    if _has_been_entered(work):
        raise HasBeenEntered
    token = new_secret(32)
    store.credentials.put(work, _LINK, hashed(token), {"first": True}, work.now + FIRST)
    return token


def _has_been_entered(work: Work) -> bool:
    return (
        bool(passphrase.sealed(work))
        or bool(store.credentials.of_kind(work, "passkey", 1))
        or store.sessions.has_logins(work)
    )


def link(origin: str, token: str) -> str:
    """Where a new passphrase is chosen."""
    return f"{origin}/auth/passphrase_renew?token={token}"


def check(work: Work, token: str) -> None:
    """Make sure that a link is still good. Raises LinkExpired."""
    found = store.credentials.one(work, _LINK, hashed(token))
    if found is None or (found.details.get("first") and _has_been_entered(work)):
        raise LinkExpired


async def renew(
    house: House, home: Home, token: str, key: str, iterations: int = 0, client_id: str = ""
) -> None:
    """Choose a new passphrase with the token of a link. Every session and token ends, and every program and device is
    forgotten. client_id: of the program that asks, which is not. Raises LinkExpired, BadKey.
    """
    await house.read(home, NOBODY, check, token)
    sealed = await passphrase.seal(key)
    await house.write(home, NOBODY, _renew, token, sealed, iterations, client_id)


def _renew(work: Work, token: str, sealed: str, iterations: int, client_id: str) -> None:
    check(work, token)
    passphrase.keep(work, sealed, iterations)
    _end_others(work, "", client_id)


async def change(house: House, home: Home, caller: Caller, key: str, iterations: int = 0) -> None:
    """Choose another passphrase, from inside. Every session, program and device but the one that asks is forgotten,
    and every token ends. iterations: how often the key was stretched; 0 for as often as before. Raises BadKey.
    """
    sealed = await passphrase.seal(key)
    await house.write(home, caller, _change, sealed, iterations)


def _change(work: Work, sealed: str, iterations: int) -> None:
    passphrase.keep(work, sealed, iterations)
    _end_others(work, work.caller.session, work.caller.name if work.caller.kind == "client" else "")


def _end_others(work: Work, session_id: str, client_id: str) -> None:
    sessions.end_all_but(work, session_id)
    clients.remove_all_but(work, client_id)
    device_passwords.remove_all(work)
    for kind in _PROMISES:
        store.credentials.drop_kind(work, kind)
    homes.renew_tokens_secret(work)


def new_code(work: Work) -> str:
    """A recovery code for paper; the one before is void. We keep only its hash."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_GROUPS * _GROUP))
    store.credentials.put(work, _CODE, "main", {"sha256": hashed(letters)})
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def has_code(work: Work) -> str:
    """When the recovery code was made (RFC 3339); "" when there is none."""
    found = store.credentials.one(work, _CODE)
    return found.created_at if found else ""


async def with_code(house: House, home: Home, code: str, visitor: Visitor) -> str:
    """Use up the recovery code for the token of a link. Raises WrongRecoveryCode, TooManyAttempts."""
    await house.write(home, NOBODY, limits.count, "recovery", visitor)
    return await house.write(home, NOBODY, _with_code, code, visitor)


def _with_code(work: Work, code: str, visitor: Visitor) -> str:
    found = store.credentials.one(work, _CODE)
    plain = "".join(c for c in code.upper() if c.isalnum())
    if not secrets.compare_digest(found.details["sha256"] if found else "", hashed(plain)):
        raise WrongRecoveryCode(parameter="code")
    store.credentials.drop(work, _CODE)
    limits.forgive(work, "recovery", visitor)
    return begin(work)
