"""The homes of the host: found by address and state, made, and changed several at once."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from msgspec import Struct
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.caller import SYSTEM
from cozy.kernel.problem import Problem
from cozy.kernel.routes import HOSTER
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Listing, octets
from cozy.ui import N_
from cozy.web.call import Call

from .. import service
from ..model import Changing, Opening
from .door import CONSOLE, STATES, done, page, routes, shown, text, words

AT_ONCE = 25  # homes of a page: the size of each is looked up
FILTERS = {
    "": N_("All"),
    "active": N_("In use"),
    "blocked": N_("Closed"),
    "moving": N_("Moving"),
    "unpaid": N_("Bill open"),
    "asking": N_("Asks for a plan"),
    "leaving": N_("To be deleted"),
    "gone": N_("Moved away"),
}


class Row(Struct, frozen=True):
    """A home, as a line of the list. used: bytes; None where they are not here any more."""

    listing: Listing
    state: tuple[str, str, str]
    used: int | None


@routes.on("GET", CONSOLE, HOSTER)
async def listing_page(call: Call) -> Response:
    """The homes whose address holds what is looked for, in a state. 200."""
    wanted, state = call.query("q"), call.query("state")
    state = state if state in FILTERS else ""
    moving = await call.read(service.homes.moving)
    among = sorted(moving) if state == "moving" else None
    plain = cast("Any", "" if state == "moving" else state)
    found = await call.read(homes.search, wanted, plain, among, call.query("after"), AT_ONCE + 1)
    rows = [await row(call, listing, moving) for listing in found[:AT_ONCE]]
    after = found[AT_ONCE - 1].domain if len(found) > AT_ONCE else ""
    filters = [
        {"label": words(call).gettext(label), "url": _address(wanted, key), "current": key == state}
        for key, label in FILTERS.items()
    ]
    count = await call.read(homes.count)
    return await shown(
        call, "homes.html", room="homes", rows=rows, wanted=wanted, state=state, filters=filters, count=count,
        plans={plan.name: plan.title for plan in await call.read(service.plans.listed)},
        more=_address(wanted, state, after) if after else "",
    )  # fmt: skip


async def row(call: Call, listing: Listing, moving: set[str]) -> Row:
    """A home with its size."""
    home = service.homes.home_of(call.house.settings, listing)
    used = None if listing.state == "gone" else await call.house.read(home, SYSTEM, service.facts.size)
    return Row(listing, STATES["moving" if listing.id in moving else listing.state], used)


def _address(wanted: str, state: str, after: str = "") -> str:
    asked = {name: value for name, value in (("q", wanted), ("state", state), ("after", after)) if value}
    return f"{CONSOLE}?{urlencode(asked)}" if asked else CONSOLE


@routes.on("POST", CONSOLE, HOSTER)
async def change_several(call: Call, form: FormData) -> Response:
    """Close or open the homes that are ticked, give them the plan that they ask for, or note that their bill is paid. 303."""
    action = text(form, "action")
    chosen = [str(each) for each in form.getlist("ids")][:AT_ONCE]
    changed = 0
    for domain in chosen:
        try:
            changed += await _change(call, domain, action)
        except Problem:
            continue
    said = words(call)
    told = {
        "close": said.ngettext("%(num)s home is closed.", "%(num)s homes are closed.", changed),
        "give": said.ngettext("%(num)s home has its plan.", "%(num)s homes have their plan.", changed),
        "paid": said.ngettext(
            "The bill of %(num)s home is paid.", "The bills of %(num)s homes are paid.", changed
        ),
    }.get(action) or said.ngettext("%(num)s home is open.", "%(num)s homes are open.", changed)
    return done(call, _address("", text(form, "state")), told.replace("%", "%%"))


async def _change(call: Call, domain: str, action: str) -> bool:
    """Whether anything was to be changed."""
    if action == "give":
        listing = await call.read(homes.at, service.homes.clean_domain(domain))
        if not listing.hosted.asked_plan:
            return False
        asked = Changing(plan=listing.hosted.asked_plan)
    else:
        asked = {"close": Changing(blocked=True), "paid": Changing(unpaid=False)}.get(
            action, Changing(blocked=False)
        )
    await service.homes.change(call.house, domain, asked)
    return True


@routes.on("GET", "/my/homes/new", HOSTER)
def new_page(work: Work, call: Call) -> Response:
    """Ask what is needed to make a home. 200."""
    return page(work, call, "new.html", room="homes", values={"locale": words(call).locale}, errors={})


@routes.on("POST", "/my/homes/new", HOSTER)
async def make(call: Call, form: FormData) -> Response:
    """Make a home; the page says the link by which its owner comes in. 201; 422."""
    values = {
        name: text(form, name).strip() for name in ("domain", "public_name", "email", "locale", "quota")
    }
    try:
        quota = octets(values["quota"]) if values["quota"] else 0
        asked = Opening(
            domain=values["domain"], public_name=values["public_name"], email=values["email"],
            locale=values["locale"], quota=-1 if quota is None else quota,
        )  # fmt: skip
        listing, link = await service.homes.open_(call.house, asked)
    except Problem as problem:
        errors = {str(problem.facts.get("parameter", "domain")).lower(): words(call).gettext(problem.detail)}
        return await shown(call, "new.html", 422, "homes", values=values, errors=errors)
    return await shown(call, "made.html", 201, "homes", listing=listing, link=link)
