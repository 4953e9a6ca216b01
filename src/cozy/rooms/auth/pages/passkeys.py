"""Passkeys: add, name, remove."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import NotFound, Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import N_
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.forms import text

from .. import service
from ..errors import NoPasskey
from ..model import Passkey
from .door import confirm, done, faulty, routes, shown

SECURITY = "/my/settings/security"


@routes.on("GET", f"{SECURITY}/passkeys/new", OWNER)
async def new_page(call: Call) -> Response:
    """What the browser needs to make one. 200."""
    return await _new(call, 200, "", {})


@routes.on("POST", f"{SECURITY}/passkeys/new", OWNER)
async def add(call: Call, form: FormData) -> Response:
    """Keep the one that the browser made. 303; 422."""
    name = text(form, "name")
    try:
        await confirm(call, form)
        await call.write(service.passkeys.add, call.home, text(form, "credential"), name)
    except Problem as problem:
        return await _new(call, 422, name, faulty(problem))
    return await done(call, SECURITY, N_("Passkey added."))


async def _new(call: Call, status: int, name: str, errors: dict[str, str]) -> Response:
    return await shown(
        call, "auth/passkey_new.html", status, room="settings", domain=call.home.domain, errors=errors, name=name,
        options=await call.read(service.passkeys.invitation, call.home),
        suggestion=service.devices.system_of(call.header("user-agent")),
    )  # fmt: skip


@routes.on("GET", f"{SECURITY}/passkeys/{{passkey_id}}", OWNER)
async def passkey_page(call: Call, passkey_id: str) -> Response:
    """One passkey: its name, and the way to remove it. 200; 404."""
    return await _one(call, 200, await call.read(_passkey, passkey_id), {})


async def _one(call: Call, status: int, passkey: Passkey, errors: dict[str, str]) -> Response:
    return await shown(
        call, "auth/passkey.html", status, room="settings", passkey=passkey, domain=call.home.domain, errors=errors
    )  # fmt: skip


def _passkey(work: Work, passkey_id: str) -> Passkey:
    found = next((known for known in service.passkeys.listed(work) if known.id == passkey_id), None)
    if found is None:
        raise NoPasskey
    return found


@routes.on("POST", f"{SECURITY}/passkeys/{{passkey_id}}", OWNER)
async def change(call: Call, form: FormData, passkey_id: str) -> Response:
    """Name it, or remove it after the passphrase. 303; 404, 422."""
    if text(form, "action") != "remove":
        await call.write(service.passkeys.rename, passkey_id, text(form, "name"))
        return await done(call, SECURITY, N_("Passkey renamed."))
    passkey = await call.read(_passkey, passkey_id)
    try:
        await confirm(call, form)
        await call.write(service.passkeys.remove, passkey_id)
    except NotFound:
        return see_other(SECURITY)
    except Problem as problem:
        return await _one(call, 422, passkey, faulty(problem))
    return await done(call, SECURITY, N_("Passkey removed."))
