"""Change the passphrase, from inside."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OPEN, OWNER
from cozy.ui import N_
from cozy.web.call import Call

from .. import service
from .door import confirm, done, faulty, routes, shown, typed

URL = "/my/settings/security/passphrase"


@routes.on("GET", "/.well-known/change-password", OPEN)
async def well_known(call: Call) -> Response:
    """Where password managers send people (W3C, A Well-Known URL for Changing Passwords). 302."""
    return Response(status_code=302, headers={"location": URL})


@routes.on("GET", URL, OWNER)
async def passphrase_page(call: Call) -> Response:
    """The present one, and the next. 200."""
    return await _passphrase(call, 200, {})


@routes.on("POST", URL, OWNER)
async def change(call: Call, form: FormData) -> Response:
    """Change it; every other session ends. 303; 422."""
    try:
        iterations = await call.read(service.passphrase.iterations)
        key = await service.passphrase.new_key_of(typed(form, "next"), call.home.domain, iterations)
        await confirm(call, form)
        await service.reset.change(call.house, call.home, call.caller, key)
    except Problem as problem:
        return await _passphrase(call, 422, _errors(problem))
    return await done(
        call, "/my/settings/security", N_("Passphrase changed. Every other device is logged out.")
    )


def _errors(problem: Problem) -> dict[str, str]:
    """A passphrase that cannot be used is the next one; one that is wrong is the present one."""
    return (
        {"next": problem.detail}
        if problem.kind == "invalid"
        else {"passphrase": problem.detail} | faulty(problem)
    )


async def _passphrase(call: Call, status: int, errors: dict[str, str]) -> Response:
    return await shown(
        call, "auth/passphrase.html", status, room="settings", domain=call.home.domain, errors=errors
    )  # fmt: skip
