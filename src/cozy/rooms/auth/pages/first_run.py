"""The first page of a fresh install: make the home of this host."""

from __future__ import annotations

import ipaddress

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy import ui
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import time_zones
from cozy.kernel.home import Home
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OPEN
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Profile
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.forms import text

from .. import service
from ..model import SecondStep
from .door import faulty, let_in, routes, shown, typed, visitor_of

ADDRESS = "cozy.localhost"  # where browsers reach their own machine by name


@routes.on("GET", "/my/welcome", OPEN)
async def welcome(call: Call) -> Response:
    """Who, where, and with which passphrase. 200; 303 when there is a home already."""
    if call.home.id:
        return see_other("/my")
    return await _welcome(call, 200, {"domain": _address(call.home.domain)}, {})


@routes.on("POST", "/my/welcome", OPEN)
async def move_in(call: Call, form: FormData) -> Response:
    """Make the home, let its owner in and show the recovery code. 200; 303, 409, 422."""
    if call.home.id:
        return see_other("/my")
    values = {name: text(form, name).strip() for name in ("domain", "public_name", "email", "locale")}
    try:
        home = await _opened(call, values, form)
    except Problem as problem:
        return await _welcome(call, 409 if problem.kind == "conflict" else 422, values, faulty(problem))
    if home.domain != call.home.domain:
        return see_other(f"{home.origin}/auth/login")
    code = await call.house.write(home, SYSTEM, service.reset.new_code)
    call.home = home
    return await shown(call, "auth/welcome_code.html", domain=home.domain, code=code)


async def _opened(call: Call, values: dict[str, str], form: FormData) -> Home:
    profile = _profile(values, text(form, "tz"))
    domain = homes.clean_domain(values["domain"])
    key = await service.passphrase.new_key_of(typed(form), domain)
    origin = call.home.origin.replace(call.home.domain, domain, 1)
    quota = call.house.settings.default_quota
    listing = await service.open_home(call.house, domain, profile, origin, quota, key=key, is_first=True)
    home = Home(listing.id, domain, origin, quota=quota)
    outcome = await service.entering.enter(call.house, home, typed(form), visitor_of(call, form))
    if not isinstance(outcome, SecondStep) and domain == call.home.domain:
        let_in(call, outcome)
    return home


def _profile(values: dict[str, str], tz: str) -> Profile:
    """tz: as the browser says it, when it does."""
    known = {name: value for name, value in values.items() if name != "domain"}
    return homes.profile_of({**known, "theme": "system", "tz": tz if tz in time_zones() else "UTC"})


async def _welcome(call: Call, status: int, values: dict[str, str], errors: dict[str, str]) -> Response:
    return await shown(call, "auth/welcome.html", status, values=values, errors=errors, locales=ui.LOCALES)


def _address(domain: str) -> str:
    """The address to propose: the one that was asked for, unless it is a number or a bare name."""
    try:
        ipaddress.ip_address(domain)
    except ValueError:
        return domain if "." in domain else ADDRESS
    return ADDRESS
