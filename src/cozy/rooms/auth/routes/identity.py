"""Who the owner is, for services that the owner logs in to with this home (OpenID Connect Core, Discovery)."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import OPEN, Routes, may
from cozy.kernel.work import Work
from cozy.web.answers import json
from cozy.web.call import Call

from .. import service
from ..model.clients import IDENTITY, SCOPES
from .well_known import described

routes = Routes(errors="oauth")


@routes.on("GET", "/.well-known/openid-configuration", OPEN)
async def configuration(call: Call) -> Response:
    """How to log in here with OpenID Connect. 200."""
    await service.identity.ensure_key(call.house, call.home)
    origin = call.home.origin
    more = {
        "userinfo_endpoint": f"{origin}/auth/userinfo",
        "jwks_uri": f"{origin}/auth/jwks",
        "scopes_supported": [*SCOPES, "offline_access"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [service.identity.ALGORITHM],
        "prompt_values_supported": ["none", "login", "consent"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "name", "nickname", "preferred_username", "profile",
            "picture", "locale", "zoneinfo", "email", "email_verified",
        ],
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }  # fmt: skip
    return json({**await call.read(described), **more})


@routes.on("GET", "/auth/jwks", OPEN)
async def keys(call: Call) -> Response:
    """The public keys of this home. 200."""
    await service.identity.ensure_key(call.house, call.home)
    return json(
        await call.read(service.identity.public_keys), headers={"cache-control": "public, max-age=3600"}
    )


@routes.on("GET", "/auth/userinfo", may("GET", IDENTITY))
def userinfo(work: Work) -> Response:
    """What the client that asks may know of the owner. 200; 400, 401, 403."""
    return json(service.identity.claims(work, work.caller))


@routes.on("POST", "/auth/userinfo", may("GET", IDENTITY), writes=False)
def userinfo_again(work: Work) -> Response:
    """The same (OpenID Connect Core §5.3.1). 200; 400, 401, 403."""
    return userinfo(work)
