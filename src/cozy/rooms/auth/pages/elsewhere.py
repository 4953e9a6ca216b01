"""Logging in by another service (cozy-stack docs/delegated-auth.md)."""

from __future__ import annotations

from urllib.parse import urlencode

from msgspec.structs import asdict
from starlette.responses import Response

from cozy.kernel.home import origin_of
from cozy.kernel.problem import Problem, TooMany
from cozy.kernel.routes import OPEN
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.errors import NoHome
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.cookies import read_cookie, set_cookie

from .. import service
from ..errors import NotTheOwner, ProviderFailed, TookTooLong, TurnedAway
from ..model.provider import WAITED_FOR, Return
from .door import arrived, routes, shown, visitor_of

_COOKIE = "oidc"
_LONGEST = 500  # characters of the state of an app
_STATUS: dict[type[Problem], int] = {TooMany: 429, ProviderFailed: 502}


@routes.on("GET", "/oidc/start", OPEN)
async def start(call: Call) -> Response:
    """To the other service. 303; 400, 404, 429, 502.

    confirm_state: of an app that wants to be sure that it is the owner; again: to log in there as somebody else.
    """
    target = service.redirects.target(
        call.home.origin, call.query("redirect"), call.house.settings.subdomains
    )
    try:
        departure = await service.delegated.start(
            call.house, call.home, visitor_of(call), target, confirm=call.query("confirm_state")[:_LONGEST],
            again=bool(call.query("again")),
        )  # fmt: skip
    except (ProviderFailed, TooMany) as problem:
        return await _refused(call, problem)
    set_cookie(call, _COOKIE, departure.cookie, max_age_s=int(WAITED_FOR.total_seconds()))
    return see_other(departure.url)


@routes.on("GET", "/oidc/redirect", OPEN)
async def back(call: Call) -> Response:
    """Back from there, perhaps on a host that all homes share: on to the home. 303; 403."""
    said = _return(call)
    try:
        listing = await call.house.read_host(homes.at, service.delegated.domain_of(said.state))
    except NoHome as error:
        raise TookTooLong from error
    query = {name: value for name, value in asdict(said).items() if value}
    return see_other(f"{origin_of(call.house.settings, listing.domain)}/oidc/login?{urlencode(query)}")


@routes.on("GET", "/oidc/login", OPEN)
async def log_in(call: Call) -> Response:
    """In, if the other service knows the owner; by its answer or, where the host allows it, by a token of it.

    303; 403, 404, 429, 502.
    """
    try:
        return await _let_in(call)
    except (TookTooLong, TurnedAway, NotTheOwner, ProviderFailed, TooMany) as problem:
        return await _refused(call, problem)


async def _let_in(call: Call) -> Response:
    access_token, id_token = call.query("access_token"), call.query("id_token")
    if access_token or id_token:
        target = service.redirects.target(
            call.home.origin, call.query("redirect"), call.house.settings.subdomains
        )
        outcome = await service.delegated.with_token(
            call.house, call.home, access_token, id_token, visitor_of(call)
        )
        return await arrived(call, outcome, target)
    kept = read_cookie(call, _COOKIE)
    arrival = await service.delegated.finish(
        call.house, call.home, call.caller, _return(call), kept, visitor_of(call)
    )
    set_cookie(call, _COOKIE, "", max_age_s=0)
    if arrival.outcome is None:
        return see_other(arrival.target)
    return await arrived(call, arrival.outcome, arrival.target)


def _return(call: Call) -> Return:
    return Return(**{name: call.query(name) for name in Return.__struct_fields__})


async def _refused(call: Call, problem: Problem) -> Response:
    """What went wrong, in words, and the ways on."""
    status = next((status for kind, status in _STATUS.items() if isinstance(problem, kind)), 403)
    response = await shown(
        call, "auth/elsewhere.html", status, domain=call.home.domain, trouble=problem.detail,
        provider=await call.read(service.provider.configured), is_somebody_else=isinstance(problem, NotTheOwner),
    )  # fmt: skip
    if isinstance(problem, TooMany):
        response.headers["retry-after"] = str(problem.facts["retry_after_s"])
    return response
