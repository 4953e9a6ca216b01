"""The origin of an app: its pages, for the owner or for anybody, and its files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from starlette.responses import RedirectResponse, Response

from cozy.kernel.home import app_origin
from cozy.kernel.routes import OPEN, Routes
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import KNOWN
from cozy.rooms.permissions import service as permissions
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.cookies import read_cookie, set_cookie

from .. import service
from ..errors import NoApp, NoAppPage, NotReady
from ..model import App, Asked, File
from .policy import policy
from .sending import FOR_EVER, send

routes = Routes(pages=True, site="app")

_NAMED_BY_CONTENT = re.compile(r"^[^.]*\.([0-9a-f]{10,}|immutable)\.", re.IGNORECASE)
_ROBOTS = "User-agent: *\nDisallow: /\n"
_PUBLIC = "/public"  # where the links of apps lead
_FORMER = {"collect", "onboarding"}  # apps of long ago, whose place the home itself took
_COOKIE_S = int(KNOWN.total_seconds())


@routes.on("GET", "/", OPEN)
async def root(call: Call) -> Response:
    """The first page of an app. 200; 302 to log in, 303 once a session was handed over, 307 to the store, 404."""
    return await _answer(call, "/")


@routes.on("GET", "/{path:path}", OPEN)
async def page_or_file(call: Call, path: str) -> Response:
    """A page or a file of an app. 200, 304; 302 to log in, 303 once a session was handed over, 307 to the store, 401, 404."""
    return await _answer(call, f"/{path}")


async def _answer(call: Call, path: str) -> Response:
    if code := call.query("session_code"):
        return await _enter(call, code)
    try:
        app = await call.read(service.manifest, call.slug)
    except NoApp:
        return _not_here(call)
    if not app.is_usable:
        raise NotReady
    try:
        asked = service.routing.asked(app, path)
    except NoAppPage:
        if path == "/robots.txt":
            return Response(_ROBOTS, media_type="text/plain")
        raise
    if not asked.route.public and not _is_in(call):
        return _turned_away(call, asked)
    await service.installing.ensure(call.house, call.home, app)
    file = service.files.file(call.house.shelf, app, asked.file)
    if file is None:
        if path == "/robots.txt":
            return Response(_ROBOTS, media_type="text/plain")
        raise NoAppPage(path=path[:200])
    if not asked.is_index:
        return _file(call, file)
    return await _locked(call) or await _page(call, app, file)


def _not_here(call: Call) -> Response:
    """Whoever looks for an app that is not installed is led to it in the store, where there is one; with a link, to its page, which needs
    no app. Raises NoApp.

    Whether the registries have it the store asks, once the owner is in: strangers cause no request to others.
    """
    if call.slug in _FORMER:
        return RedirectResponse(f"{call.home.origin}/", 301)
    code = call.query("sharecode").removesuffix(".")
    if code.isascii() and code.isalnum() and call.request.url.path.startswith(_PUBLIC):
        return RedirectResponse(f"{call.home.origin}/s/{code}", 307, {"cache-control": "no-store"})
    if code or not service.registries.of(call.house, call.home).all:
        raise NoApp(slug=call.slug)
    return RedirectResponse(f"{call.home.origin}/my/store/{call.slug}", 307, {"cache-control": "no-store"})


async def _locked(call: Call) -> Response | None:
    """A link with a password leads guests to where it is asked for, on the origin of the home, and back."""
    code = call.query("sharecode").removesuffix(".")
    if not code or _is_in(call):
        return None
    link = await auth.tiny_codes.link_of(call.house, call.home, code, call.client)
    if link is None or not link.password:
        return None
    name, proof = f"pass{link.id}", call.query(auth.redirects.UNLOCKED)
    if proof and await call.read(permissions.passwords.is_given, link, proof, call.slug):
        set_cookie(call, name, proof)
        return see_other(_here(call, without=auth.redirects.UNLOCKED))
    if await call.read(permissions.passwords.is_given, link, read_cookie(call, name), call.slug):
        return None
    wanted = f"{_origin(call)}{_here(call, without=auth.redirects.UNLOCKED)}"
    query = urlencode({"perm_id": link.id, "redirect": wanted})
    return RedirectResponse(
        f"{call.home.origin}{auth.redirects.LOCK}?{query}", 302, {"cache-control": "no-store"}
    )


async def _enter(call: Call, code: str) -> Response:
    """Take over the session that the home hands on, and come again without the code.

    A code that the home did not hand to this app may be for the home itself: it is tried at its door.
    """
    taken = await call.write(auth.sessions.take_over, code, call.slug)
    if taken is None and not _is_in(call):
        wanted = f"{_origin(call)}{_here(call, without='session_code')}"
        return see_other(
            f"{call.home.origin}/auth/login?{urlencode({'session_code': code, 'redirect': wanted})}"
        )
    if taken is not None and not _is_in(call):
        session, cookie = taken
        set_cookie(call, "session", cookie, max_age_s=_COOKIE_S if session.details.stays else None)
    return see_other(_here(call, without="session_code"))


def _turned_away(call: Call, asked: Asked) -> Response:
    """A page leads to the door of the home and back; a file leads nowhere."""
    if asked.file == "/robots.txt":
        return Response(_ROBOTS, media_type="text/plain")
    if not asked.is_index:
        return Response("You must be authenticated", 401, media_type="text/plain")
    wanted = f"{_origin(call)}{_here(call)}"
    kept = {"jwt": call.query("jwt")} if call.query("jwt") else {}
    where = f"{call.home.origin}/auth/login?{urlencode({'redirect': wanted, **kept})}"
    return RedirectResponse(where, 302, {"cache-control": "no-store"})


def _origin(call: Call) -> str:
    return app_origin(call.home.origin, call.slug, call.house.settings.subdomains)


def _here(call: Call, without: str = "") -> str:
    """The path and query of this request, less one parameter."""
    kept = [(name, value) for name, value in call.request.query_params.multi_items() if name != without]
    path = quote(call.request.url.path, safe="/:@!$&'()*+,;=~")
    return f"/{path.lstrip('/')}{f'?{urlencode(kept)}' if kept else ''}"


def _file(call: Call, file: File) -> Response:
    immutable = _NAMED_BY_CONTENT.match(file.name) is not None
    return send(call, file, caching=FOR_EVER if immutable else "no-cache", headers=_headers(call))


async def _page(call: Call, app: App, file: File) -> Response:
    """A page of an app, with its token: kept nowhere."""
    if _is_in(call) and not call.query("sharecode"):
        await call.read(service.opening.check, app)
        if not await service.prices.opens(call.house, call.home, app):
            return see_other(f"{call.home.origin}/my/apps/{app.slug}")
    if _is_in(call) and app.state == "installed":
        await call.write(service.installing.awake, app.slug)
    if _is_in(call) and await call.read(service.opening.is_due, app):
        await call.write(service.opening.allow, app)
    html = file.plain().decode("utf-8", "replace")
    shown = await call.read(
        service.opening.page, app, html,
        session=call.caller.session if _is_in(call) else "", code=call.query("sharecode"), intent=call.query("intent"),
    )  # fmt: skip
    framed_by = await call.read(service.opening.framed_by, app, call.query("intent"))
    allowed = await call.read(service.opening.allowed)
    headers = {**_headers(call, framed_by, allowed), "cache-control": "private, no-store, must-revalidate"}
    return Response(shown, 200, headers, "text/html")


def _is_in(call: Call) -> bool:
    """Whether the owner looks at this."""
    return call.caller.kind == "owner"


def _headers(
    call: Call, framed_by: Sequence[str] = (), allowed: Mapping[str, Sequence[str]] | None = None
) -> dict[str, str]:
    said = policy(call.home.origin, call.house.settings.subdomains, framed_by=framed_by, allowed=allowed)
    return {"content-security-policy": said, "referrer-policy": "same-origin"}
