"""The owner is asked whether a program may come in, and to what (RFC 6749 §4.1.1; cozy-stack docs/auth.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Struct
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OPEN, OWNER
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NobodyIn
from cozy.rooms.permissions.model import Rule
from cozy.web.answers import json, see_other
from cozy.web.call import Call
from cozy.web.headers import PAGE_CSP

from .. import service
from ..errors import BadAuthorization
from ..model.clients import LOGIN, Asked, Wanted
from ..ports import Apps, LinkedApp
from .door import confirm, faulty, let_in, routes, shown, text, texts, visitor_of, wants_json

_URL = "/auth/authorize"


@routes.on("GET", _URL, OPEN)
async def consent_page(call: Call) -> Response:
    """Who asks for what. 200; 303 to log in, or straight back to a program that only asks whether the owner is in; 400."""
    asked = _asked(dict(call.request.query_params))
    if code := call.query("session_code"):
        return await _accepted(call, code)
    request, app = await _wanted(call, asked)
    if call.caller.kind != "owner":
        raise NobodyIn
    if asked.scope.strip() == LOGIN:
        return see_other(await call.write(service.authorizing.agree, request, visitor_of(call), {}))
    return await _consent(call, request, app)


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
        return _sent(call, service.authorizing.refuse(asked))
    kept = _kept(form, request)
    try:
        until = await call.read(permissions.end_of, text(form, "end"), text(form, "day"))
        if request.is_everything:
            await confirm(call, form)
        elif not kept and request.rules:
            raise BadAuthorization("Tick at least one thing, or choose Not now.", parameter="keep")
    except Problem as problem:
        typed = {name: text(form, name) for name in ("end", "day")}
        chosen = {name: texts(form, name) for name in ("keep", "see_only")}
        return await _consent(call, request, app, 422, **typed, **chosen, errors=faulty(problem))
    if app is not None:
        await _install(call, app.slug)
    return _sent(call, await call.write(service.authorizing.agree, request, visitor_of(call), kept, until))


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


def _kept(form: FormData, request: Wanted) -> Mapping[str, Rule]:
    """What the owner leaves of what is asked for; a form without an answer, as cozy-stack's, means all."""
    if "answer" not in form or request.is_everything or request.client.linked_app:
        return request.rules
    return permissions.narrowed(request.rules, texts(form, "keep"), texts(form, "see_only"))


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
    call: Call, request: Wanted, app: LinkedApp | None, status: int = 200, **typed: Any
) -> Response:
    """The question; typed: what the owner had answered, when it is asked again."""
    target = _target(request.asked.redirect_uri)
    policy = request.client.policy_uri
    known = {"keep": None, "see_only": (), "end": "", "day": "", "errors": {}}
    response = await shown(
        call, "auth/authorize.html", status, client=request.client, domain=call.home.domain,
        asked=msgspec.structs.asdict(request.asked), target=target, lines=await call.read(permissions.lines, request.rules),
        hidden=permissions.out_of_sight(request.rules), is_everything=request.is_everything,
        wants_passphrase=request.is_everything, app=app.name if app else "",
        policy=policy if policy.startswith("https://") else "", **{**known, **typed},
    )  # fmt: skip
    # Chromium holds what a form is redirected to against form-action as well
    csp = PAGE_CSP.replace("form-action 'self'", f"form-action 'self' {target.source}")
    response.headers["content-security-policy"] = csp
    return response
