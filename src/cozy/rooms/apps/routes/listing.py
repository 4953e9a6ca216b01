"""The apps and connectors of a home: lists, one of them, its icon (cozy-stack docs/apps.md, docs/konnectors.md)."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from cozy.kernel.problem import Malformed, NotFound
from cozy.kernel.routes import OPEN, Routes, may
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.permissions import service as permissions
from cozy.web import jsonapi
from cozy.web.call import Call
from cozy.web.cookies import read_cookie

from .. import service
from ..model import APPS, DOCTYPES, KONNECTORS, App, Kind
from .resources import PATHS, resource
from .sending import FOR_EVER, media_type, send

routes = Routes()
MOST = 100  # apps of one page
PICTURES = {"image/gif", "image/jpeg", "image/png", "image/svg+xml", "image/webp", "image/x-icon"}
HARMLESS = {  # a picture is what its author made of it: opened as a page, it may run nothing
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
    "cross-origin-resource-policy": "cross-origin",
}


@routes.on("GET", "/apps", may("GET", APPS))
def apps(work: Work, call: Call) -> Response:
    """The installed apps, `limit` of them from `start_key` on. 200; 400, 401, 403."""
    return _page(work, call, "app")


@routes.on("GET", "/konnectors", may("GET", KONNECTORS))
def konnectors(work: Work, call: Call) -> Response:
    """The installed connectors, in the same way. 200; 400, 401, 403."""
    return _page(work, call, "konnector")


def _page(work: Work, call: Call, kind: Kind) -> Response:
    permissions.guard(work, "GET", DOCTYPES[kind], None, None)
    limit = min(_limit(call) or MOST, MOST)
    start = call.query("start_key").removeprefix(f"{DOCTYPES[kind]}/")
    found = service.installed(work, kind, start=start, limit=limit + 1)
    links: dict[str, str] = {}
    if len(found) > limit:
        query = urlencode({"limit": limit, "start_key": found[limit].id})
        links["next"] = f"{work.origin}{PATHS[kind]}/?{query}"
    shown = [resource(work, app) for app in found[:limit]]
    return jsonapi.answer(shown, links=links, meta={"count": len(shown)})


def _limit(call: Call) -> int:
    text = call.query("limit")
    if text and (not text.isdecimal() or not text.isascii() or len(text) > 6):
        raise Malformed("limit is a number.", parameter="limit")
    return int(text or 0)


@routes.on("GET", "/apps/{slug}", may("GET", APPS))
def app(work: Work, slug: str) -> Response:
    """An installed app. 200; 401, 403, 404."""
    return jsonapi.answer(resource(work, _readable(work, slug, "app")))


@routes.on("GET", "/konnectors/{slug}", may("GET", KONNECTORS))
def konnector(work: Work, slug: str) -> Response:
    """An installed connector. 200; 401, 403, 404."""
    return jsonapi.answer(resource(work, _readable(work, slug, "konnector")))


def _readable(work: Work, slug: str, kind: Kind) -> App:
    """One that the caller may read. Who may read none is not told which there are."""
    if not permissions.may(work.caller, "GET", DOCTYPES[kind]):
        permissions.guard(work, "GET", DOCTYPES[kind], None, None)
    found = service.manifest(work, slug, kind)
    permissions.guard(work, "GET", DOCTYPES[kind], {found.id, slug}, found.body)
    return found


@routes.on("GET", "/apps/{slug}/icon", OPEN)
async def app_icon(call: Call, slug: str) -> Response:
    """The icon of an installed app. 200, 304; 401, 403, 404."""
    return await _icon(call, slug, "app")


@routes.on("GET", "/apps/{slug}/icon/{version}", OPEN)
async def app_icon_of(call: Call, slug: str, version: str) -> Response:
    """The same, under an address that changes with it."""
    return await _icon(call, slug, "app", version)


@routes.on("GET", "/konnectors/{slug}/icon", OPEN)
async def konnector_icon(call: Call, slug: str) -> Response:
    """The icon of an installed connector. 200, 304; 401, 403, 404."""
    return await _icon(call, slug, "konnector")


@routes.on("GET", "/konnectors/{slug}/icon/{version}", OPEN)
async def konnector_icon_of(call: Call, slug: str, version: str) -> Response:
    """The same, under an address that changes with it."""
    return await _icon(call, slug, "konnector", version)


async def _icon(call: Call, slug: str, kind: Kind, version: str = "") -> Response:
    found = await call.read(service.manifest if await is_owner(call) else _readable, slug, kind)
    file = service.files.file(call.house.shelf, found, found.manifest.icon)
    if not found.manifest.icon or file is None:
        raise NotFound("This app has no icon.")
    caching = FOR_EVER.replace("public", "private") if version and not found.folder else "private, no-cache"
    if media_type(file.name) not in PICTURES:
        raise NotFound("This app has no icon.")
    return send(call, file, caching=caching, headers=HARMLESS)


async def is_owner(call: Call) -> bool:
    """Whether the owner's browser asks, for whatever page: pictures in the pages of apps come with no token."""
    if call.caller.kind == "owner":
        return True
    cookie = read_cookie(call, "session")
    return bool(cookie) and await call.read(auth.sessions.of, cookie) is not None
