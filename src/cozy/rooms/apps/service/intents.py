"""Intents: one app asks another to do something for it (cozy-stack docs/intents.md)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from cozy.kernel.home import app_origin
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.documents.model import Document
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions

from ..errors import BadIntent, BadSlug, NoApp, NoIntent, NotItsService
from ..model import APPS, App
from .installed import installed, manifest

INTENTS = "io.cozy.intents"
_TEXT_LIMIT = 500
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?")


class Able(Struct, frozen=True):
    """An app that can do what is asked, at an address."""

    slug: str
    href: str


class Available(Struct, frozen=True):
    """An app that could, were it installed."""

    slug: str
    name: str


class Intent(Struct, frozen=True, kw_only=True):
    """What an app asks for. client: `io.cozy.apps/<slug>` of that app, "" where it is none."""

    id: str = ""
    action: str
    type: str
    permissions: tuple[str, ...] = ()
    client: str = ""
    services: tuple[Able, ...] = ()
    available: tuple[Available, ...] = msgspec.field(name="availableApps", default=())

    @property
    def client_slug(self) -> str:
        """The app that asks."""
        return self.client.removeprefix(f"{APPS}/")

    def is_for(self, slug: str) -> bool:
        """Whether this app is one of those that can do it."""
        return any(able.slug == slug for able in self.services)


def start(
    work: Work, action: str, type_: str, verbs: Sequence[str], available: Sequence[Available]
) -> Intent:
    """An intent of the app that calls, with the apps that can do it; those to install only where none can.

    Raises BadIntent.
    """
    for name, value in (("action", action), ("type", type_)):
        if not value or len(value) > _TEXT_LIMIT:
            raise BadIntent(parameter=name)
    slug = _slug_of_caller(work)
    asked = Intent(
        action=action, type=type_, permissions=tuple(verbs), client=f"{APPS}/{slug}" if slug else ""
    )
    made = documents.create(work, INTENTS, _body(asked))
    answers = tuple(
        Able(app.slug, _href(work, app, href, made.id)) for app, href in able(work, action, type_)
    )
    rest = () if answers else tuple(available)
    whole = msgspec.structs.replace(asked, id=made.id, services=answers, available=rest)
    documents.update(work, made, _body(whole))
    return whole


def able(work: Work, action: str, type_: str) -> list[tuple[App, str]]:
    """The apps of this home that can do it, and where in each."""
    asked = ((app, answer_of(app, action, type_)) for app in installed(work) if app.is_usable)
    return [(app, href) for app, href in asked if href is not None]


def answer_of(app: App, action: str, type_: str) -> str | None:
    """Where in an app this can be done; None when it cannot."""
    for intent in app.manifest.intents:
        if intent.action.lower() == action.lower() and any(_fits(known, type_) for known in intent.type):
            return intent.href
    return None


def found(work: Work, id_: str) -> Intent:
    """An intent. Raises NoIntent."""
    try:
        return _intent(documents.fetch(work, INTENTS, id_))
    except NoDocument as error:
        raise NoIntent(id=id_[:100]) from error


def asked_of_caller(work: Work, id_: str) -> Intent:
    """An intent that the calling app can answer. Raises NoIntent, NotItsService."""
    intent = found(work, id_)
    if work.caller.kind != "app" or not intent.is_for(work.caller.name):
        raise NotItsService
    return intent


def asked_of(work: Work, id_: str, slug: str) -> Intent | None:
    """An intent that an app was opened for; None when it was not."""
    try:
        intent = found(work, id_)
    except NoIntent:
        return None
    return intent if intent.is_for(slug) and intent.client_slug else None


def client_origins(work: Work, intent: Intent) -> list[str]:
    """Where the pages of the app that asks are: the address to send messages to first."""
    if not intent.client_slug:
        return []
    usual = app_origin(work.origin, intent.client_slug, work.settings.subdomains)
    elsewhere = _flagged(work, intent.client_slug)
    return [elsewhere, usual] if elsewhere else [usual]


def _flagged(work: Work, slug: str) -> str:
    """Where an app is that lives elsewhere: its manifest names a feature flag that says so (`client_url_flag`)."""
    try:
        flag = manifest(work, slug).manifest.client_url_flag
    except (NoApp, BadSlug):
        return ""
    value = homes.flags(work).values.get(flag) if flag else None
    return value if isinstance(value, str) and _ORIGIN.fullmatch(value) else ""


def resource(work: Work, intent: Intent) -> dict[str, Any]:
    """An intent as JSON:API shows it, in which the client is an address."""
    raw = msgspec.to_builtins(intent)
    origins = client_origins(work, intent)
    links: dict[str, str] = {}
    if intent.client_slug and (grant := permissions.of_source(work, "app", intent.client_slug)):
        links = {"self": f"/intents/{intent.id}", "permissions": f"/permissions/{grant.id}"}
    attributes = {**raw, "client": origins[0] if origins else ""}
    del attributes["id"]
    return {"type": INTENTS, "id": intent.id, "attributes": attributes, "meta": {}, "links": links}


def _slug_of_caller(work: Work) -> str:
    """The app that calls, or that the program which calls is linked to."""
    caller = work.caller
    if caller.kind == "client" and (grant := permissions.of_source(work, "oauth", caller.name)):
        return str(grant.metadata.get("linked_app", ""))
    return caller.name if caller.kind == "app" else ""


def _fits(known: str, type_: str) -> bool:
    family = known.removesuffix("/*")
    return known == type_ or (family != known and type_.partition("/")[0] == family)


def _href(work: Work, app: App, href: str, id_: str) -> str:
    path, hash_, fragment = href.partition("#")
    origin = app_origin(work.origin, app.slug, work.settings.subdomains)
    return f"{origin}/{path.lstrip('/')}?intent={id_}{hash_}{fragment}"


def _body(intent: Intent) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.to_builtins(intent)
    del body["id"]
    return body


def _intent(document: Document) -> Intent:
    return msgspec.convert({**document.body, "id": document.id}, Intent)


def after_sharing(work: Work, slug: str, doctype: str, sharing_id: str) -> str:
    """Where an app shows what was just taken of somebody else: the one that it was shared by, else one that can; "" for none.

    cozy-stack docs/sharing.md, the intent SHARING.
    """
    ways = able(work, "SHARING", doctype)
    own = [(app, href) for app, href in ways if app.slug == slug]
    query = urlencode({"sharing": sharing_id})
    for app, href in [*own, *ways]:
        path, _, fragment = href.partition("#")
        origin = app_origin(work.origin, app.slug, work.settings.subdomains)
        return f"{origin}/{path.lstrip('/')}?{query}{'#' if fragment else ''}{fragment}"
    if not any(app.slug == slug and app.is_usable for app in installed(work)):
        return ""
    return f"{app_origin(work.origin, slug, work.settings.subdomains)}/?{query}"
