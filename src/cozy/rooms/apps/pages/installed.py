"""Apps and connectors that are here: each with what it may do, its updates, and the way out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model.ledger import Holder
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.forms import text
from cozy.web.pages import done

from .. import service
from ..model import App, Kind
from ..ports import Right
from . import asking
from .door import APPS, PATHS, card, end_of, lines, name_of, offered_card, routes, said, terms_of, words

F = TypeVar("F", bound=Callable[..., Any])


def each(method: str, below: str = "") -> Callable[[F], F]:
    """Declare a handler for both kinds, under the address of one app or connector."""

    def register(handler: F) -> F:
        for path in PATHS.values():
            routes.on(method, f"{path}/{{slug}}{below}", OWNER)(handler)
        return handler

    return register


def _kind(call: Call) -> Kind:
    """The kind that the address is about."""
    return next(kind for kind, path in PATHS.items() if call.request.url.path.startswith(f"{path}/"))


@routes.on("GET", APPS, OWNER)
async def apps(call: Call) -> Response:
    """Everything that is installed. 200."""
    return await call.scan(_apps, call)


def _apps(work: Work, call: Call) -> Response:
    locale = homes.profile(work).locale
    rows = {kind: [_row(work, app, locale) for app in service.installed(work, kind)] for kind in PATHS}
    return asking.page(work, call, "apps.html", rows=rows)


def _row(work: Work, app: App, locale: str) -> dict[str, Any]:
    given = permissions.of_source(work, app.kind, app.slug)
    return {
        "card": card(work, app, locale), "state": app.state, "waits": app.available_version,
        "lines": lines(work, app, given.rules, locale) if given else [],
    }  # fmt: skip


@each("GET")
async def one(call: Call, slug: str) -> Response:
    """An app or a connector. 200; 404."""
    await permissions.ledger.flush_home(call.house, call.home)
    app = await call.read(service.manifest, slug, _kind(call))
    right = await service.prices.right(call.house, call.home, slug) if app.manifest.price.amount else None
    opens = await service.prices.opens(call.house, call.home, app)
    return await call.scan(_one, call, app, right, opens)


def _one(work: Work, call: Call, app: App, right: Right | None, opens: bool) -> Response:
    slug, locale = app.slug, homes.profile(work).locale
    given = permissions.of_source(work, app.kind, slug)
    used = permissions.ledger.last_access(work, Holder(app.kind, slug))
    return asking.page(
        work, call, "app.html", card=card(work, app, locale), state=app.state, error=str(app.body.get("error", "")),
        waits=app.available_version, is_live=bool(app.folder), source=_source(app), changed=_changed(app), terms=terms_of(app),
        lines=lines(work, app, given.rules, locale) if given else [], grant=f"/my/access/grants/{given.id}" if given else "",
        is_over=bool(given and permissions.has_ended(work, given)), asks=bool(app.manifest.permissions), used=parse(used) if used else None,
        right=right, end=end_of(right), is_shut=not opens,
    )  # fmt: skip


def _source(app: App) -> str:
    """registry, folder, or the host that it came from."""
    scheme, _, rest = app.source.partition("://")
    return {"registry": "registry", "file": "folder", "shipped": "shipped"}.get(
        scheme, rest.partition("/")[0]
    )


def _changed(app: App) -> datetime | None:
    at = app.body.get("updated_at")
    try:
        return parse(at) if isinstance(at, str) else None
    except ValueError:
        return None


@each("GET", "/allow")
def ask_again(work: Work, call: Call, slug: str) -> Response:
    """What may it see, now that it sees nothing? 200; 404."""
    return _ask_again(work, call, slug)


def _ask_again(work: Work, call: Call, slug: str, status: int = 200, **typed: Any) -> Response:
    app = service.manifest(work, slug, _kind(call))
    shown = card(work, app, homes.profile(work).locale)
    return asking.question(work, call, "allow.html", app, app.manifest.permissions, shown, status, **typed)


@each("POST", "/allow")
def allow(work: Work, call: Call, slug: str, form: FormData) -> Response:
    """Give it what the owner leaves it. 303; 404, 422."""
    app = service.manifest(work, slug, _kind(call))
    here = f"{PATHS[app.kind]}/{slug}"
    if text(form, "answer") == "no":
        return see_other(here)
    try:
        with work.attempt():
            service.allow(work, app, asking.consent(work, form, app.manifest.permissions))
    except Problem as problem:
        return _ask_again(work, call, slug, 422, **asking.typed(form, problem, words(work)))
    return done(call, here, words(work).gettext("Saved."))


@each("GET", "/update")
async def ask_to_update(call: Call, slug: str) -> Response:
    """May it see more than before? 200; 303 when there is nothing new; 404."""
    kind = _kind(call)
    app = await call.read(service.manifest, slug, kind)
    offer = await service.offers.offered(call.house, call.home, slug)
    if offer is None or offer.app.kind != kind or offer.version == app.manifest.version:
        told = (await said(call)).gettext("There is no newer version.")
        return done(call, f"{PATHS[kind]}/{slug}", told)
    return await call.scan(_ask_to_update, call, app, offer.app, offer.version)


def _ask_to_update(work: Work, call: Call, old: App, new: App, version: str) -> Response:
    locale = homes.profile(work).locale
    more = service.more_than(old.manifest, new.manifest)
    same = {title: rule for title, rule in new.manifest.permissions.items() if title not in more}
    return asking.page(
        work, call, "update.html", card=offered_card(new, version, locale), here=f"{PATHS[old.kind]}/{old.slug}",
        before=old.manifest.version, more=lines(work, new, more, locale), same=lines(work, new, same, locale),
        terms=terms_of(new) if old.manifest.terms.version != new.manifest.terms.version else "",
    )  # fmt: skip


@each("POST", "/update")
async def update(call: Call, slug: str, form: FormData) -> Response:
    """Bring it up to date; the owner agrees to what is new. 303; 404."""
    kind = _kind(call)
    here, words_ = f"{PATHS[kind]}/{slug}", await said(call)
    if text(form, "answer") == "no":
        return see_other(here)
    await call.read(service.manifest, slug, kind)
    try:
        app = await service.installing.update(call.house, call.home, call.caller, slug, kind, acked=True)
    except Problem as problem:
        return done(call, here, words_.gettext(problem.detail), failed=True)
    return done(call, here, words_.gettext("%(name)s is up to date.", name=name_of(app, words_.locale)))


@each("GET", "/uninstall")
async def ask_to_uninstall(call: Call, slug: str) -> Response:
    """Shall it go? 200; 404."""
    right = await service.prices.right(call.house, call.home, slug) if _kind(call) == "app" else None
    return await call.read(_ask_to_uninstall, call, slug, right)


def _ask_to_uninstall(work: Work, call: Call, slug: str, right: Right | None) -> Response:
    locale = homes.profile(work).locale
    app = service.manifest(work, slug, _kind(call))
    given = permissions.of_source(work, app.kind, slug)
    kept = [line for line in lines(work, app, given.rules, locale) if "add" in line.does] if given else []
    links = permissions.links_by(work, app.id)
    return asking.page(
        work, call, "uninstall.html", card=card(work, app, locale), kept=kept, links=len(links),
        is_paid_for=bool(right and right.is_open and right.price.period == "month" and not right.ends_at),
    )  # fmt: skip


@each("POST", "/uninstall")
def uninstall(work: Work, call: Call, slug: str, form: FormData) -> Response:
    """Remove it and its grant. 303; 404."""
    app, words_ = service.manifest(work, slug, _kind(call)), words(work)
    try:
        with work.attempt():
            service.installing.uninstall(work, slug, app.kind)
    except Problem as problem:
        return done(call, f"{PATHS[app.kind]}/{slug}", words_.gettext(problem.detail), failed=True)
    name = name_of(app, words_.locale)
    return done(
        call, APPS, words_.gettext("%(name)s is gone. What it put in your home is still there.", name=name)
    )
