"""The passphrase is forgotten: a mail, a recovery code, or the hoster; then a new one."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Invalid, Problem, TooMany
from cozy.kernel.routes import OPEN
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.forms import text

from .. import service
from ..errors import LinkExpired, WrongRecoveryCode
from .door import faulty, routes, shown, typed, visitor_of


@routes.on("GET", "/auth/passphrase_reset", OPEN)
async def forgotten_page(call: Call) -> Response:
    """The ways back in. 200."""
    return await _forgotten(call)


@routes.on("POST", "/auth/passphrase_reset", OPEN)
async def ask_for_mail(call: Call, form: FormData) -> Response:
    """Send a link to the owner's mail address; the answer never says which. 200; 429."""
    try:
        await call.write(service.reset.ask, visitor_of(call))
    except TooMany as problem:
        return await _forgotten(call, 429, faulty(problem))
    return await _forgotten(call, asked=True)


@routes.on("GET", "/auth/recover", OPEN)
async def recover_again(call: Call) -> Response:
    """The address of a code that failed, loaded again. 303."""
    return see_other("/auth/passphrase_reset")


@routes.on("POST", "/auth/recover", OPEN)
async def recover(call: Call, form: FormData) -> Response:
    """Use the recovery code. 303; 401, 429."""
    try:
        token = await service.reset.with_code(call.house, call.home, text(form, "code"), visitor_of(call))
    except (WrongRecoveryCode, TooMany) as problem:
        return await _forgotten(call, 429 if isinstance(problem, TooMany) else 401, {"code": problem.detail})
    return see_other("/auth/passphrase_renew?" + urlencode({"token": token}))


async def _forgotten(
    call: Call, status: int = 200, errors: dict[str, str] | None = None, *, asked: bool = False
) -> Response:
    return await shown(
        call, "auth/forgotten.html", status, domain=call.home.domain, errors=errors or {}, asked=asked,
        by_mail=call.house.mailer.configured,
    )  # fmt: skip


@routes.on("GET", "/auth/passphrase_renew", OPEN)
async def renew_page(call: Call) -> Response:
    """Choose a new passphrase. 200; 404 when the link is used or old."""
    await call.read(service.reset.check, call.query("token"))
    return await _renew(call, call.query("token"))


@routes.on("POST", "/auth/passphrase_renew", OPEN)
async def renew(call: Call, form: FormData) -> Response:
    """Make it the passphrase, and end every session. 303; 404, 422."""
    token = text(form, "passphrase_reset_token")
    try:
        iterations = await call.read(service.passphrase.iterations)
        key = await service.passphrase.new_key_of(typed(form), call.home.domain, iterations)
        await service.reset.renew(call.house, call.home, token, key)
    except LinkExpired:
        raise
    except Invalid as problem:
        return await _renew(call, token, 422, problem)
    return see_other("/auth/login?renewed=1")


async def _renew(call: Call, token: str, status: int = 200, problem: Problem | None = None) -> Response:
    errors = faulty(problem) if problem else {}
    return await shown(call, "auth/renew.html", status, token=token, domain=call.home.domain, errors=errors)
