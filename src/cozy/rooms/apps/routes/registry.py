"""The registries of a home, through the home (cozy-stack docs/registry.md): its apps need to reach no other host."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from cozy.kernel.problem import Elsewhere, NotFound, Unauthenticated
from cozy.kernel.routes import KNOWN, OPEN, Routes
from cozy.rooms.permissions import service as permissions
from cozy.web.answers import json, see_other
from cozy.web.call import Call

from .. import service
from ..errors import NotYours
from ..model import APPS
from ..service.registries import CHANNELS, Registries
from .listing import HARMLESS, app_icon, is_owner

routes = Routes()
LIMIT = 100
MOST = 1000  # apps of one page
SHORT = "private, max-age=300"
LONG = "private, max-age=86400"
_SORTED_BY = {"slug", "type", "editor", "created_at"}


@routes.on("GET", "/registry", KNOWN)
async def apps(call: Call) -> Response:
    """The apps that are offered; `filter[…]`, `sort`, `limit`, `cursor`. 200; 401, 403."""
    _check(call)
    found = await _registries(call).apps(dict(call.request.query_params.items()))
    start, limit = _number(call, "cursor"), min(_number(call, "limit") or LIMIT, MOST)
    page = _sorted(found, call.query("sort") or "slug")[start : start + limit]
    meta: dict[str, Any] = {"count": len(page)}
    if start + limit < len(found):
        meta["next_cursor"] = str(start + limit)
    return json({"data": page, "meta": meta}, headers={"cache-control": SHORT})


@routes.on("GET", "/registry/maintenance", KNOWN)
async def maintenance(call: Call) -> Response:
    """The apps that are out of order: a bare list, which clients need. 200; 401, 403."""
    _check(call)
    return json(await _registries(call).maintenance(), headers={"cache-control": SHORT})


@routes.on("GET", "/registry/{slug}", KNOWN)
async def app(call: Call, slug: str) -> Response:
    """One app, with its latest version. 200; 401, 403, 404."""
    _check(call)
    return _told(await _registries(call).app(slug), SHORT)


@routes.on("GET", "/registry/{slug}/{version}", KNOWN)
async def version(call: Call, slug: str, version: str) -> Response:
    """One release. 200; 401, 403, 404."""
    _check(call)
    return _told(await _registries(call).version_json(slug, version), LONG)


@routes.on("GET", "/registry/{slug}/{channel}/latest", KNOWN)
async def latest(call: Call, slug: str, channel: str) -> Response:
    """The latest release of a channel: stable, beta or dev. 200; 401, 403, 404."""
    _check(call)
    known = channel in CHANNELS
    return _told(await _registries(call).latest_json(slug, channel) if known else None, SHORT)


@routes.on("GET", "/registry/{slug}/icon", OPEN)
async def icon(call: Call, slug: str) -> Response:
    """The icon of an app: that of the registries or, where they have none, of the one that is here. 200, 304; 401, 403, 404."""
    try:
        return await _picture(call, slug, "", "icon")
    except (NotFound, Elsewhere):
        return await app_icon(call, slug)


@routes.on("GET", "/registry/{slug}/partnership_icon", OPEN)
async def partnership_icon(call: Call, slug: str) -> Response:
    """The icon of who an app was made with. 200; 401, 404."""
    return await _picture(call, slug, "", "partnership_icon")


@routes.on("GET", "/registry/{slug}/screenshots/{name:path}", OPEN)
async def screenshot(call: Call, slug: str, name: str) -> Response:
    """How an app looks. 200; 401, 404."""
    return await _picture(call, slug, "", f"screenshots/{name}")


@routes.on("GET", "/registry/{slug}/{version}/icon", OPEN)
async def icon_of(call: Call, slug: str, version: str) -> Response:
    """The icon of a release. 200; 401, 404."""
    return await _picture(call, slug, version, "icon")


@routes.on("GET", "/registry/{slug}/{version}/partnership_icon", OPEN)
async def partnership_icon_of(call: Call, slug: str, version: str) -> Response:
    """The icon of who a release was made with. 200; 401, 404."""
    return await _picture(call, slug, version, "partnership_icon")


@routes.on("GET", "/registry/{slug}/{version}/screenshots/{name:path}", OPEN)
async def screenshot_of(call: Call, slug: str, version: str, name: str) -> Response:
    """How a release looks. 200; 401, 404."""
    return await _picture(call, slug, version, f"screenshots/{name}")


@routes.on("GET", "/registry/{slug}/{version}/tarball", KNOWN)
async def tarball(call: Call, slug: str, version: str) -> Response:
    """The files of a release: from here, or where the registry has them. 200, 303; 401, 403, 404."""
    _check(call)
    found = await _registries(call).version(slug, version)
    if found is None:
        raise NotFound
    if found.folder is None:
        return see_other(found.url)
    entries = service.packing.below(found.folder)
    return Response(await asyncio.to_thread(service.packing.packed, entries), media_type="application/gzip")


def _registries(call: Call) -> Registries:
    return service.registries.of(call.house, call.home)


def _check(call: Call) -> None:
    """Apps and programs of the owner may look at what is offered; links may not."""
    if call.caller.kind in {"share", "konnector"}:
        raise NotYours


def _told(found: Mapping[str, Any] | None, caching: str) -> Response:
    if found is None:
        raise NotFound
    return json(found, headers={"cache-control": caching})


async def _picture(call: Call, slug: str, version: str, name: str) -> Response:
    if not permissions.may_all(call.caller, "GET", APPS) and not await is_owner(call):
        raise Unauthenticated
    found = await _registries(call).picture(slug, version, name)
    if found is None:
        raise NotFound
    return Response(found.body, 200, {**HARMLESS, "cache-control": LONG, "content-type": found.media_type})


def _number(call: Call, name: str) -> int:
    text = call.query(name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _sorted(apps: list[Mapping[str, Any]], by: str) -> list[Mapping[str, Any]]:
    """By one of the fields that can be asked for, then by slug; `-slug` the other way round."""
    field = by.removeprefix("-")
    field = field if field in _SORTED_BY else "slug"
    return sorted(apps, key=lambda a: (str(a.get(field, "")), str(a["slug"])), reverse=by.startswith("-"))
