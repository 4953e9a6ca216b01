"""Log in, the second step, log out."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem, TooMany
from cozy.kernel.routes import OPEN, OWNER
from cozy.rooms.homes import service as homes
from cozy.web.answers import json, see_other
from cozy.web.call import Call
from cozy.web.cookies import set_cookie
from cozy.web.forms import text

from .. import service
from ..errors import NotTheOwner, StepExpired, WrongCode, WrongPasskey, WrongPassphrase
from .door import arrived, faulty, leading_on, routes, shown, typed, visitor_of, wants_json


@routes.on("GET", "/", OPEN)
async def front_door(call: Call) -> Response:
    """The address of the home leads in."""
    return see_other(f"/auth/login?{urlencode({'jwt': token})}" if (token := call.query("jwt")) else "/my")


@routes.on("GET", "/auth/login", OPEN)
async def log_in_page(call: Call) -> Response:
    """The log-in page; who is in already goes on, and who brings a code of a program of the owner's. 200; 303, 400."""
    target = service.redirects.target(
        call.home.origin, call.query("redirect"), call.house.settings.subdomains
    )
    if call.caller.kind != "owner":
        return await _brought(call, target) or await _asked(call)
    return see_other(await call.write(service.redirects.carrying, call.caller.session, target))


async def _brought(call: Call, target: str) -> Response | None:
    """In, by a code of a program of the owner's, or by a link that another program of the host made."""
    if code := call.query("session_code"):
        entered = await call.write(service.sessions.accept, code, visitor_of(call))
        return await arrived(call, entered, target) if entered else None
    if token := call.query("jwt"):
        with suppress(NotTheOwner):
            return await arrived(
                call, await service.delegated.with_jwt(call.house, call.home, token, visitor_of(call)), target
            )
    return None


async def _asked(call: Call) -> Response:
    """The log-in page, or the other service where it alone lets people in."""
    redirect = call.query("redirect")
    if (await call.read(service.provider.configured)).is_only and not call.query("error"):
        return see_other(f"/oidc/start?{urlencode({'redirect': redirect})}" if redirect else "/oidc/start")
    return await _log_in(call, redirect)


@routes.on("POST", "/auth/login", OPEN)
async def log_in(call: Call, form: FormData) -> Response:
    """Let in who knows the passphrase. 303 or, for programs, 200 {"redirect"}; 400, 401, 429."""
    redirect = text(form, "redirect")
    target = service.redirects.target(call.home.origin, redirect, call.house.settings.subdomains)
    await call.read(service.provider.check_own_ways)
    try:
        outcome = await service.entering.enter(call.house, call.home, typed(form), visitor_of(call, form))
    except (WrongPassphrase, TooMany) as problem:
        return await _refused(call, problem, redirect)
    return await arrived(call, outcome, target, redirect)


async def _refused(call: Call, problem: Problem, redirect: str) -> Response:
    status = 429 if isinstance(problem, TooMany) else 401
    if wants_json(call):
        response = json({"error": problem.detail}, status)
    else:
        response = await _log_in(call, redirect, status, faulty(problem))
    if isinstance(problem, TooMany):
        response.headers["retry-after"] = str(problem.facts["retry_after_s"])
    return response


async def _log_in(
    call: Call, redirect: str, status: int = 200, errors: dict[str, str] | None = None
) -> Response:
    profile = await call.read(homes.profile)
    response = await shown(
        call, "auth/login.html", status,
        public_name=profile.public_name, domain=call.home.domain, redirect=redirect, errors=errors or {},
        options=await call.read(service.passkeys.question, call.home),
        has_passkeys=bool(await call.read(service.passkeys.listed)), renewed=bool(call.query("renewed")),
        provider=await call.read(service.provider.configured),
    )  # fmt: skip
    return leading_on(call, response, redirect)


@routes.on("POST", "/auth/passkey", OPEN)
async def log_in_with_passkey(call: Call, form: FormData) -> Response:
    """Let in who holds a passkey. 303; 400, 401, 429."""
    redirect, visitor = text(form, "redirect"), visitor_of(call, form)
    target = service.redirects.target(call.home.origin, redirect, call.house.settings.subdomains)
    await call.read(service.provider.check_own_ways)
    try:
        await call.write(service.limits.count, "passkey", visitor)
        entered = await call.write(service.passkeys.enter, call.home, text(form, "credential"), visitor)
    except (WrongPasskey, TooMany) as problem:
        return await _refused(call, problem, redirect)
    return await arrived(call, entered, target)


@routes.on("GET", "/auth/passkey", OPEN)
async def log_in_again(call: Call) -> Response:
    """The address of a log-in that failed, loaded again. 303."""
    return see_other("/auth/login")


@routes.on("GET", "/auth/twofactor", OPEN)
async def second_step_page(call: Call) -> Response:
    """The second step. 200; 303 to the first when it was too long ago."""
    token, redirect = call.query("two_factor_token"), call.query("redirect")
    if not await call.read(service.entering.is_pending, token):
        return see_other("/auth/login?" + urlencode({"redirect": redirect}))
    return await _second_step(call, token, redirect)


@routes.on("POST", "/auth/twofactor", OPEN)
async def second_step(call: Call, form: FormData) -> Response:
    """Let in who has a code, or a passkey, after the first step. 303; 400, 401, 429."""
    token, redirect, visitor = text(form, "two-factor-token"), text(form, "redirect"), visitor_of(call, form)
    target = service.redirects.target(call.home.origin, redirect, call.house.settings.subdomains)
    credential, code = text(form, "credential"), text(form, "two-factor-passcode")
    try:
        if credential:
            entered = await call.write(service.passkeys.enter_after, call.home, token, credential, visitor)
        else:
            entered = await service.entering.enter_with_code(call.house, call.home, token, code, visitor)
    except (StepExpired, WrongCode, WrongPasskey, TooMany) as problem:
        return await _second_step_refused(call, problem, token, redirect)
    return await arrived(call, entered, target)


async def _second_step_refused(call: Call, problem: Problem, token: str, redirect: str) -> Response:
    status = 429 if isinstance(problem, TooMany) else 401
    if wants_json(call):
        return json({"error": problem.detail}, status)
    if isinstance(problem, StepExpired):
        return await _log_in(call, redirect, status, faulty(problem))
    return await _second_step(call, token, redirect, status, faulty(problem))


async def _second_step(
    call: Call, token: str, redirect: str, status: int = 200, errors: dict[str, str] | None = None
) -> Response:
    response = await shown(
        call, "auth/second_step.html", status, token=token, redirect=redirect, errors=errors or {},
        options=await call.read(service.passkeys.question, call.home),
        has_passkeys=bool(await call.read(service.passkeys.listed)),
    )  # fmt: skip
    return leading_on(call, response, redirect)


@routes.on("POST", "/auth/logout", OWNER)
async def log_out(call: Call, form: FormData) -> Response:
    """End this session. 303."""
    await call.write(service.sessions.end, call.caller.session)
    set_cookie(call, "session", "", max_age_s=0)
    provider = await call.read(service.provider.configured)
    response = see_other(provider.logout_url if provider.is_only and provider.logout_url else "/auth/login")
    response.headers["clear-site-data"] = (
        '"cache", "storage"'  # pages kept for offline, files that wait to be sent
    )
    return response
