"""What a program that the owner lets do everything asks for: sessions in its windows, tokens of connectors
(cozy-stack docs/auth.md, docs/flagship.md).
"""

from __future__ import annotations

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.problem import NotFound
from cozy.kernel.routes import KNOWN, OPEN, OWN_PROOF, Routes, may
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NotAllowed
from cozy.web.answers import json
from cozy.web.call import Call

from .. import service
from ..errors import StepExpired, WrongCode, WrongPassphrase
from ..model import Typed
from . import shapes
from .clients import registered
from .door import visitor_of
from .passphrase import First, chosen

routes = Routes(errors="oauth")
_MAXIMAL = may("POST", "*")  # whoever holds a grant for everything


class Proof(Struct, frozen=True):
    """{"passphrase": "<key>", "two_factor_token": "…", "two_factor_passcode": "123456"}"""

    passphrase: str = ""
    two_factor_token: str = ""
    two_factor_passcode: str = ""
    two_factor_code: str = ""  # the same, in cozy-stack's docs

    @property
    def code(self) -> str:
        """The code for the second step."""
        return self.two_factor_passcode or self.two_factor_code


@routes.on("POST", "/auth/session_code", OPEN)
async def session_code(call: Call) -> Response:
    """A code that opens a session in a browser, for a program that may do everything, or by passphrase.

    201 {"session_code"}; 401, 403 {"two_factor_token"}, 429.
    """
    if not permissions.may_all(call.caller, "POST", "*"):
        await call.read(service.provider.check_own_ways)
        proof = await call.decoded(Proof)
        try:
            second = await service.entering.prove(
                call.house, call.home, Typed(proof.passphrase), visitor_of(call), token=proof.two_factor_token,
                code=proof.code,
            )  # fmt: skip
        except (WrongPassphrase, WrongCode, StepExpired):
            return json({"error": "Not authorized"}, 401)
        if second is not None:
            return json({"error": "two factor needed", "two_factor_token": second.token}, 403)
    return json({"session_code": await call.write(service.sessions.invite)}, 201)


class FlagshipProof(Proof, frozen=True):
    """The same, with who the program is."""

    client_id: str = ""
    client_secret: str = ""


@routes.on("POST", "/auth/login/flagship", OWN_PROOF)
async def log_in(call: Call) -> Response:
    """Tokens by passphrase, for a program that the owner let do everything before; else a session code to ask with.

    200, 202 {"session_code"}; 400, 401 {"two_factor_token"}, 403, 429.
    """
    await call.read(service.provider.check_own_ways)
    return await _let_in(call, await call.decoded(FlagshipProof))


class FlagshipFirst(First, frozen=True):
    """The first passphrase of a home, or a new one, with who the program is in which it was typed."""

    client_id: str = ""
    client_secret: str = ""


@routes.on("POST", "/settings/passphrase/flagship", OWN_PROOF)
async def choose(call: Call) -> Response:
    """Choose a passphrase with the token of a link, in a program; then as POST /auth/login/flagship.

    200, 202 {"session_code"}; 400, 401 {"two_factor_token"}, 422, 429.
    """
    await call.read(service.provider.check_own_ways)
    given = await call.decoded(FlagshipFirst)
    client = await call.read(service.clients.authenticated, given.client_id, given.client_secret)
    await chosen(call, given, client.id)
    return await _let_in(call, FlagshipProof(given.passphrase, "", "", "", client.id, given.client_secret))


async def _let_in(call: Call, proof: FlagshipProof) -> Response:
    try:
        second = await service.entering.prove(
            call.house, call.home, Typed(proof.passphrase), visitor_of(call), token=proof.two_factor_token,
            code=proof.code,
        )  # fmt: skip
    except (WrongCode, StepExpired) as error:
        return json({"error": error.detail}, 403)
    if second is not None:
        return json({"two_factor_token": second.token}, 401)
    client = await call.read(service.clients.authenticated, proof.client_id, proof.client_secret)
    if not client.flagship:
        return json({"session_code": await call.write(service.sessions.invite)}, 202)
    return json(shapes.tokens(await call.write(service.exchanging.for_flagship, client)))


@routes.on("POST", "/auth/tokens/konnectors/{slug}", _MAXIMAL)
def konnector_token(work: Work, slug: str) -> Response:
    """A token of an installed connector, which runs in the program itself. 201, a JSON string; 403, 404."""
    permissions.guard(work, "POST", "*", None, None)
    if permissions.of_source(work, "konnector", slug) is None:
        raise NotFound
    return json(service.tokens.for_konnector(work, slug), 201)


@routes.on("POST", "/auth/registerFromWebApp", KNOWN)
async def register_from_settings(call: Call) -> Response:
    """Register a client, for the app Settings alone. 201; 400, 401, 403, 429."""
    if (call.caller.kind, call.caller.name) != ("app", "settings"):
        raise NotAllowed
    return await registered(call)
