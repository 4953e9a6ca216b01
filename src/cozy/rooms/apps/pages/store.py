"""The store: what could be installed, and the question whether to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Conflict, Elsewhere, Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.forms import text
from cozy.web.pages import done

from .. import service
from ..errors import AlreadyInstalled, NoApp
from ..model import Kind
from ..ports import Right, Wish
from ..service.offers import Offered
from . import asking
from .door import PATHS, STORE, end_of, lines, name_of, offered_card, routes, said, shots, shown, terms_of

SHOWN: dict[str, Kind] = {"apps": "app", "connectors": "konnector"}
MOST = 300  # cards of one page


@routes.on("GET", STORE, OWNER)
async def store(call: Call) -> Response:
    """What the registries offer; q: words to look for, show: apps or connectors. 200."""
    query, show = call.query("q").strip()[:200], call.query("show")
    try:
        offers = await service.offers.catalogue(call.house, call.home, SHOWN.get(show), query)
        is_reached = True
    except Elsewhere:
        offers, is_reached = [], False
    rows = await call.scan(_rows, offers[:MOST])
    has_any = bool(service.registries.of(call.house, call.home).all)
    return await shown(
        call, "store.html", rows=rows, query=query, show=show if show in SHOWN else "", is_reached=is_reached, has_any=has_any,
        more=max(0, len(offers) - MOST),
    )  # fmt: skip


def _rows(work: Work, offers: list[Offered]) -> list[dict[str, Any]]:
    locale = homes.profile(work).locale
    return [
        {**_row(offer, locale), "lines": permissions.lines(work, offer.app.manifest.permissions)}
        for offer in offers
    ]


def _row(offer: Offered, locale: str) -> dict[str, Any]:
    card = offered_card(offer.app, offer.version, locale)
    here = offer.installed
    return {
        "card": card,
        "is_here": here is not None and here.is_usable,
        "is_out_of_order": offer.is_out_of_order,
        "price": offer.app.manifest.price,
    }


@routes.on("GET", f"{STORE}/{{slug}}", OWNER)
async def details(call: Call, slug: str) -> Response:
    """One app: who made it, how it looks, what it would see. 200; 404."""
    offer = await _offered(call, slug)
    share = service.prices.share(call.house, call.home)
    right = await service.prices.right(call.house, call.home, slug)
    return await call.scan(_details, call, offer, share, right)


def _details(work: Work, call: Call, offer: Offered, share: int | None, right: Right | None) -> Response:
    locale = homes.profile(work).locale
    app = offer.app
    here = offer.installed if offer.installed is not None and offer.installed.is_usable else None
    return asking.page(
        work, call, "details.html", card=offered_card(app, offer.version, locale), about=app.said("long_description", locale),
        lines=lines(work, app, app.manifest.permissions, locale), hidden=permissions.out_of_sight(app.manifest.permissions),
        shots=shots(app, offer.version), here=f"{PATHS[app.kind]}/{app.slug}" if here else "", has_update=offer.has_update,
        is_out_of_order=offer.is_out_of_order, terms=terms_of(app),
        price=app.manifest.price, share=share, right=right, end=end_of(right), is_paying=bool(call.query("paid")),
    )  # fmt: skip


@routes.on("GET", f"{STORE}/{{slug}}/install", OWNER)
async def ask(call: Call, slug: str) -> Response:
    """May it come in, and to what? 200; 303 when it is here already; 404."""
    offer = await _offered(call, slug)
    if offer.installed is not None and offer.installed.is_usable:
        return see_other(f"{PATHS[offer.app.kind]}/{slug}")
    right = await service.prices.right(call.house, call.home, slug)
    if offer.app.manifest.price.amount and not (right and right.is_open):
        return see_other(f"{STORE}/{slug}")
    return await call.scan(_question, call, offer)


def _question(work: Work, call: Call, offer: Offered, status: int = 200, **typed: Any) -> Response:
    locale = homes.profile(work).locale
    return asking.question(
        work, call, "install.html", offer.app, offer.app.manifest.permissions, offered_card(offer.app, offer.version, locale),
        status, terms=terms_of(offer.app), **typed,
    )  # fmt: skip


@routes.on("POST", f"{STORE}/{{slug}}/buy", OWNER)
async def buy(call: Call, slug: str, form: FormData) -> Response:
    """Lead to where it is paid for. 200; 303 back with what is wrong; 403, 404, 502."""
    offer, words = await _offered(call, slug), await said(call)
    app = offer.app
    name = name_of(app, words.locale)
    page = f"{STORE}/{slug}"
    wish = Wish(slug, name, app.manifest.editor or slug, app.manifest.price, f"{call.home.origin}{page}")
    if not wish.price.amount:
        return see_other(f"{page}/install")
    try:
        url = await service.prices.buy(call.house, call.home, wish)
    except Conflict as problem:
        return done(call, page, words.gettext(problem.detail), failed=True)
    return await shown(call, "pay.html", url=url, host=urlsplit(url).hostname, back=page, name=name)


@routes.on("POST", f"{STORE}/{{slug}}/install", OWNER)
async def install(call: Call, slug: str, form: FormData) -> Response:
    """Install it with what the owner leaves it. 303; 404, 422."""
    if text(form, "answer") == "no":
        return see_other(f"{STORE}/{slug}")
    offer = await _offered(call, slug)
    kind, words = offer.app.kind, await said(call)
    try:
        consent = await call.read(asking.consent, form, offer.app.manifest.permissions)
        await service.installing.install(
            call.house, call.home, call.caller, slug, kind, offer.app.source, consent=consent
        )
    except AlreadyInstalled:
        return see_other(f"{PATHS[kind]}/{slug}")
    except Problem as problem:
        return await call.scan(_question, call, offer, 422, **asking.typed(form, problem, words))
    name = name_of(offer.app, words.locale)
    return done(call, f"{PATHS[kind]}/{slug}", words.gettext("%(name)s is installed.", name=name))


async def _offered(call: Call, slug: str) -> Offered:
    """Raises NoApp, BadSlug, Elsewhere."""
    if (offer := await service.offers.offered(call.house, call.home, slug)) is None:
        raise NoApp
    return offer
