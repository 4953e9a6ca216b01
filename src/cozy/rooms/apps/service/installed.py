"""The apps and connectors of a home."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.documents.model import Document

from .. import store
from ..errors import NoApp
from ..model import DOCTYPES, App, Kind
from . import folders, manifests

LIMIT = 1000  # of one list


def installed(work: Work, kind: Kind = "app", *, start: str = "", limit: int = LIMIT) -> list[App]:
    """The apps of this home by slug, from one on, those that are served from a folder among them."""
    found = {app.slug: app for app in map(_app, store.listed(work, DOCTYPES[kind], start, limit))}
    if kind == "app":
        live = [slug for slug in folders.slugs(work.settings) if slug >= start]
        found |= {slug: app for slug in live if (app := folders.app(work.settings, slug))}
    return sorted(found.values(), key=lambda app: app.slug)[:limit]


def manifest(work: Work, slug: str, kind: Kind = "app") -> App:
    """One of them, whatever its state. Raises BadSlug, NoApp."""
    manifests.clean_slug(slug)
    if kind == "app" and (live := folders.app(work.settings, slug)):
        return live
    document = store.one(work, DOCTYPES[kind], slug)
    if document is None:
        raise NoApp(slug=slug)
    return _app(document)


def _app(document: Document) -> App:
    kind: Kind = "app" if document.doctype == DOCTYPES["app"] else "konnector"
    slug = document.id.rpartition("/")[2]
    return App(kind=kind, slug=slug, body=document.body, rev=document.rev)
