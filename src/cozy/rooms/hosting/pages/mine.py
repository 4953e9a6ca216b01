"""The owner's page about what they have with their host, on the address of their home: plan, use, statements."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

from msgspec import Struct
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.routes import OWNER, Routes
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.web import pages
from cozy.web.answers import json, see_other
from cozy.web.call import Call

from .. import service
from ..errors import NoStatement
from ..model import Month, Payer, Plan, Purchase
from . import papers

routes = Routes(pages=True)
PLAN = "/my/settings/plan"
MONTHS = 12  # how far back statements are shown


class Bought(Struct, frozen=True):
    """An app that the owner pays for each month, or stopped to. ends: the last day that it opens."""

    purchase: Purchase
    ends: date | None


class Held(Struct, frozen=True):
    """What an owner has with their host, from the host's list."""

    plan: Plan | None
    asked: Plan | None
    others: list[Plan]
    months: list[Month]
    payer: Payer | None
    apps: list[Bought]


@routes.on("GET", PLAN, OWNER)
async def plan_page(call: Call) -> Response:
    """The plan and its price, what was used, other plans to ask for, statements. 200."""
    held = await call.house.read_host(_held, call.home.domain)
    return await call.read(_page, call, held)


@routes.on("POST", f"{PLAN}/asked", OWNER)
async def ask_for_plan(call: Call, form: FormData) -> Response:
    """Ask the host for another plan, or for none any more. 303; 404."""
    await call.relist(service.plans.ask, call.home.domain, str(form.get("plan", "")))
    return see_other(PLAN)


@routes.on("GET", f"{PLAN}/statements/{{name}}", OWNER)
async def own_statement(call: Call, name: str) -> Response:
    """What the home cost in a month: 2026-11.pdf, .csv or .json. 200; 404, 422."""
    month, _, ending = name.partition(".")
    if ending not in {"pdf", "csv", "json"}:
        raise NoStatement(month=month)
    (found,) = await call.house.read_host(_statement, call.home.domain, month)
    if ending == "pdf":
        locale = papers.language(call.query("locale"), call.header("accept-language"))
        return papers.of_home(call.house.settings, locale, found)
    headers = {"content-disposition": f'attachment; filename="statement-{month}.{ending}"'}
    if ending == "csv":
        text = service.usage.as_csv([found])
        return Response(text, headers=headers, media_type="text/csv; charset=utf-8")
    return json(found, headers=headers)


@routes.on("POST", f"{PLAN}/paying", OWNER)
async def pay(call: Call, form: FormData) -> Response:
    """Lead to where a plan is paid for; without one, to bills and ways to pay. 200; 404, 502."""
    back, wanted = f"{call.home.origin}{PLAN}", str(form.get("plan", ""))
    if wanted:
        url = await service.payments.buy(call.house, call.home, wanted, back)
    else:
        url = await service.payments.bills(call.house, call.home, back)
    return await call.read(_paying, call, url)


@routes.on("POST", f"{PLAN}/apps", OWNER)
async def stop_paying(call: Call, form: FormData) -> Response:
    """Stop paying for an app when the month is over, or go on. 303; 404, 502."""
    stops = form.get("stops") == "1"
    await service.selling.stop(call.house, call.home, str(form.get("purchase", "")), stops)
    return see_other(PLAN)


def _paying(work: Work, call: Call, url: str) -> Response:
    host = urlsplit(url).hostname
    return pages.page(work, call, "hosting/paying.html", room="settings", url=url, host=host, back=PLAN)


def _page(work: Work, call: Call, held: Held) -> Response:
    closes = homes.bills.closes_at(work.settings, work.hosted)
    return pages.page(
        work, call, "hosting/plan.html", room="settings", held=held, closes=closes,
        is_closed=closes is not None and work.now >= closes, url=PLAN, months={each.month: date.fromisoformat(f"{each.month}-01") for each in held.months}, hoster=work.settings.hoster_name,
        can_pay=service.payments.is_set(call.house),
    )  # fmt: skip


def _held(work: Work, domain: str) -> Held:
    listing = homes.at(work, domain)
    offered = {plan.name: plan for plan in service.plans.listed(work)}
    others = [plan for plan in offered.values() if plan.changeable and plan.name != listing.hosted.plan]
    return Held(
        plan=service.plans.of(work, listing),
        asked=offered.get(listing.hosted.asked_plan),
        others=others,
        months=service.usage.latest(work, listing, MONTHS),
        payer=service.payments.payer(work, listing.id),
        apps=[
            Bought(each, parse(each.ends_at).date() if each.ends_at else None)
            for each in service.purchases.of_home(work, listing.id)
            if each.subscription and service.purchases.is_open(work, each)
        ],
    )


def _statement(work: Work, domain: str, month: str) -> list[Month]:
    return service.usage.of_home(work, homes.at(work, domain), month)
