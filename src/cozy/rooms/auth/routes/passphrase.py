"""The passphrase and its hint, for apps (cozy-stack docs/settings.md)."""

from __future__ import annotations

from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.problem import Forbidden, Malformed
from cozy.kernel.routes import OWN_PROOF, Routes, may
from cozy.kernel.work import Work
from cozy.rooms.homes.model import SETTINGS
from cozy.web import jsonapi
from cozy.web.answers import json, nothing, see_other
from cozy.web.call import Call

from .. import service
from ..errors import LinkExpired, StepExpired, WrongCode, WrongPassphrase
from ..model import SecondStep, Typed
from .door import let_in, visitor_of

routes = Routes()
_URL = "/settings/passphrase"


@routes.on("GET", _URL, may("GET", SETTINGS))
def parameters(work: Work) -> Response:
    """How a browser makes the key of a passphrase. 200; 403."""
    attributes = {"salt": f"me@{work.domain}", "kdf": 0, "iterations": service.passphrase.iterations(work)}
    return jsonapi.answer(
        {"type": SETTINGS, "id": "io.cozy.settings.passphrase", "attributes": attributes, "links": {"self": _URL}}
    )  # fmt: skip


class First(Struct, frozen=True):
    """The first passphrase of a home, or a new one, with the token of a link."""

    register_token: str = ""
    passphrase: str = ""
    hint: str = ""
    iterations: int = 0


@routes.on("POST", _URL, OWN_PROOF)
async def choose(call: Call) -> Response:
    """Choose a passphrase with the token of a link, and come in. 204 or, for a form, 303; 400, 422."""
    is_form = call.header("content-type").startswith("application/x-www-form-urlencoded")
    given = await _first_of_form(call) if is_form else await call.decoded(First)
    await chosen(call, given)
    if not (await call.read(service.provider.configured)).is_only:
        entered = await service.entering.enter(
            call.house, call.home, Typed(given.passphrase), visitor_of(call, stays=True)
        )
        if not isinstance(entered, SecondStep):
            let_in(call, entered)
    return see_other("/my") if is_form else nothing()


async def chosen(call: Call, given: First, client_id: str = "") -> None:
    """Keep a passphrase that was chosen, with its hint. client_id: as of `reset.renew`. Raises Malformed, BadKey, BadHint."""
    iterations = service.passphrase.check_iterations(given.iterations) if given.iterations else 0
    try:
        await service.reset.renew(
            call.house, call.home, given.register_token, given.passphrase, iterations, client_id
        )
    except LinkExpired as error:
        raise Malformed(error.detail) from error
    if given.hint:
        await service.hint.put(call.house, call.home, given.hint)


async def _first_of_form(call: Call) -> First:
    try:
        pairs = parse_qsl((await call.body()).decode(), max_num_fields=50)
        return msgspec.convert(dict(pairs), First, strict=False)
    except (ValueError, msgspec.ValidationError) as error:
        raise Malformed from error


class Another(Struct, frozen=True):
    """Another passphrase. The keys of a vault that come along are for the vault."""

    current_passphrase: str = ""
    new_passphrase: str = ""
    iterations: int = 0
    two_factor_token: str = ""
    two_factor_passcode: str = ""


@routes.on("PUT", _URL, may("PUT", SETTINGS))
async def change(call: Call) -> Response:
    """Change the passphrase; every other session and every program is forgotten. In two steps where there is a second.

    204, 200 {"two_factor_token"}; 400, 403, 422, 429.
    """
    given = await call.decoded(Another)
    iterations = service.passphrase.check_iterations(given.iterations) if given.iterations else 0
    try:
        if given.two_factor_token:
            await service.entering.prove_second(
                call.house, call.home, given.two_factor_token, given.two_factor_passcode, visitor_of(call)
            )
        elif second := await service.entering.prove(
            call.house, call.home, Typed(given.current_passphrase), visitor_of(call)
        ):
            return json({"two_factor_token": second.token})
    except (WrongPassphrase, WrongCode, StepExpired) as error:
        raise Malformed(error.detail) from error
    await service.reset.change(call.house, call.home, call.caller, given.new_passphrase, iterations)
    return nothing()


class Checked(Struct, frozen=True):
    """{"passphrase": "<key>"}"""

    passphrase: str


@routes.on("POST", f"{_URL}/check", may("PUT", SETTINGS))
async def check(call: Call) -> Response:
    """Make sure of the passphrase, before something that matters. 204; 403, 429."""
    given = await call.decoded(Checked)
    try:
        await service.entering.confirm(
            call.house, call.home, call.caller, Typed(given.passphrase), visitor_of(call)
        )
    except WrongPassphrase as error:
        raise Forbidden(error.detail) from error
    return nothing()


@routes.on("GET", "/settings/hint", may("GET", SETTINGS))
def has_hint(work: Work) -> Response:
    """Whether there is a hint, which is not told. 204; 403, 404."""
    service.hint.check(work)
    return nothing()


class Hint(Struct, frozen=True):
    """{"hint": "…"}"""

    hint: str


@routes.on("PUT", "/settings/hint", may("PUT", SETTINGS))
async def change_hint(call: Call) -> Response:
    """Keep a hint for the day when the passphrase is forgotten. 204; 403, 422."""
    await service.hint.put(call.house, call.home, (await call.decoded(Hint)).hint)
    return nothing()


@routes.on("POST", "/auth/hint", OWN_PROOF)
async def send_hint(call: Call) -> Response:
    """Mail the hint to the owner. 204, whether there is one or not; 429."""
    await call.write(service.hint.ask, visitor_of(call))
    return nothing()
