"""Somebody who was invited comes with the link of their invitation, and says where their home is.

Their proof is the state, or the code of a preview: no session and no token counts here. Apps that show a preview send the form
themselves, and want JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.responses import RedirectResponse, Response

from cozy.kernel.caller import SYSTEM
from cozy.kernel.problem import Malformed, Problem
from cozy.kernel.routes import OPEN, OWN_PROOF
from cozy.kernel.work import Work
from cozy.rooms.auth.model import Visitor
from cozy.rooms.homes import service as homes
from cozy.web.answers import json
from cozy.web.call import Call
from cozy.web.cookies import read_cookie, set_cookie
from cozy.web.headers import leading_to

from .. import service
from ..errors import AlreadyAccepted, NoMember, NoSharing, NotAHome, WrongState
from ..service.discovering import Found, Invited
from .door import page, routes

URL = "/sharings/{sharing_id}/discovery"
_STATUS = {"not_found": 404, "conflict": 409}
_OVER = (NoSharing, NoMember, WrongState)
_COOKIE, _KEPT_S = "home-at", 365 * 86_400  # where this browser's home is, as was said here last


@routes.on("GET", URL, OPEN)
async def ask(call: Call, sharing_id: str) -> Response:
    """Where is your home? Who has told it before is sent there. 200; 302; 400 when the invitation is over."""
    asked = {name: call.query(name) for name in ("state", "sharecode", "shortcut")}
    try:
        guest = await _invited(call, sharing_id, asked)
    except AlreadyAccepted as problem:
        return await _over(call, str(problem.facts.get("address", "")))
    except _OVER:
        return await _over(call)
    asked["state"] = guest.state
    if guest.member is not None and guest.member.instance:
        try:
            found = await _registered(call, sharing_id, guest.member.instance, asked)
            return RedirectResponse(found.redirect, 302)
        except Problem:
            pass  # that home does not answer: they may say where another one is
    return await _form(call, sharing_id, guest, asked)


async def _invited(call: Call, sharing_id: str, asked: Mapping[str, str]) -> Invited:
    return await call.house.read(
        call.home, SYSTEM, service.discovering.invited, sharing_id, asked.get("state", ""), asked.get("sharecode", "")
    )  # fmt: skip


async def _registered(call: Call, sharing_id: str, address: str, asked: Mapping[str, str]) -> Found:
    return await service.discovering.register(
        call.house, call.home, Visitor(address=call.client), sharing_id, address,
        state=asked.get("state", ""), code=asked.get("sharecode", ""), shortcut=asked.get("shortcut", ""),
    )  # fmt: skip


@routes.on("POST", URL, OWN_PROOF)
async def answer(call: Call, sharing_id: str) -> Response:
    """Go on to the home at this address. 302, or 200 {"redirect"} for programs; 400, 404, 409, 412 for the address of a mailbox, 429."""
    asked = await _asked(call)
    wants_json = "application/json" in call.header("accept")
    guest: Invited | None = None
    try:
        guest = await _invited(call, sharing_id, asked)
        found = await _registered(call, sharing_id, asked["url"], asked)
    except Problem as problem:
        if wants_json:
            return _refused(problem)
        if isinstance(problem, AlreadyAccepted):
            return await _over(call, str(problem.facts.get("address", "")))
        if isinstance(problem, _OVER):
            return await _over(call)
        if guest is None or problem.kind not in {"invalid", "elsewhere", "too_many"}:
            raise
        status = 412 if isinstance(problem, NotAHome) else 429 if problem.kind == "too_many" else 400
        return await _form(call, sharing_id, guest, asked, problem, status)
    if wants_json:
        return json({"redirect": found.redirect, **({"email": found.email} if found.email else {})})
    set_cookie(call, _COOKIE, found.redirect.partition("/auth/")[0].rpartition("/")[2], max_age_s=_KEPT_S)
    return RedirectResponse(found.redirect, 302)


async def _asked(call: Call) -> dict[str, str]:
    """The fields of the form. url: what was typed, however the form calls it. Raises Malformed."""
    try:
        asked = dict(parse_qsl((await call.body()).decode(), keep_blank_values=True, max_num_fields=20))
    except ValueError as error:
        raise Malformed from error
    typed = (asked.get("url") or asked.get("slug") or "").strip()
    domain = asked.get("domain", "").strip()
    if typed and domain and "." not in typed and "://" not in typed:
        typed = f"{typed}.{domain}"
    return {**asked, "url": typed}


def _refused(problem: Problem) -> Response:
    """As cozy-stack tells apps."""
    status = _STATUS.get(problem.kind, 429 if problem.kind == "too_many" else 400)
    return json({"error": problem.said or problem.detail}, status)


async def _form(
    call: Call,
    sharing_id: str,
    guest: Invited,
    asked: Mapping[str, str],
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    response = await call.read(_shown, call, sharing_id, guest, asked, problem, status)
    response.headers["content-security-policy"] = leading_to("https:" if call.is_secure else "https: http:")
    return response


def _shown(
    work: Work,
    call: Call,
    sharing_id: str,
    guest: Invited,
    asked: Mapping[str, str],
    problem: Problem | None,
    status: int,
) -> Response:
    sharing = guest.sharing
    return page(
        work, call, "discovery.html", status, form=f"/sharings/{sharing_id}/discovery",
        sharer=homes.profile(work).public_name, what=sharing.description,
        state=guest.state, sharecode=asked.get("sharecode", ""), shortcut=asked.get("shortcut", ""), url=asked.get("url", "") or read_cookie(call, _COOKIE),
        error=problem.detail if problem else "",
    )  # fmt: skip


async def _over(call: Call, address: str = "") -> Response:
    return await call.read(lambda work: page(work, call, "discovery_over.html", 400, accepted_at=address))
