"""The token endpoint (RFC 6749 §3.2; cozy-stack docs/auth.md): forms of programs, which prove themselves by their secret."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus

from starlette.responses import Response

from cozy.kernel.problem import Malformed
from cozy.kernel.routes import OWN_PROOF, Routes
from cozy.kernel.work import Work
from cozy.web.answers import json
from cozy.web.call import Call

from .. import service
from ..errors import BadTokenRequest, CodeReplayed
from ..model.clients import Tokens
from . import shapes

routes = Routes(errors="oauth")


@routes.on("POST", "/auth/access_token", OWN_PROOF)
async def access_token(call: Call) -> Response:
    """Tokens for a code or for a refresh token. 200; 400 {"error"}."""
    asked = await _asked(call)
    try:
        got = await call.write(_exchanged, asked)
    except CodeReplayed:
        await call.write(_take_back, asked["client_id"])
        raise
    return json(shapes.tokens(got))


async def _asked(call: Call) -> dict[str, str]:
    """The parameters, each once; the client's own may be in the header (RFC 6749 §2.3.1)."""
    try:
        pairs = parse_qsl((await call.body()).decode(), keep_blank_values=True, max_num_fields=50)
    except ValueError as error:
        raise Malformed from error
    asked = dict(pairs)
    if len(asked) != len(pairs):
        raise BadTokenRequest(error="a parameter is repeated")
    return {**asked, **_basic(call)}


def _basic(call: Call) -> dict[str, str]:
    scheme, _, value = call.header("authorization").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        id_, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise BadTokenRequest(error="invalid client_secret") from error
    return {"client_id": unquote_plus(id_), "client_secret": unquote_plus(secret)}


def _exchanged(work: Work, asked: Mapping[str, str]) -> Tokens:
    for name in ("grant_type", "client_id", "client_secret"):
        if not asked.get(name):
            raise BadTokenRequest(error=f"the {name} parameter is mandatory")
    client = service.clients.authenticated(work, asked["client_id"], asked["client_secret"])
    if asked["grant_type"] == "refresh_token":
        return service.exchanging.with_refresh(work, client, asked.get("refresh_token", ""))
    if asked["grant_type"] != "authorization_code":
        raise BadTokenRequest(error="invalid grant type")
    if not asked.get("code"):
        raise BadTokenRequest(error="the code parameter is mandatory")
    return service.exchanging.with_code(
        work, client, asked["code"], asked.get("code_verifier", ""), asked.get("redirect_uri", "")
    )


def _take_back(work: Work, client_id: str) -> None:
    service.clients.take_back(work, service.clients.find(work, client_id))
