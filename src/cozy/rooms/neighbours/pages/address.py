"""The address of a home: a domain that its owner has, in place of the one from the host."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.home import origin_of
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.cookies import read_cookie
from cozy.web.headers import leading_to
from cozy.web.pages import page

from .. import service
from ..service.moving import Claim
from .door import routes

ADDRESS = "/my/settings/address"
_COOKIE = "address"


@routes.on("GET", ADDRESS, OWNER)
async def address_page(call: Call) -> Response:
    """The present address; with a domain, what is to be kept in its DNS and what is seen of that. 200; 422, 503."""
    domain = call.query("domain")
    if not domain:
        return await call.read(_page, call, 200, "", None, None)
    return await _looked(call, domain, None)


@routes.on("POST", ADDRESS, OWNER)
async def take(call: Call, form: FormData) -> Response:
    """Let the home live there from now on, and lead to where a passphrase is chosen there. 303; 409, 422, 503."""
    domain = str(form.get("domain", ""))
    agent = call.header("user-agent")[:500]
    visitor = Visitor(address=call.client, user_agent=agent, device=read_cookie(call, "device"))
    try:
        await auth.confirming.show(call.house, call.home, call.caller, visitor, form, _COOKIE)
        _, link = await service.moving.take(call.house, call.home, domain)
    except Problem as problem:
        return await _looked(call, domain, problem)
    return see_other(link)


async def _looked(call: Call, domain: str, problem: Problem | None) -> Response:
    try:
        claim = await service.moving.look(call.house, call.home, domain)
    except Problem as other:
        return await call.read(_page, call, 503 if other.kind == "unavailable" else 422, domain, None, other)
    response = await call.read(_page, call, 422 if problem else 200, domain, claim, problem)
    there = origin_of(call.house.settings, claim.domain)
    response.headers["content-security-policy"] = leading_to(there)  # the form ends there
    return response


def _page(
    work: Work, call: Call, status: int, domain: str, claim: Claim | None, problem: Problem | None
) -> Response:
    asked = auth.confirming.wanted(work, call.query("code"), problem if claim else None)
    error = problem.detail if problem and not claim else ""
    return page(
        work, call, "neighbours/address.html", status, room="settings", present=call.home.domain, typed=domain, claim=claim,
        error=error, is_possible=service.moving.may_have_own(work), here=call.home.domain, **asked,
    )  # fmt: skip
