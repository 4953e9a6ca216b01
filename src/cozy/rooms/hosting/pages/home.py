"""One home: what the host decides about it."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.problem import Problem
from cozy.kernel.routes import HOSTER
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import octets, written
from cozy.ui import N_
from cozy.web.call import Call

from .. import service
from ..errors import BadParameter, OtherAddress
from ..model import Changing
from .door import CONSOLE, done, routes, shown, text, words
from .homes import row

ONE = "/my/homes/{domain}"
MONTHS = 3  # whose statements are shown


@routes.on("GET", ONE, HOSTER)
async def home_page(call: Call, domain: str) -> Response:
    """State, size, quota, and what can be done. 200; 404."""
    return await _shown(call, await service.homes.find(call.house, domain), 200, {})


@routes.on("POST", ONE, HOSTER)
async def change_home(call: Call, domain: str, form: FormData) -> Response:
    """Change its quota and its context. 303; 404, 422."""
    home = await service.homes.find(call.house, domain)
    typed = text(form, "quota").strip()
    try:
        quota = octets(typed or "none")
        asked = Changing(quota=-1 if quota is None else quota, context=text(form, "context"))
        await service.homes.change(call.house, domain, asked)
    except Problem as problem:
        name = str(problem.facts.get("parameter", "quota"))
        return await _shown(call, home, 422, {name: words(call).gettext(problem.detail)}, typed)
    return done(call, _address(home.domain), N_("Saved."))


@routes.on("POST", f"{ONE}/plan", HOSTER)
async def change_plan(call: Call, domain: str, form: FormData) -> Response:
    """Give it a plan: its quota and its flags. 303; 404."""
    await service.homes.change(call.house, domain, Changing(plan=text(form, "plan")))
    return done(call, _address(domain), N_("Saved."))


@routes.on("POST", f"{ONE}/closed", HOSTER)
async def close(call: Call, domain: str, form: FormData) -> Response:
    """Close it: nobody gets in, and nothing is lost. 303; 404."""
    await service.homes.change(
        call.house, domain, Changing(blocked=True, reason=text(form, "reason").strip()[:100])
    )
    return done(call, _address(domain), N_("This home is closed. Nothing in it is lost."))


@routes.on("POST", f"{ONE}/open", HOSTER)
async def open_again(call: Call, domain: str, form: FormData) -> Response:
    """Open it again. 303; 404."""
    await service.homes.change(call.house, domain, Changing(blocked=False))
    return done(call, _address(domain), N_("This home is open."))


@routes.on("POST", f"{ONE}/stays", HOSTER)
async def keep(call: Call, domain: str, form: FormData) -> Response:
    """Forget that the owner asked to have it deleted. 303; 404."""
    await service.homes.change(call.house, domain, Changing(deleting=False))
    return done(call, _address(domain), N_("This home stays."))


@routes.on("POST", f"{ONE}/bill", HOSTER)
async def note_bill(call: Call, domain: str, form: FormData) -> Response:
    """Note that a bill is open, or paid. 303; 404."""
    is_open = text(form, "open") == "1"
    await service.homes.change(call.house, domain, Changing(unpaid=is_open))
    said = N_("The bill is open. Its owner reads so.") if is_open else N_("The bill is paid.")
    return done(call, _address(domain), said)


@routes.on("POST", f"{ONE}/told", HOSTER)
async def tell_owner(call: Call, domain: str, form: FormData) -> Response:
    """Tell its owner something. 303; 404, 422."""
    said = {name: text(form, name) for name in ("title", "body")}
    try:
        await service.telling.say_to(call.house, domain, said["title"], said["body"])
    except BadParameter as problem:
        errors = {str(problem.facts["parameter"]): words(call).gettext(problem.detail)}
        return await _shown(call, await service.homes.find(call.house, domain), 422, errors, said=said)
    return done(call, _address(domain), N_("Its owner is told."))


@routes.on("POST", f"{ONE}/log-out", HOSTER)
async def end_sessions(call: Call, domain: str, form: FormData) -> Response:
    """End every session. 303; 404."""
    await service.homes.end_sessions(call.house, await service.homes.find(call.house, domain))
    return done(call, _address(domain), N_("Everybody was logged out."))


@routes.on("GET", f"{ONE}/destroy", HOSTER)
async def ask_destroy(call: Call, domain: str) -> Response:
    """Ask for the address of the home, before it is destroyed. 200; 404."""
    home = await service.homes.find(call.house, domain)
    return await shown(call, "destroy.html", 200, "homes", domain=home.domain, error="")


@routes.on("POST", f"{ONE}/destroy", HOSTER)
async def destroy(call: Call, domain: str, form: FormData) -> Response:
    """Destroy it with all that is in it, for good. 303; 404, 422."""
    home = await service.homes.find(call.house, domain)
    if text(form, "address").strip().lower() != home.domain:
        said = words(call).gettext(OtherAddress.title())
        return await shown(call, "destroy.html", 422, "homes", domain=home.domain, error=said)
    await homes.destroy(call.house, home.domain)
    return done(call, CONSOLE, N_("%(domain)s is destroyed."), domain=home.domain)


async def _shown(
    call: Call,
    home: Home,
    status: int,
    errors: dict[str, str],
    typed: str | None = None,
    said: dict[str, str] | None = None,
) -> Response:
    listing = await call.read(homes.at, home.domain)
    moving = await call.read(service.homes.moving)
    contexts = [
        ("", words(call).gettext("None")),
        *((name, name) for name in sorted(call.house.settings.contexts)),
    ]
    plans = [(plan.name, plan.title) for plan in await call.read(service.plans.listed)]
    months = await call.read(service.usage.latest, listing, MONTHS)
    return await shown(
        call, "home.html", status, "homes", row=await row(call, listing, moving), contexts=contexts, errors=errors,
        plans=[("", words(call).gettext("None")), *plans] if plans else [],
        typed=(written(listing.quota) if listing.quota else "") if typed is None else typed, origin=home.origin, months=months, said=said or {},
        closes=homes.bills.closes_at(call.house.settings, listing.hosted), now=call.house.clock(),
        help=service.facts.help_open(call.house.settings, listing, iso(call.house.clock())),
    )  # fmt: skip


def _address(domain: str) -> str:
    return f"/my/homes/{domain}"
