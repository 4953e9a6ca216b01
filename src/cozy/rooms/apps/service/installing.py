"""Installing, updating and removing apps and connectors.

What is fetched goes to the host's shelf first, then one transaction names it: a crash in between leaves at worst a version
that no home names. An app that is on its way in has a document already, `installing` or `upgrading`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog

from cozy.kernel.caller import Caller
from cozy.kernel.clock import iso, parse
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.accounts import service as accounts
from cozy.rooms.auth import service as auth
from cozy.rooms.documents import service as documents
from cozy.rooms.jobs import service as jobs

from .. import store
from ..errors import AlreadyInstalled, Busy, LinkedClient, NoApp, NoSource, TakenSlug
from ..events import AppInstalled, AppUninstalled
from ..model import DOCTYPES, App, Kind
from . import granting, manifests, prices, services, sources
from .granting import Consent
from .installed import manifest
from .sources import Offer, Wanted

log = structlog.get_logger()
Tell = Callable[[App], None]
PATIENCE = timedelta(minutes=15)  # after that, what is on its way has been given up
_TRUSTED = {"cli", "system"}


async def install(
    house: House, home: Home, caller: Caller, slug: str, kind: Kind = "app", source: str = "", *,
    consent: Consent = Consent(), parameters: Mapping[str, Any] | None = None, is_asleep: bool = False,
    tell: Tell = lambda app: None,
) -> App:  # fmt: skip
    """Install an app. source: "" for the stable channel of the registries; tell: is given it at each step; is_asleep:
    it is `installed`, and `ready` only once it is opened.

    Raises BadSlug, BadSource, AlreadyInstalled, TakenSlug, Busy, NoManifest, BadManifest, NoSource, BadArchive, BadChecksum, NotBought,
    NothingSold, and what outside raises; once it was told of, the app is left `errored`. Publishes AppInstalled.
    """
    source = source or f"registry://{manifests.clean_slug(slug)}/stable"
    await house.read(home, caller, _check_absent, slug, kind)
    with house.shelf.scratch() as scratch:
        wanted = Wanted(house, home, kind, slug, source, scratch, caller.kind in _TRUSTED)
        offer = await prices.settled(house, home, slug, source, await sources.offer(wanted), None)
        app = await house.write(home, caller, _begin, slug, kind, source, offer, parameters)
        tell(app)
        try:
            await _shelve(house, offer)
            app = await house.write(home, caller, _finish_install, slug, kind, consent, is_asleep)
        except Exception as error:
            tell(await house.write(home, caller, _fail, slug, kind, error))
            raise
    tell(app)
    return app


async def update(
    house: House, home: Home, caller: Caller, slug: str, kind: Kind = "app", source: str = "", *,
    acked: bool = False, tell: Tell = lambda app: None,
) -> App:  # fmt: skip
    """Bring an app up to date. One that wants more than before waits for the owner as `available_version`.

    source: "" for where it came from; acked: the owner agrees to what is new. Raises NoApp, TakenSlug, Busy, and as `install`.
    """
    before = await house.read(home, caller, _updatable, slug, kind)
    source = source or before.source
    with house.shelf.scratch() as scratch:
        wanted = Wanted(house, home, kind, slug, source, scratch, caller.kind in _TRUSTED)
        offer = await prices.settled(house, home, slug, source, await sources.offer(wanted), before)
        if offer.pack == before.pack and offer.version == before.manifest.version:
            app = await house.write(home, caller, _settle, slug, kind, source, "")
        elif not acked and granting.asks_for_more(before.manifest, _new(before, offer).manifest):
            app = await house.write(home, caller, _settle, slug, kind, source, offer.version)
        else:
            tell(await house.write(home, caller, _begin_update, slug, kind))
            try:
                await _shelve(house, offer)
                state = "installed" if before.state == "installed" else "ready"
                app = await house.write(home, caller, _finish_update, slug, kind, source, offer, state)
            except Exception as error:
                tell(await house.write(home, caller, _fail, slug, kind, error))
                raise
    tell(app)
    return app


def awake(work: Work, slug: str) -> App:
    """An app that was installed to sleep until it is opened is `ready`."""
    app = manifest(work, slug)
    return _put(work, slug, "app", state="ready") if app.state == "installed" else app


def uninstall(work: Work, slug: str, kind: Kind = "app") -> App:
    """Remove an app, its grant, its triggers and the links that it made; documents that it made stay.

    Raises NoApp, Busy, LinkedClient. Publishes AppUninstalled.
    """
    app = manifest(work, slug, kind)
    if app.folder:
        raise NoApp("This app is served from a folder: it is not installed.", slug=slug)
    if app.state == "installing" and not _is_given_up(work, app):
        raise Busy
    if kind == "app" and auth.clients.linked_to(work, slug):
        raise LinkedClient(slug=slug)
    documents.delete(work, documents.fetch(work, DOCTYPES[kind], app.id))
    granting.take_back(work, app)
    jobs.triggers.leave_with(work, slug, kind)
    work.publish(AppUninstalled(kind, slug))
    return app


async def ensure(house: House, home: Home, app: App) -> None:
    """Have the files of an installed app here: fetched again where this host has them not. Raises NoSource."""
    if app.folder or not app.pack or house.shelf.find(app.pack) is not None:
        return
    with house.shelf.scratch() as scratch:
        source = _pinned(app)
        offer = await sources.offer(Wanted(house, home, app.kind, app.slug, source, scratch))
        if offer.pack != app.pack:
            raise NoSource
        await _shelve(house, offer)


async def _shelve(house: House, offer: Offer) -> None:
    if not house.shelf.take(offer.pack):
        files = await offer.bring()
        await asyncio.to_thread(house.shelf.put, offer.pack, files)


def _check_absent(work: Work, slug: str, kind: Kind) -> None:
    _check_free(work, slug, kind)
    try:
        app = manifest(work, slug, kind)
    except NoApp:
        return
    if app.state == "errored" or _is_given_up(work, app):
        return
    raise Busy if app.state == "installing" else AlreadyInstalled(slug=slug)


def _check_free(work: Work, slug: str, kind: Kind) -> None:
    """Whether a slug is not that of a connector that comes with the home, and has accounts that are for it alone."""
    if kind == "konnector" and accounts.secrets.shipped_as(work, slug):
        raise TakenSlug(slug=slug)


def _begin(
    work: Work, slug: str, kind: Kind, source: str, offer: Offer, parameters: Mapping[str, Any] | None
) -> App:
    _check_absent(work, slug, kind)
    app = App(kind=kind, slug=slug, body={})
    more = (
        {"parameters": dict(parameters)}
        if parameters is not None and not source.startswith("registry:")
        else {}
    )
    body = {**_body(work, slug, source, offer), **more, "state": "installing", "created_at": iso(work.now)}
    current = store.one(work, DOCTYPES[kind], slug)
    if current is None:
        documents.create(work, DOCTYPES[kind], body, id_=app.id)
    else:
        documents.update(work, current, body)
    return manifest(work, slug, kind)


def _finish_install(work: Work, slug: str, kind: Kind, consent: Consent, is_asleep: bool) -> App:
    app = _put(work, slug, kind, state="installed" if is_asleep else "ready")
    granting.give(work, app, consent)
    app = _with_services(work, app, {})
    work.publish(AppInstalled(kind, slug, app.manifest.version))
    return app


def _with_services(work: Work, app: App, before: services.Services) -> App:
    """The app once its services are planned. before: those of the version that was here."""
    if app.kind == "app" and (app.manifest.services or before):
        return _put(work, app.slug, app.kind, services=services.plan(work, app, before))
    return app


def _updatable(work: Work, slug: str, kind: Kind) -> App:
    _check_free(work, slug, kind)
    app = manifest(work, slug, kind)
    if app.folder:
        raise NoApp("This app is served from a folder: it is not installed.", slug=slug)
    if app.state in {"installing", "upgrading"} and not _is_given_up(work, app):
        raise Busy
    return app


def _begin_update(work: Work, slug: str, kind: Kind) -> App:
    _updatable(work, slug, kind)
    return _put(work, slug, kind, state="upgrading", updated_at=iso(work.now))


def _finish_update(work: Work, slug: str, kind: Kind, source: str, offer: Offer, state: str) -> App:
    before = manifest(work, slug, kind)
    kept = {name: before.body[name] for name in ("created_at", "parameters") if name in before.body}
    document = documents.fetch(work, DOCTYPES[kind], before.id)
    documents.update(work, document, {**_body(work, slug, source, offer), **kept, "state": state})
    app = manifest(work, slug, kind)
    granting.keep(work, app, before.manifest)
    app = _with_services(work, app, before.body.get("services") or {})
    work.publish(AppInstalled(kind, slug, app.manifest.version))
    return app


def _settle(work: Work, slug: str, kind: Kind, source: str, available: str) -> App:
    """Leave it as it is, with the version that waits for the owner."""
    app = manifest(work, slug, kind)
    is_idle = app.state in {"ready", "installed"}
    if app.source == source and app.body.get("available_version", "") == available and is_idle:
        return app
    state = app.state if is_idle else "ready"
    return _put(work, slug, kind, source=source, available_version=available, state=state)


def _fail(work: Work, slug: str, kind: Kind, error: Exception) -> App:
    """Say what went wrong: a new app cannot be used, one that was there before still can."""
    app = manifest(work, slug, kind)
    said = (type(error).said or error.detail) if isinstance(error, Problem) else "Something broke on our side"
    log.warning("app is not installed", slug=slug, kind=kind, error=str(error)[:300])
    return _put(work, slug, kind, state="errored" if app.state == "installing" else "ready", error=said)


def _put(work: Work, slug: str, kind: Kind, **members: Any) -> App:
    """Change members of its document; those that are "" go."""
    app = manifest(work, slug, kind)
    document = documents.fetch(work, DOCTYPES[kind], app.id)
    body = {**document.body, **members}
    if "error" not in members:
        body.pop("error", None)
    documents.update(
        work, document, {name: value for name, value in body.items() if value != "" or name not in members}
    )
    return manifest(work, slug, kind)


def _body(work: Work, slug: str, source: str, offer: Offer) -> dict[str, Any]:
    now = iso(work.now)
    return {
        **offer.body, "slug": slug, "source": source, "version": offer.version, "checksum": offer.checksum,
        "pack": offer.pack, "created_at": now, "updated_at": now,
    }  # fmt: skip


def _new(before: App, offer: Offer) -> App:
    return App(kind=before.kind, slug=before.slug, body=offer.body)


def _is_given_up(work: Work, app: App) -> bool:
    """Whether what was on its way has been for too long: the program was stopped meanwhile."""
    since = app.body.get("updated_at", "")
    return app.state in {"installing", "upgrading"} and (not since or parse(since) + PATIENCE < work.now)


def _pinned(app: App) -> str:
    """The source of exactly this version, where the source can say so."""
    parts = urlsplit(app.source)
    if parts.scheme == "registry":
        return f"registry://{parts.netloc}/{app.manifest.version}"
    return (
        f"{app.source.partition('#')[0]}#{app.body['checksum']}"
        if parts.scheme in {"http", "https"}
        else app.source
    )
