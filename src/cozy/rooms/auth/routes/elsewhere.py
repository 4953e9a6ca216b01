"""What programs and the other service itself say of log-ins there (cozy-stack docs/delegated-auth.md)."""

from __future__ import annotations

from urllib.parse import parse_qs

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.routes import OWN_PROOF, Routes
from cozy.web.answers import json
from cozy.web.call import Call

from .. import service
from ..errors import BadTokenRequest, NoProvider, NotTheOwner, ProviderFailed, StepExpired, WrongCode
from ..model.clients import EVERYTHING, Client, Introduction
from ..model.provider import AppOf, Claims, Provider
from . import shapes
from .door import visitor_of

routes = Routes(errors="oauth")


class Vouched(Struct, frozen=True):
    """A program that brings a token of the other service, in place of the owner's consent."""

    client_id: str = ""
    client_secret: str = ""
    scope: str = ""
    oidc_token: str = ""
    id_token: str = ""
    two_factor_token: str = ""
    two_factor_passcode: str = ""


@routes.on("POST", "/oidc/access_token", OWN_PROOF)
async def access_token(call: Call) -> Response:
    """Tokens for a token of the other service, where the host allows it.

    200, 202 {"session_code"}; 400, 403 {"two_factor_token"}, 404, 429, 502.
    """
    asked = await call.decoded(Vouched)
    provider = await call.read(service.provider.openid)
    if not provider.allow_oauth_token:
        raise NoProvider
    await call.write(service.limits.count, "elsewhere", visitor_of(call))
    claims = await _claims(call, provider, asked)
    client = await call.read(service.clients.authenticated, asked.client_id, asked.client_secret)
    missing = await _second_step(call, asked)
    return missing or await _tokens(call, client, asked.scope.strip(), str(claims.get("sid", "")))


async def _claims(call: Call, provider: Provider, asked: Vouched) -> Claims:
    """What the service says of who brings a token of it, once it is the owner. Raises BadTokenRequest."""
    try:
        at = await service.provider.endpoints(call.house, provider)
        claims = await service.provider.vouched(call.house, provider, at, asked.oidc_token, asked.id_token)
        await call.read(service.delegated.check_owner, provider, claims)
    except (NotTheOwner, ProviderFailed) as error:
        raise BadTokenRequest(error="invalid token") from error
    return claims


async def _second_step(call: Call, asked: Vouched) -> Response | None:
    """What is still missing, where this home has a second step; None when nothing is."""
    try:
        pending = await service.entering.prove_there(
            call.house, call.home, visitor_of(call), asked.two_factor_token, asked.two_factor_passcode
        )
    except (WrongCode, StepExpired) as error:
        return json({"error": error.detail}, 403)
    if pending is None:
        return None
    return json({"error": "two factor needed", "two_factor_token": pending.token}, 403)


async def _tokens(call: Call, client: Client, scope: str, sid: str) -> Response:
    if scope == EVERYTHING and not client.flagship:
        return json({"session_code": await call.write(service.sessions.invite)}, 202)
    return json(shapes.tokens(await call.write(service.exchanging.vouched, client, scope, sid)))


class Swap(Struct, frozen=True):
    """An app of the other service, which brings its own ID token for tokens of here."""

    id_token: str = ""
    exchange_type: str = "admin"
    scope: str = ""


@routes.on("POST", "/auth/token_exchange", OWN_PROOF)
async def swap(call: Call) -> Response:
    """A client and its tokens, for an app of the other service that the host trusts. 200; 400, 404, 429, 502."""
    asked = await call.decoded(Swap)
    provider = await call.read(service.provider.openid)
    claims, app = await _swapped(call, provider, asked)
    address = call.header("origin") or call.home.origin
    name = app.software_id.partition("://")[2].capitalize()
    said = Introduction(
        redirect_uris=(_elsewhere(call, address),),
        client_name=name,
        software_id=app.software_id,
        client_kind="web",
    )
    client, got = await call.write(service.exchanging.swapped, visitor_of(call), said, str(claims["sid"]))
    known = await call.read(shapes.client, client, with_token=True)
    own = {name: known[name] for name in ("client_id", "client_secret", "registration_access_token")}
    return json({**shapes.tokens(got), **own}, headers={"cache-control": "no-store", "pragma": "no-cache"})


async def _swapped(call: Call, provider: Provider, asked: Swap) -> tuple[Claims, AppOf]:
    """What the token says, and which app it is of, once it is the owner's. Raises BadTokenRequest."""
    if not asked.id_token:
        raise BadTokenRequest(error="the id_token parameter is mandatory")
    if asked.exchange_type not in {"admin", "app"}:
        raise BadTokenRequest(error=f'exchange_type "{asked.exchange_type[:100]}" is not allowed')
    if asked.exchange_type == "admin" or not provider.allow_app_token_exchange:
        raise BadTokenRequest(error="this endpoint is not enabled")
    if asked.scope:
        raise BadTokenRequest(error="scope is not allowed for app token exchange")
    try:
        at = await service.provider.endpoints(call.house, provider)
        claims = await service.provider.identity(
            call.house, provider, at, asked.id_token, provider.app_token_exchange
        )
        app = _app_of(provider, claims)
        await call.read(service.delegated.check_owner, provider, claims, app.instance_claim)
    except (NotTheOwner, ProviderFailed) as error:
        raise BadTokenRequest(error="invalid token") from error
    if not claims.get("sid"):
        raise BadTokenRequest(error="sid claim is required")
    return claims, app


def _app_of(provider: Provider, claims: Claims) -> AppOf:
    said = claims.get("aud")
    audiences = said if isinstance(said, list) else [said]
    return next(app for name, app in provider.app_token_exchange.items() if name in audiences)


def _elsewhere(call: Call, origin: str) -> str:
    """Where the app is: its page, which never is one of the home itself."""
    return origin if origin != call.home.origin else f"{origin.replace('://', '://app.', 1)}"


@routes.on("POST", "/oidc/{context}/logout", OWN_PROOF)
async def log_out(call: Call, context: str) -> Response:
    """The other service says that somebody logged out there: their sessions here end (Back-Channel Logout). 200; 400, 404."""
    fields = parse_qs((await call.body()).decode("utf-8", "replace"), max_num_fields=20)
    token = fields.get("logout_token", [""])[0]
    if not token:
        return json({"error": "missing logout_token"}, 400)
    try:
        await service.delegated.log_out(call.house, call.home, token)
    except NotTheOwner as error:
        raise BadTokenRequest(error="invalid logout token") from error
    return Response(headers={"cache-control": "no-store"})
