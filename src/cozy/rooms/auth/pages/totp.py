"""The second step: set it up, its codes for paper, switch it off."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.ui import N_
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.forms import text

from .. import service
from .door import confirm, done, faulty, routes, shown

SECURITY = "/my/settings/security"


@routes.on("GET", f"{SECURITY}/second-step", OWNER)
async def set_up_page(call: Call) -> Response:
    """A secret for an app, as a picture and as text. 200; 303 when it is on already."""
    if await call.read(service.totp.factor):
        return see_other(SECURITY)
    return await _set_up(call, 200, service.totp.new_secret(), {})


@routes.on("POST", f"{SECURITY}/second-step", OWNER)
async def set_up(call: Call, form: FormData) -> Response:
    """Switch it on, and show the codes for paper. 200; 409, 422."""
    secret = text(form, "secret")
    try:
        await confirm(call, form)
        codes = await call.write(service.totp.turn_on, secret, text(form, "code"))
    except Problem as problem:
        return await _set_up(call, 422, secret, faulty(problem))
    return await shown(call, "auth/codes.html", room="settings", codes=codes, is_new=True)


async def _set_up(call: Call, status: int, secret: str, errors: dict[str, str]) -> Response:
    return await shown(
        call, "auth/second_step_on.html", status, room="settings", secret=secret, domain=call.home.domain,
        picture=service.totp.picture(secret, call.home.domain) if service.totp.is_secret(secret) else "", errors=errors,
    )  # fmt: skip


@routes.on("GET", f"{SECURITY}/second-step/off", OWNER)
async def switch_off_page(call: Call) -> Response:
    """Switch it off? 200."""
    return await _ask(call, "auth/second_step_off.html", 200, {})


@routes.on("POST", f"{SECURITY}/second-step/off", OWNER)
async def switch_off(call: Call, form: FormData) -> Response:
    """Switch it off. 303; 422."""
    try:
        await confirm(call, form)
    except Problem as problem:
        return await _ask(call, "auth/second_step_off.html", 422, faulty(problem))
    await call.write(service.totp.turn_off)
    return await done(call, SECURITY, N_("The second step is off."))


@routes.on("GET", f"{SECURITY}/second-step/codes", OWNER)
async def codes_page(call: Call) -> Response:
    """New codes for paper? 200."""
    return await _ask(call, "auth/codes_ask.html", 200, {})


@routes.on("POST", f"{SECURITY}/second-step/codes", OWNER)
async def renew_codes(call: Call, form: FormData) -> Response:
    """Make new codes, and show them this once. 200; 422."""
    try:
        await confirm(call, form)
    except Problem as problem:
        return await _ask(call, "auth/codes_ask.html", 422, faulty(problem))
    codes = await call.write(service.totp.renew_codes)
    return await shown(call, "auth/codes.html", room="settings", codes=codes, is_new=False)


async def _ask(call: Call, template: str, status: int, errors: dict[str, str]) -> Response:
    return await shown(call, template, status, room="settings", domain=call.home.domain, errors=errors)
