"""The recovery code: on paper, for the day when the passphrase is forgotten."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.web.call import Call

from .. import service
from .door import confirm, faulty, routes, shown

URL = "/my/settings/security/recovery-code"


@routes.on("GET", URL, OWNER)
async def code_page(call: Call) -> Response:
    """A new code? 200."""
    return await _ask(call, 200, {})


@routes.on("POST", URL, OWNER)
async def renew(call: Call, form: FormData) -> Response:
    """Make a new code, and show it this once. 200; 422."""
    try:
        await confirm(call, form)
    except Problem as problem:
        return await _ask(call, 422, faulty(problem))
    code = await call.write(service.reset.new_code)
    return await shown(call, "auth/recovery_code.html", room="settings", domain=call.home.domain, code=code)


async def _ask(call: Call, status: int, errors: dict[str, str]) -> Response:
    return await shown(
        call, "auth/recovery_code_ask.html", status, room="settings", domain=call.home.domain, errors=errors,
        made_at=await call.read(service.reset.has_code),
    )  # fmt: skip
