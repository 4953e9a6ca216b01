"""Bearer tokens: JWT signed with the home's own secret (RFC 7519; HS512, as cozy-stack's).

A token holds its scope, so that no request has to look it up; changing the home's `tokens` secret ends them all.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from cozy.kernel.caller import VERBS, Caller, Grant, Verb
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from ..errors import BadScope, BadToken, ExpiredToken

CLI_LIFETIME = timedelta(days=30)


def mint(work: Work, scope: str = "*", lifetime: timedelta = CLI_LIFETIME, name: str = "command line") -> str:
    """A bearer token for the command line. scope: space separated `doctype[:VERBS[:values[:selector]]]`.

    Raises BadScope.
    """
    grants(scope)
    now = int(work.now.timestamp())
    claims = {
        "aud": "cli", "iss": work.domain, "sub": name, "iat": now, "exp": now + int(lifetime.total_seconds()),
        "scope": scope,
    }  # fmt: skip
    return jwt.encode(
        {"alg": "HS512"}, claims, OctKey.import_key(homes.secret(work, "tokens")), algorithms=["HS512"]
    )


def caller_of(work: Work, token: str) -> Caller:
    """Who holds this token. Raises BadToken, ExpiredToken."""
    claims = _claims(homes.secret(work, "tokens"), token)
    if claims.get("iss") != work.domain:
        raise BadToken
    if int(claims["exp"]) <= work.now.timestamp():
        raise ExpiredToken
    return Caller("token", grants(claims["scope"]), name=claims["sub"])


@lru_cache(maxsize=4096)
def _claims(secret: bytes, token: str) -> dict[str, Any]:
    """What a token says, its signature checked; remembered, since every request of a client brings the same one."""
    try:
        return dict(jwt.decode(token, OctKey.import_key(secret), algorithms=["HS512"]).claims)
    except (JoseError, ValueError) as error:
        raise BadToken from error


@lru_cache(maxsize=1024)
def grants(scope: str) -> tuple[Grant, ...]:
    """The permissions that a scope spells. Raises BadScope."""
    if not scope.split():
        raise BadScope(parameter="scope")
    return tuple(_grant(part) for part in scope.split())


def _grant(part: str) -> Grant:
    doctype, verbs, values, selector = [*part.split(":"), "", "", ""][:4]
    try:
        wanted = msgspec.convert(verbs.split(","), tuple[Verb, ...]) if verbs not in {"", "ALL"} else VERBS
    except msgspec.ValidationError as error:
        raise BadScope(parameter="scope", part=part) from error
    if not doctype:
        raise BadScope(parameter="scope", part=part)
    return Grant(doctype, wanted, tuple(v for v in values.split(",") if v), selector)
