"""Logging in by another service: there, back, and in (OpenID Connect Core §3.1, with PKCE and a nonce)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import urlencode

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from msgspec.structs import replace

from cozy.kernel.caller import NOBODY, SYSTEM, Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import hashed, new_secret
from cozy.kernel.work import Work

from .. import store
from ..errors import NoProvider, NotTheOwner, ProviderFailed, TookTooLong, TurnedAway
from ..model import Entered, SecondStep, Visitor
from ..model.provider import (
    JWT_AGE,
    LOGOUT_AGE,
    SKEW,
    WAITED_FOR,
    Arrival,
    Claims,
    Departure,
    Provider,
    Return,
    Waiting,
)
from . import clients, confirming, entering, limits, provider, sessions

_AWAY, _LINK, _SPENT = "oidc_away", "oidc", "oidc_spent"
_ITS_FAULT = {"server_error", "temporarily_unavailable"}  # RFC 6749 §4.1.2.1
_LOGGED_OUT = "http://schemas.openid.net/event/backchannel-logout"


async def start(
    house: House, home: Home, visitor: Visitor, target: str, *, confirm: str = "", again: bool = False
) -> Departure:
    """Send somebody to the other service. target: where they want to go once they are in.

    confirm: the state of an app that wants to be sure that it is the owner, who is in; again: as somebody else than
    whom the service knows by now. Raises NoProvider, ProviderFailed, TooManyAttempts.
    """
    known = await house.read(home, NOBODY, provider.openid)
    at = await provider.endpoints(house, known)
    now = int(house.clock().timestamp())
    state, away = (
        f"{home.domain}~{new_secret(24)}",
        Waiting(new_secret(16), new_secret(48), target, now, confirm),
    )
    await house.write(home, NOBODY, _send_away, state, away, visitor)
    query = {
        "response_type": "code", "client_id": known.client_id, "redirect_uri": _redirect_uri(known, home), "state": state,
        "scope": known.scope, "nonce": away.nonce, "code_challenge": _challenge(away.verifier), "code_challenge_method": "S256",
        **({"prompt": "login"} if confirm or again else {}), **({"max_age": "0"} if confirm else {}),
    }  # fmt: skip
    return Departure(f"{at.authorize}{'&' if '?' in at.authorize else '?'}{urlencode(query)}", hashed(state))


def _redirect_uri(known: Provider, home: Home) -> str:
    return known.redirect_uri or f"{home.origin}/oidc/redirect"


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _send_away(work: Work, state: str, away: Waiting, visitor: Visitor) -> None:
    limits.count(work, "away", visitor)
    store.credentials.put(work, _AWAY, hashed(state), msgspec.to_builtins(away), work.now + WAITED_FOR)


def domain_of(state: str) -> str:
    """The home that a state was made for; "" when it is none of ours."""
    domain, _, rest = state.partition("~")
    return domain if rest else ""


async def finish(
    house: House, home: Home, caller: Caller, said: Return, cookie: str, visitor: Visitor
) -> Arrival:
    """Let in who is back from the other service, if it is the owner. cookie: what their browser kept.

    Raises NoProvider, TookTooLong, TurnedAway, ProviderFailed, NotTheOwner, TooManyAttempts.
    """
    known = await house.read(home, NOBODY, provider.openid)
    if not hmac.compare_digest(hashed(said.state).encode(), cookie.encode()):
        raise TookTooLong  # somebody else's browser went there
    away = await house.write(home, NOBODY, _come_back, said.state, visitor)
    _check_answer(known, said)
    at = await provider.endpoints(house, known)
    tokens = await provider.redeem(house, known, at, said.code, away.verifier, _redirect_uri(known, home))
    claims = await provider.person(house, known, at, tokens, away.nonce)
    if away.confirm:
        return await _confirmed(house, home, caller, known, claims, away)
    return Arrival(away.target, await let_in(house, home, known, claims, visitor))


def _come_back(work: Work, state: str, visitor: Visitor) -> Waiting:
    limits.count(work, "elsewhere", visitor)
    found = store.credentials.one(work, _AWAY, hashed(state))
    if found is None or not store.credentials.drop(work, _AWAY, found.id):
        raise TookTooLong
    return msgspec.convert(found.details, Waiting)


def _check_answer(known: Provider, said: Return) -> None:
    """Raises ProviderFailed, TurnedAway."""
    if said.iss and known.issuer and said.iss != known.issuer:
        raise ProviderFailed  # the answer of another service (RFC 9207 §2.4)
    if said.error in _ITS_FAULT or not (said.code or said.error):
        raise ProviderFailed
    if said.error:
        raise TurnedAway


async def _confirmed(
    house: House, home: Home, caller: Caller, known: Provider, claims: Claims, away: Waiting
) -> Arrival:
    """The owner, who is in, has just logged in there once more: an old log-in there says nothing."""
    await house.read(home, NOBODY, check_owner, known, claims)
    if caller.kind != "owner" or _number(claims.get("auth_time")) < away.left_at - SKEW.total_seconds():
        raise NotTheOwner
    proof = await house.write(home, caller, confirming.proved, away.confirm)
    return Arrival(confirming.answer(away.target, proof, away.confirm))


async def let_in(
    house: House, home: Home, known: Provider, claims: Claims, visitor: Visitor
) -> Entered | SecondStep:
    """Let in whom the service vouches for, if it is the owner. Raises NotTheOwner."""
    await house.read(home, NOBODY, check_owner, known, claims)
    sent = replace(visitor, sid=str(claims.get("sid", ""))[:500])
    return await house.write(home, NOBODY, entering.proved_elsewhere, sent)


async def with_token(
    house: House, home: Home, access_token: str, id_token: str, visitor: Visitor
) -> Entered | SecondStep:
    """Let in who brings a token of the service, where the host allows it.

    Raises NoProvider, NotTheOwner, ProviderFailed, TooManyAttempts.
    """
    known = await house.read(home, NOBODY, provider.openid)
    if not known.allow_oauth_token:
        raise NoProvider
    await house.write(home, NOBODY, limits.count, "elsewhere", visitor)
    at = await provider.endpoints(house, known)
    claims = await provider.vouched(house, known, at, access_token, id_token)
    return await let_in(house, home, known, claims, visitor)


def check_owner(work: Work, known: Provider, claims: Claims, named_by: str = "") -> None:
    """Make sure that these claims are about the owner of this home. Raises NotTheOwner.

    named_by: a claim that holds the whole domain of the home, in place of what the provider's settings say.
    """
    if named_by:
        is_owner = claims.get(named_by) == work.domain
    elif known.allow_custom_instance:
        is_owner = _is_linked(work, str(claims.get("sub", "")))
    else:
        is_owner = _home_of(known, claims) == work.domain
    if not is_owner:
        raise NotTheOwner


def _is_linked(work: Work, subject: str) -> bool:
    link = store.credentials.one(work, _LINK)
    return (
        link is not None
        and bool(subject)
        and hmac.compare_digest(link.details["sub"].encode(), subject.encode())
    )


def _home_of(known: Provider, claims: Claims) -> str:
    """The home that the claims name, as a domain."""
    named = claims.get(known.userinfo_instance_field) if known.userinfo_instance_field else None
    if not isinstance(named, str) or not named:
        return ""
    name = named.lower()
    if (
        known.userinfo_instance_prefix or known.userinfo_instance_suffix
    ):  # a name of there, made a label: cozy-stack's rule
        name = name.replace("-", "").replace(".", "" if known.userinfo_instance_suffix else ".")
    whole = f"{known.userinfo_instance_prefix}{name}{known.userinfo_instance_suffix}"
    return whole.removeprefix("https://").removeprefix("http://").partition("/")[0].partition(":")[0]


def link(work: Work, subject: str) -> None:
    """Say who the owner is at the other service (its `sub`); "" for nobody."""
    if subject:
        store.credentials.put(work, _LINK, "main", {"sub": subject})
    else:
        store.credentials.drop(work, _LINK)


async def with_jwt(house: House, home: Home, token: str, visitor: Visitor) -> Entered | SecondStep:
    """Let in who brings a link that another program of the host made, once. Raises NotTheOwner, TooManyAttempts."""
    await house.write(home, NOBODY, limits.count, "elsewhere", visitor)
    return await house.write(home, NOBODY, _with_jwt, token, visitor)


def _with_jwt(work: Work, token: str, visitor: Visitor) -> Entered | SecondStep:
    secret = provider.configured(work).jwt_secret
    if not secret:
        raise NotTheOwner
    try:
        key = OctKey.import_key(base64.b64decode(secret, validate=True))
        claims = jwt.decode(token, key, algorithms=["HS256", "HS384", "HS512"]).claims
    except (JoseError, ValueError) as error:
        raise NotTheOwner from error
    ends = claims.get("exp", _number(claims.get("iat")) + JWT_AGE.total_seconds())
    if claims.get("name") != work.domain or _number(ends) <= work.now.timestamp():
        raise NotTheOwner
    if not store.credentials.spend(work, _SPENT, hashed(token), work.now + WAITED_FOR):
        raise NotTheOwner
    return entering.proved_elsewhere(work, visitor)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


async def log_out(house: House, home: Home, token: str) -> None:
    """End the sessions that the other service says are over there (OpenID Connect Back-Channel Logout §2.6).

    Raises NoProvider, NotTheOwner, ProviderFailed.
    """
    known = await house.read(home, NOBODY, provider.openid)
    claims = await provider.checked(house, known, await provider.endpoints(house, known), token)
    events, age = claims.get("events"), house.clock().timestamp() - _number(claims.get("iat"))
    is_logout = isinstance(events, dict) and _LOGGED_OUT in events and "nonce" not in claims
    if not is_logout or not -60 <= age <= LOGOUT_AGE.total_seconds():
        raise NotTheOwner
    sid = str(claims.get("sid", ""))
    if not sid:
        await house.read(home, NOBODY, check_owner, known, claims)
    await house.write(home, SYSTEM, _log_out, sid)


def _log_out(work: Work, sid: str) -> None:
    """sid: "" for every session that came in from there."""
    for session in sessions.living(work):
        if session.details.sid and sid in {"", session.details.sid}:
            sessions.end(work, session.id)
    for client in clients.listed(work):
        if client.oidc_session_id and sid in {"", client.oidc_session_id}:
            clients.remove(work, client)
