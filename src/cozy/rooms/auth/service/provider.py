"""Another service that lets people in: what it is, where it is, and what it says of somebody."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from time import monotonic
from typing import Any, cast
from urllib.parse import quote_plus, urlencode

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from cozy.kernel.house import House
from cozy.kernel.outside import Reply
from cozy.kernel.problem import Elsewhere, Forbidden, Invalid
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.errors import BadContext

from ..errors import NoProvider, NotTheOwner, OnlyElsewhere, ProviderFailed
from ..model.provider import ALGORITHMS, Claims, Endpoints, Provider

_LIMIT = 256 * 1024  # bytes of an answer
_TIMEOUT_S = 15.0
_KNOWN_FOR_S = 600.0  # how long addresses and keys are trusted
_AGAIN_AFTER_S = 10.0  # at the earliest: whoever sends bad tokens does not make us ask all the time
_known: dict[str, tuple[float, dict[str, Any]]] = {}  # JSON of public addresses: what a provider is made of


def configured(work: Work) -> Provider:
    """Who else lets people into this home: an empty one where nobody does. Raises BadContext."""
    return _provider(homes.context(work).oidc)


def check(settings: Settings) -> None:
    """Make sure that every context says well who else lets people in. Raises BadContext."""
    for name in settings.contexts:
        _provider(homes.contexts.context_of(settings, name).oidc)


def _provider(table: Mapping[str, Any]) -> Provider:
    try:
        return msgspec.convert(table, Provider)
    except msgspec.ValidationError as error:
        raise BadContext(f"The table oidc of a context cannot be used: {error}.") from error


def openid(work: Work) -> Provider:
    """The service where people can log in. Raises NoProvider."""
    provider = configured(work)
    if not provider.is_openid:
        raise NoProvider
    return provider


def check_own_ways(work: Work) -> None:
    """Make sure that the owner may come in without the other service. Raises OnlyElsewhere."""
    if configured(work).is_only:
        raise OnlyElsewhere


async def endpoints(house: House, provider: Provider) -> Endpoints:
    """Its addresses: those of the settings, else those that it tells (OpenID Connect Discovery §4). Raises ProviderFailed."""
    told: dict[str, Any] = {}
    if provider.issuer and not (provider.authorize_url and provider.token_url and provider.id_token_jwk_url):
        told = await _public(house, f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        if told.get("issuer") != provider.issuer:
            raise ProviderFailed("The other service says that it is another one.")
    found = Endpoints(
        provider.authorize_url or str(told.get("authorization_endpoint", "")),
        provider.token_url or str(told.get("token_endpoint", "")),
        provider.userinfo_url or str(told.get("userinfo_endpoint", "")),
        provider.id_token_jwk_url or str(told.get("jwks_uri", "")),
    )
    if not found.authorize or not found.token:
        raise ProviderFailed
    return found


async def redeem(
    house: House, provider: Provider, at: Endpoints, code: str, verifier: str, redirect_uri: str
) -> dict[str, Any]:
    """The tokens for a code (OpenID Connect Core §3.1.3). Raises ProviderFailed."""
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier,
        "client_id": provider.client_id, "client_secret": provider.client_secret,
    }  # fmt: skip
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    return await _asked(house, "POST", at.token, headers, urlencode(form, quote_via=quote_plus).encode())


async def person(house: House, provider: Provider, at: Endpoints, tokens: Claims, nonce: str) -> Claims:
    """Who has these tokens, as the service says. nonce: what the ID token must hold.

    Without an address of its keys only its answer about the access token counts. Raises ProviderFailed, NotTheOwner.
    """
    signed = await _signed_in(house, provider, at, tokens, nonce) if at.keys else {}
    if signed and not at.userinfo:
        return signed
    said = await userinfo(house, at, str(tokens.get("access_token", "")))
    if signed and said.get("sub") != signed["sub"]:
        raise NotTheOwner  # the answer is about somebody else (OpenID Connect Core §5.3.2)
    return {**said, **signed}


async def _signed_in(house: House, provider: Provider, at: Endpoints, tokens: Claims, nonce: str) -> Claims:
    if not isinstance(tokens.get("id_token"), str):
        raise ProviderFailed
    claims = await identity(house, provider, at, tokens["id_token"])
    if claims.get("nonce") != nonce:
        raise NotTheOwner
    return claims


async def vouched(
    house: House, provider: Provider, at: Endpoints, access_token: str, id_token: str
) -> Claims:
    """Who brings a token of the service, in place of a code. Raises ProviderFailed, NotTheOwner."""
    if id_token:
        return await identity(house, provider, at, id_token)
    return await userinfo(house, at, access_token)


async def userinfo(house: House, at: Endpoints, access_token: str) -> dict[str, Any]:
    """What the service says of who holds an access token. Raises ProviderFailed."""
    if not access_token or not at.userinfo:
        raise ProviderFailed
    headers = {"authorization": f"Bearer {access_token}", "accept": "application/json"}
    return await _asked(house, "GET", at.userinfo, headers)


async def identity(
    house: House, provider: Provider, at: Endpoints, token: str, audiences: Collection[str] = ()
) -> Claims:
    """The claims of an ID token (OpenID Connect Core §3.1.3.7). audiences: for whom it may be, in our place.

    A word that somebody logged out is signed by the same key, and is none. Raises NotTheOwner, ProviderFailed.
    """
    claims = await checked(house, provider, at, token, audiences)
    if "exp" not in claims or "events" in claims or not isinstance(claims.get("sub"), str):
        raise NotTheOwner
    return claims


async def checked(
    house: House, provider: Provider, at: Endpoints, token: str, audiences: Collection[str] = ()
) -> Claims:
    """The claims of a token that this service signed for us, and that has not ended. Raises NotTheOwner, ProviderFailed."""
    claims, accepted = await _signed(house, at, token), set(audiences or (provider.client_id,))
    is_from_there = not provider.issuer or claims.get("iss") == provider.issuer
    is_for_us = bool(accepted & _audience(claims)) and claims.get("azp") in {None, *accepted}
    now = house.clock().timestamp()
    ends = claims.get("exp", now + 1)
    if not is_from_there or not is_for_us or not isinstance(ends, int | float) or ends <= now:
        raise NotTheOwner
    return claims


def _audience(claims: Claims) -> set[str]:
    said = claims.get("aud")
    return {one for one in (said if isinstance(said, list) else [said]) if isinstance(one, str)}


async def _signed(house: House, at: Endpoints, token: str) -> Claims:
    """The claims of a token, its signature checked; with fresh keys once, since the service may have new ones."""
    if not at.keys:
        raise ProviderFailed("Nobody said where the keys of the other service are.")
    try:
        return _verified(token, await _public(house, at.keys))
    except NotTheOwner:
        if not _forget(at.keys):
            raise
    return _verified(token, await _public(house, at.keys))


def _verified(token: str, keys: dict[str, Any]) -> Claims:
    try:
        return jwt.decode(token, KeySet.import_key_set(cast(Any, keys)), algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotTheOwner from error


def _forget(url: str) -> bool:
    """Ask for something again the next time, unless it was asked for a moment ago; says which."""
    until, _ = _known.get(url, (0.0, {}))
    is_old = until - _KNOWN_FOR_S < monotonic() - _AGAIN_AFTER_S
    if is_old:
        _known.pop(url, None)
    return is_old


async def _public(house: House, url: str) -> dict[str, Any]:
    """JSON that anybody may see, remembered for a while."""
    until, value = _known.get(url, (0.0, {}))
    if until < monotonic():
        value = await _asked(house, "GET", url, {"accept": "application/json"})
        if len(_known) > 1000:
            _known.clear()
        _known[url] = (monotonic() + _KNOWN_FOR_S, value)
    return value


async def _asked(
    house: House, method: str, url: str, headers: dict[str, str], body: bytes = b""
) -> dict[str, Any]:
    try:
        reply = await house.outside.fetch(
            method, url, headers=headers, body=body, limit=_LIMIT, timeout_s=_TIMEOUT_S, redirects=0
        )
    except (Elsewhere, Forbidden, Invalid) as error:
        raise ProviderFailed from error
    return _decoded(reply)


def _decoded(reply: Reply) -> dict[str, Any]:
    if reply.status != 200:
        raise ProviderFailed
    try:
        return msgspec.json.decode(reply.body, type=dict[str, Any])
    except (msgspec.DecodeError, ValueError) as error:
        raise ProviderFailed from error
