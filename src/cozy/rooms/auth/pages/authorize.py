"""The owner is asked whether a program may come in, and to what (RFC 6749 §4.1.1; cozy-stack docs/auth.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Struct
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OPEN, OWNER
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NobodyIn, NothingKept
from cozy.rooms.permissions.model import Rule
from cozy.web.answers import json, see_other
from cozy.web.call import Call
from cozy.web.forms import text, texts
from cozy.web.headers import leading_to

from .. import service
from ..errors import BadAuthorization
from ..model.clients import IDENTITY, LOGIN, Asked, Wanted
from ..ports import Apps, LinkedApp
from .clients_limit import too_many
from .door import confirm, faulty, let_in, routes, shown, visitor_of, wants_json

_URL = "/auth/authorize"


@routes.on("GET", _URL, OPEN)
async def consent_page(call: Call) -> Response:
    """Who asks for what. 200; 303 to log in, or straight back to a program that only asks whether the owner is in; 400."""
    asked = _asked(dict(call.request.query_params))
    if code := call.query("session_code"):
        return await _accepted(call, code)
    request, app = await _wanted(call, asked)
    if call.caller.kind != "owner":
        return _nobody_in(call, request)
    is_unasked = asked.scope.strip() == LOGIN or await _needs_no_answer(call, request)
    if is_unasked:
        return see_other(await _agreed(call, request, dict(request.rules)))
    if "none" in request.prompts:
        return see_other(service.authorizing.refuse(call.home.origin, asked, "consent_required"))
    if await call.read(service.usage.is_in_the_way, request.client):
        return await too_many(call, f"{_URL}?{call.request.url.query}", 403)
    return await _consent(call, request, app)


def _nobody_in(call: Call, request: Wanted) -> Response:
    """To the log-in, unless the program wants the owner to see nothing (OpenID Connect Core §3.1.2.6). Raises NobodyIn."""
    if "none" in request.prompts:
        return see_other(service.authorizing.refuse(call.home.origin, request.asked, "login_required"))
    raise NobodyIn


async def _needs_no_answer(call: Call, request: Wanted) -> bool:
    if request.prompts & {"consent", "login"} or await call.read(service.authorizing.is_old, request):
        return False
    return await call.read(service.authorizing.is_agreed, request)


async def _needs_passphrase(call: Call, request: Wanted) -> bool:
    is_again = "login" in request.prompts or await call.read(service.authorizing.is_old, request)
    return request.is_everything or is_again


async def _agreed(
    call: Call, request: Wanted, rules: dict[str, Rule], until: str = "", *, proved: bool = False
) -> str:
    if IDENTITY in {rule.doctype for rule in rules.values()}:
        await service.identity.ensure_key(call.house, call.home)
    return await call.write(service.authorizing.agree, request, visitor_of(call), rules, until, proved=proved)


async def _accepted(call: Call, code: str) -> Response:
    """The same page again, in the session that a program of the owner's asked for."""
    if call.caller.kind != "owner" and (
        entered := await call.write(service.sessions.accept, code, visitor_of(call))
    ):
        let_in(call, entered)
    rest = [pair for pair in call.request.query_params.multi_items() if pair[0] != "session_code"]
    return see_other(f"{_URL}?{urlencode(rest)}")


@routes.on("POST", _URL, OWNER)
async def answer(call: Call, form: FormData) -> Response:
    """Send the owner back to the program, with a code or without. 303 or, for programs, 200 {"deeplink"}; 400, 403, 422."""
    asked = _asked({name: text(form, name) for name in Asked.__struct_fields__})
    request, app = await _wanted(call, asked)
    if text(form, "answer") == "no":
        return _sent(call, service.authorizing.refuse(call.home.origin, asked))
    if await call.read(service.usage.is_in_the_way, request.client):
        return await too_many(call, _URL, 403)
    if form.get("answer") == "":  # Enter was pressed in a field
        return await _consent(call, request, app, form)
    try:
        rules = _kept(form, request)
        until = await call.read(permissions.end_of, text(form, "end"), text(form, "day"))
        proved = await _needs_passphrase(call, request)
        if proved:
            await confirm(call, form)
    except Problem as problem:
        return await _consent(call, request, app, form, faulty(problem), 422)
    if app is not None:
        await _install(call, app.slug)
    return _sent(call, await _agreed(call, request, rules, until, proved=proved))


def _asked(given: Mapping[str, str]) -> Asked:
    return Asked(**{name: given.get(name, "") for name in Asked.__struct_fields__})


async def _wanted(call: Call, asked: Asked) -> tuple[Wanted, LinkedApp | None]:
    """What is asked for and, for a program that is the device's side of an app, that app. Raises BadAuthorization."""
    request = await call.read(service.authorizing.wanted, asked)
    if request.is_everything or not request.client.linked_app:
        return request, None
    for plugged in _apps(call):
        if app := await plugged.find(call.house, call.home, request.client.linked_app):
            return service.authorizing.linked(request, app.rules), app
    raise BadAuthorization("The application that this program is for cannot be found.")


def _apps(call: Call) -> list[Apps]:
    return call.house.ports.get(Apps, [])


async def _install(call: Call, slug: str) -> None:
    for plugged in _apps(call):
        await plugged.install(call.house, call.home, call.caller, slug)


def _kept(form: FormData, request: Wanted) -> dict[str, Rule]:
    """What the owner left ticked; a form without an answer, as cozy-stack's, means all. Raises NothingKept."""
    is_fixed = request.is_everything or request.client.linked_app
    if "answer" not in form or is_fixed:
        return dict(request.rules)
    rules = permissions.narrowed(request.rules, texts(form, "keep"), texts(form, "see_only"))
    if not rules:
        raise NothingKept(parameter="keep")
    return rules


def _sent(call: Call, url: str) -> Response:
    return json({"deeplink": url}) if wants_json(call) else see_other(url)


class Target(Struct, frozen=True):
    """Where the owner is sent to: a host, this device, or the application that a scheme opens."""

    host: str = ""
    is_here: bool = False
    scheme: str = ""
    source: str = ""  # in words of a Content-Security-Policy


def _target(redirect_uri: str) -> Target:
    parsed = urlsplit(redirect_uri)
    if parsed.scheme not in {"http", "https"}:
        return Target(scheme=parsed.scheme, source=f"{parsed.scheme}:")
    is_plain = re.fullmatch(r"[a-z0-9.-]+(:\d+)?", parsed.netloc)  # the grammar of sources knows no [::1]
    source = f"{parsed.scheme}://{parsed.netloc}" if is_plain else f"{parsed.scheme}:"
    if service.clients.is_loopback(parsed.hostname or ""):
        return Target(is_here=True, source=source)
    return Target(host=parsed.netloc, source=source)


async def _consent(
    call: Call,
    request: Wanted,
    app: LinkedApp | None,
    form: FormData | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The page; form: as it came, when it must be filled in again."""
    target = _target(request.asked.redirect_uri)
    policy = request.client.policy_uri
    response = await shown(
        call, "auth/authorize.html", status, client=request.client, domain=call.home.domain, errors=errors or {},
        asked=msgspec.structs.asdict(request.asked), target=target, lines=await call.read(permissions.lines, request.rules),
        hidden=permissions.out_of_sight(request.rules), is_everything=request.is_everything, wants_passphrase=await _needs_passphrase(call, request),
        is_identity=request.is_identity, app=app.name if app else "",
        keep=texts(form, "keep") if form else None, see_only=texts(form, "see_only") if form else (),
        end=text(form, "end") if form else "", day=text(form, "day") if form else "",
        policy=policy if policy.startswith("https://") else "",
    )  # fmt: skip
    response.headers["content-security-policy"] = leading_to(target.source)
    return response
