"""Show once more that it is you: an app asks, before something that matters (cozy-stack docs/auth.md)."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Malformed, Problem, TooMany
from cozy.kernel.routes import OWNER
from cozy.web.answers import json, see_other
from cozy.web.call import Call
from cozy.web.forms import text

from .. import service
from .door import faulty, leading_on, routes, shown, typed, visitor_of, wants_json

_URL = "/auth/confirm"
_LONGEST = 500  # characters of a state


@routes.on("GET", _URL, OWNER)
async def confirm_page(call: Call) -> Response:
    """The question; where another service alone lets people in, it asks. 200; 303, 400."""
    state, redirect = _state(call.query("state")), call.query("redirect")
    if (await call.read(service.provider.configured)).is_only:
        return see_other(f"/oidc/start?{urlencode({'redirect': redirect, 'confirm_state': state})}")
    return await _asked(call, state, redirect)


@routes.on("POST", _URL, OWNER)
async def confirm(call: Call, form: FormData) -> Response:
    """Back to the app with a code. 303 or, for programs, 200 {"redirect"}; 400, 401, 429."""
    state, redirect = _state(text(form, "state")), text(form, "redirect")
    target = service.redirects.target(call.home.origin, redirect, call.house.settings.subdomains)
    try:
        proof = await service.confirming.confirm(
            call.house, call.home, call.caller, visitor_of(call), typed(form), text(form, "code"), state
        )
    except Problem as problem:
        status = 429 if isinstance(problem, TooMany) else 401
        if wants_json(call):
            return json({"error": problem.detail}, status)
        return await _asked(call, state, redirect, status, faulty(problem))
    url = service.confirming.answer(target, proof, state)
    if not wants_json(call):
        return see_other(url)
    return json({"redirect": url if "://" in url else f"{call.home.origin}{url}"})


def _state(state: str) -> str:
    if not state or len(state) > _LONGEST:
        raise Malformed("The state parameter is mandatory.", parameter="state")
    return state


async def _asked(
    call: Call, state: str, redirect: str, status: int = 200, errors: dict[str, str] | None = None
) -> Response:
    service.redirects.target(call.home.origin, redirect, call.house.settings.subdomains)
    response = await shown(
        call, "auth/confirm.html", status, domain=call.home.domain, state=state, redirect=redirect, errors=errors or {},
        has_second_step=bool(await call.read(service.totp.factor)),
    )  # fmt: skip
    return leading_on(call, response, redirect)
