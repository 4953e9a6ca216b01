"""The host's own address, where people get a home: which address it has, who lives there, how they come in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy import ui
from cozy.kernel.clock import time_zones
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OPEN, Routes
from cozy.kernel.work import Work
from cozy.rooms.auth.model import ITERATIONS, Typed
from cozy.web import pages
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.cookies import set_cookie

from .. import service
from ..errors import BadLabel, ReservedLabel
from ..model import Invitation, MovingIn, Plan
from .door import text, words

routes = Routes(pages=True)
JOIN = "/my/join"
_YEAR_S = 365 * 24 * 3600


@routes.on("GET", "/", OPEN)
@routes.on("GET", "/my", OPEN)
async def top(call: Call) -> Response:
    """Go where one gets a home. 303."""
    return see_other(JOIN)


@routes.on("GET", JOIN, OPEN)
async def join_page(call: Call) -> Response:
    """Who may come: choose an address; with one, say who you are. 200; 404 for a link that is over."""
    secret, label = call.query("invitation"), call.query("address")
    if not secret:
        return await _address(call, 200, {"address": label}, {})
    invitation = await call.read(service.invitations.opened_with, secret, _context(call))
    if not label:
        return await _address(call, 200, {}, {}, secret)
    try:
        clean = await call.read(service.labels.choose, label, _below(call))
    except Problem as problem:
        return await _address(call, 422, {"address": label}, _faults(call, problem), secret)
    values = {"address": clean, "locale": words(call).locale}
    return await call.read(_who, call, 200, invitation, secret, values, {})


@routes.on("POST", JOIN, OPEN)
async def ask(call: Call, form: FormData) -> Response:
    """Send the link to the mail address that somebody says. 303; 403, 422, 429."""
    values = {name: text(form, name).strip() for name in ("address", "mail")}
    try:
        await service.moving_in.ask(
            call.house, _context(call), values["mail"], values["address"], call.client, words(call).locale
        )
    except Problem as problem:
        if problem.kind in {"forbidden", "too_many", "unavailable"}:
            raise
        return await _address(call, 422, values, _faults(call, problem))
    return see_other(f"{JOIN}/sent")


@routes.on("GET", f"{JOIN}/sent", OPEN)
async def sent_page(call: Call) -> Response:
    """That there is a mail to open. 200."""
    return await _shown(call, "sent.html", 200)


@routes.on("GET", f"{JOIN}/address", OPEN)
async def address_said(call: Call) -> Response:
    """Whether an address is free, and others like it: a part of the page, while one types. 200."""
    typed = call.query("address")
    state, label = await _looked_at(call, typed)
    likely = await call.read(service.labels.others, typed, _below(call)) if state == "taken" else []
    return await _shown(
        call, "_address.html", 200, state=state, label=label, others=likely, secret=call.query("invitation")
    )


async def _looked_at(call: Call, typed: str) -> tuple[str, str]:
    if not typed.strip():
        return "", ""
    try:
        return "free", await call.read(service.labels.choose, typed, _below(call))
    except BadLabel:
        return "bad", ""
    except ReservedLabel:
        return "kept", ""
    except Problem:
        return "taken", ""


@routes.on("POST", f"{JOIN}/home", OPEN)
async def move_in(call: Call, form: FormData) -> Response:
    """Make the home, and show its recovery code. 200; 404 for a link that is over, 422."""
    secret = text(form, "invitation")
    invitation = await call.read(service.invitations.opened_with, secret, _context(call))
    names = ("address", "public_name", "locale", "plan", "agreed")
    values = {name: text(form, name).strip() for name in names}
    zone = text(form, "tz")
    said = MovingIn(
        values["address"], values["public_name"], values["locale"], zone if zone in time_zones() else "UTC",
        values["plan"], values["agreed"],
    )  # fmt: skip
    typed = Typed(text(form, "passphrase"), text(form, "raw_passphrase"))
    try:
        home, code, way_in = await service.moving_in.move_in(call.house, _context(call), secret, said, typed)
    except Problem as problem:
        faults = _faults(call, problem)
        if "address" in faults:
            return await _address(call, 422, values, faults, secret)
        return await call.read(_who, call, 422, invitation, secret, values, faults)
    enter = f"{home.origin}/auth/login?{urlencode({'session_code': way_in})}"
    return await _shown(call, "moved_in.html", 200, domain=home.domain, code=code, enter=enter)


@routes.on("POST", "/my/language", OPEN)
async def choose_language(call: Call, form: FormData) -> Response:
    """Keep the language in a cookie, and go back. 303."""
    if text(form, "locale") in ui.LOCALES:
        set_cookie(call, "locale", text(form, "locale"), max_age_s=_YEAR_S)
    return see_other(pages.way_back(call, form, JOIN))


def _context(call: Call) -> str:
    return call.home.hosted.context


def _below(call: Call) -> str:
    return call.home.domain


def _faults(call: Call, problem: Problem) -> dict[str, str]:
    """The sentence of a problem, under the name of the field that it is about."""
    return {str(problem.facts.get("parameter", "")).lower(): problem.detail}


async def _address(
    call: Call, status: int, values: dict[str, str], errors: dict[str, str], secret: str = ""
) -> Response:
    """The page on which an address is chosen."""
    typed = values.get("address", "")
    others = await call.read(service.labels.others, typed, _below(call)) if "address" in errors else []
    return await _shown(
        call, "join.html", status, values=values, errors=errors, secret=secret, others=others,
        is_open=service.moving_in.is_open(call.house, _context(call)),
    )  # fmt: skip


def _who(
    work: Work,
    call: Call,
    status: int,
    invitation: Invitation,
    secret: str,
    values: dict[str, str],
    errors: dict[str, str],
) -> Response:
    """The page on which somebody says who they are."""
    offered = service.moving_in.offered(work, invitation)
    terms = service.moving_in.place(work.settings, _context(call)).terms
    return _page(
        work, call, "moving_in.html", status, values=values, errors=errors, secret=secret, mail=invitation.mail,
        iterations=ITERATIONS, terms=terms, plans=[_card(call, plan) for plan in offered],
        domain=f"{values['address']}.{_below(call)}",
    )  # fmt: skip


def _card(call: Call, plan: Plan) -> dict[str, str]:
    """A plan as something to choose."""
    said = words(call)
    holds = (
        said.gettext("as much as there is room")
        if plan.quota is None
        else ui.formats.size(plan.quota, said.locale)
    )
    price = ui.formats.price(plan.price, plan.currency, said.locale)
    costs = said.gettext("%(price)s a month", price=price) if plan.price else said.gettext("free of charge")
    return {"value": plan.name, "label": plan.title, "hint": f"{holds} · {costs}"}


def _page(work: Work, call: Call, template: str, status: int, **context: Any) -> Response:
    return pages.page(work, call, f"hosting/{template}", status, below=_below(call), **context)


async def _shown(call: Call, template: str, status: int, **context: Any) -> Response:
    return await call.read(lambda work: _page(work, call, template, status, **context))
