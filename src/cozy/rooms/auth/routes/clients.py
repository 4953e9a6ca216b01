"""Clients register, and manage their registration (RFC 7591, RFC 7592; cozy-stack docs/auth.md)."""

from __future__ import annotations

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.problem import NotFound, Problem
from cozy.kernel.routes import OWN_PROOF, Routes
from cozy.web.answers import json, nothing
from cozy.web.call import Call

from .. import service
from ..errors import BadRegistration, NotItsToken
from ..model import Visitor
from ..model.clients import Introduction, linked_app
from ..ports import Apps
from . import shapes
from .door import bearer

routes = Routes(errors="oauth")
_URL = "/auth/register"


@routes.on("POST", _URL, OWN_PROOF)
async def register(call: Call) -> Response:
    """Register a client. 201; 400 {"error", "error_description"}, 401, 429."""
    return await registered(call)


async def registered(call: Call) -> Response:
    """The answer to a client that introduces itself."""
    said = await call.decoded(Introduction)
    may_log_in = bool(said.allow_login_scope)
    if may_log_in:
        await _check_is_command_line(call)
    await _check_app(call, linked_app(said.software_id or ""))
    visitor = Visitor(address=call.client)
    client = await call.write(service.clients.register, visitor, said, may_log_in=may_log_in)
    return json(await call.read(shapes.client, client, with_token=True), 201)


async def _check_is_command_line(call: Call) -> None:
    try:
        caller = await call.read(service.caller_of, bearer(call))
    except Problem as error:
        raise NotItsToken from error
    if caller.kind != "cli":
        raise NotItsToken


async def _check_app(call: Call, slug: str) -> None:
    """A program may only be linked to an app that there is. Raises BadRegistration."""
    apps: list[Apps] = call.house.ports.get(Apps, [])
    if not slug or slug in service.clients.NO_LINK:
        return  # the service says so
    if not any([await plugged.find(call.house, call.home, slug) for plugged in apps]):
        said = "Application was not found on instance registries"
        raise BadRegistration(error="unapproved_software_id", error_description=said)


@routes.on("GET", f"{_URL}/{{client_id}}", OWN_PROOF)
async def read(call: Call, client_id: str) -> Response:
    """A client's registration, by its registration token. 200; 401, 404."""
    client = await call.read(service.clients.managing, client_id, bearer(call))
    return json(await call.read(shapes.client, client))


@routes.on("PUT", f"{_URL}/{{client_id}}", OWN_PROOF)
async def change(call: Call, client_id: str) -> Response:
    """Change a registration; who sends its secret gets another. 200; 400, 401, 404, 409."""
    client = await call.read(service.clients.managing, client_id, bearer(call))
    said = await call.decoded(Introduction)
    await _check_app(call, linked_app(said.software_id or ""))
    changed = await call.write(service.clients.change, client, said)
    return json(await call.read(shapes.client, changed))


@routes.on("DELETE", f"{_URL}/{{client_id}}", OWN_PROOF)
async def unregister(call: Call, client_id: str) -> Response:
    """Forget a client, with what it was granted. 204, also when there is none; 401."""
    try:
        client = await call.read(service.clients.managing, client_id, bearer(call))
        await call.write(service.clients.remove, client)
    except NotFound:
        pass
    return nothing()


class Secret(Struct, frozen=True):
    """{"secret": "…"}"""

    secret: str


@routes.on("POST", "/auth/secret_exchange", OWN_PROOF)
async def exchange_secret(call: Call) -> Response:
    """The client that somebody registered for this device with an onboarding secret, once. 200; 400, 404, 429."""
    body = await call.decoded(Secret)
    await call.write(service.limits.count, "register", Visitor(address=call.client))
    client = await call.write(service.clients.exchanged, body.secret)
    return json(await call.read(shapes.client, client))
