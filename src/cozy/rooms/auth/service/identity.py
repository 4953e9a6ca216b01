"""The home as OpenID Connect provider: other services learn from it who the owner is (OpenID Connect Core 1.0)."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import RSAKey

from cozy.kernel.caller import SYSTEM, Caller
from cozy.kernel.clock import parse
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions

from ..model.clients import EMAIL, ID_TOKEN, PROFILE, Agreed, Client

ALGORITHM = "RS256"  # the one that every client knows (OpenID Connect Core §15.1)
_KEPT_AS = "oidc_key"
_BITS = 2048


async def ensure_key(house: House, home: Home) -> None:
    """Make the key that identity tokens are signed with, where there is none; it takes a moment, beside everything else."""
    if await house.read(home, SYSTEM, homes.has_secret, _KEPT_AS):
        return
    key = await asyncio.to_thread(generate_private_key, 65537, _BITS)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    await house.write(home, SYSTEM, homes.keep_secret, _KEPT_AS, pem)


def public_keys(work: Work) -> dict[str, Any]:
    """What others check our signatures with (RFC 7517 §5)."""
    return {"keys": [_key(homes.secret(work, _KEPT_AS)).as_dict(private=False)]}


@lru_cache(maxsize=256)
def _key(pem: bytes) -> RSAKey:
    key = RSAKey.import_key(pem, {"use": "sig", "alg": ALGORITHM})
    key.ensure_kid()
    return key


def token(work: Work, client: Client, agreed: Agreed) -> str:
    """An ID token: who the owner is, for one client (OpenID Connect Core §2)."""
    now = int(work.now.timestamp())
    claims: dict[str, Any] = {
        "iss": work.origin, "sub": subject(work), "aud": client.id, "iat": now,
        "exp": now + int(ID_TOKEN.total_seconds()), "auth_time": int(parse(agreed.entered_at).timestamp()),
    }  # fmt: skip
    if agreed.nonce:
        claims["nonce"] = agreed.nonce
    key = _key(homes.secret(work, _KEPT_AS))
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key, algorithms=[ALGORITHM])


def subject(work: Work) -> str:
    """The name of the owner for other services: the same for ever, and it says nothing."""
    return homes.derived_key(work, "subject").hex()[:32]


def claims(work: Work, caller: Caller) -> dict[str, Any]:
    """What a client may know of the owner (OpenID Connect Core §5.3, §5.4)."""
    profile, known = homes.profile(work), {"sub": subject(work)}
    if permissions.may(caller, "GET", PROFILE):
        known |= {
            "name": profile.public_name, "nickname": profile.public_name, "preferred_username": work.domain,
            "profile": work.origin, "picture": f"{work.origin}/public/avatar", "locale": profile.locale,
            "zoneinfo": profile.tz,
        }  # fmt: skip
    if permissions.may(caller, "GET", EMAIL):
        known |= {"email": profile.email, "email_verified": False}  # nobody has checked it
    return known
