"""The password of a link. No session counts here: what is asked for is what is given."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import NotFound, Problem, TooMany
from cozy.kernel.routes import OWN_PROOF
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.web.answers import json, see_other
from cozy.web.call import Call
from cozy.web.cookies import read_cookie, set_cookie
from cozy.web.forms import text

from .. import service
from ..errors import WrongLinkPassword
from .door import faulty, leading_on, routes, shown, visitor_of, wants_json

LINK = service.redirects.LOCK


@routes.on("GET", LINK, OWN_PROOF)
async def password_page(call: Call) -> Response:
    """Ask for the password of a link; whoever gave it already goes on. 200; 303, 400, 404."""
    link = await call.read(service.unlocking.link, call.query("perm_id"))
    target = _target(call, call.query("redirect"))
    if await call.read(permissions.passwords.is_given, link, read_cookie(call, f"pass{link.id}")):
        return see_other(await call.read(service.redirects.unlocking, link.id, target))
    return await _asked(call, link.id, call.query("redirect"))


@routes.on("POST", LINK, OWN_PROOF)
async def give_password(call: Call, form: FormData) -> Response:
    """Give it, once for this browser. 303 or, for programs, 200 {"password": "ok"}; 400, 403, 404, 429."""
    link_id, redirect = text(form, "perm_id"), text(form, "redirect")
    target = _target(call, redirect)
    try:
        cookie = await service.unlocking.unlock(
            call.house, call.home, link_id, text(form, "password"), visitor_of(call)
        )
    except (WrongLinkPassword, NotFound, TooMany) as problem:
        return await _refused(call, problem, link_id, redirect)
    if cookie:
        set_cookie(call, f"pass{link_id}", cookie)
    if wants_json(call) or not redirect:
        return json({"password": "ok" if cookie else "none"})
    return see_other(await call.read(service.redirects.unlocking, link_id, target))


def _target(call: Call, wanted: str) -> str:
    """Raises BadRedirect."""
    return service.redirects.target(call.home.origin, wanted, call.house.settings.subdomains)


async def _refused(call: Call, problem: Problem, link_id: str, redirect: str) -> Response:
    if isinstance(problem, NotFound) and not wants_json(call):
        raise problem
    status = 404 if isinstance(problem, NotFound) else 429 if isinstance(problem, TooMany) else 403
    if wants_json(call) or not redirect:
        response = json({"error": problem.detail}, status)
    else:
        response = await _asked(call, link_id, redirect, status, faulty(problem))
    if isinstance(problem, TooMany):
        response.headers["retry-after"] = str(problem.facts["retry_after_s"])
    return response


async def _asked(
    call: Call, link_id: str, redirect: str, status: int = 200, errors: dict[str, str] | None = None
) -> Response:
    profile = await call.read(homes.profile)
    response = await shown(
        call, "auth/link.html", status, public_name=profile.public_name, domain=call.home.domain, link=link_id,
        redirect=redirect, errors=errors or {},
    )  # fmt: skip
    return leading_on(call, response, redirect)
