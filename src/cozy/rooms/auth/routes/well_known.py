"""What programs find of the way in by themselves (RFC 8414, RFC 8615)."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from cozy.kernel.routes import OPEN, Routes
from cozy.kernel.work import Work
from cozy.web.answers import json

from ..model.clients import GRANT_TYPES, RESPONSE_TYPES

routes = Routes(errors="oauth")


@routes.on("GET", "/.well-known/oauth-authorization-server", OPEN)
def authorization_server(work: Work) -> Response:
    """Where OAuth2 is spoken here, and how (RFC 8414). 200."""
    return json(described(work))


def described(work: Work) -> dict[str, Any]:
    """The metadata of the authorization server."""
    return {
        "issuer": work.origin,
        "authorization_endpoint": f"{work.origin}/auth/authorize",
        "token_endpoint": f"{work.origin}/auth/access_token",
        "registration_endpoint": f"{work.origin}/auth/register",
        "response_types_supported": RESPONSE_TYPES,
        "response_modes_supported": ["query"],
        "grant_types_supported": GRANT_TYPES,
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "ui_locales_supported": ["en", "fr"],
    }
