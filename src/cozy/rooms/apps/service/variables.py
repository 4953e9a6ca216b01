"""What the pages of an app may ask for: `{{.Token}}`, `{{.CozyData}}`… (cozy-stack docs/client-app-dev.md)."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import msgspec

from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.homes import service as homes

from ..model import App
from . import intents, shared
from .intents import Intent
from .templates import Html, Value

_SAFE_JSON = {ord(c): f"\\u{ord(c):04x}" for c in "<>&'\u2028\u2029"}


def values(
    work: Work, app: App, *, session: str, code: str = "", intent: Intent | None = None
) -> dict[str, Value]:
    """Every variable of a page of an app.

    session: of the owner who looks at it, "" for somebody else; code: of the link by which it was opened, which then
    is the token; intent: what another app asks this one to do.
    """
    settings = homes.instance.read(work).body
    locale = str(settings.get("locale", "en"))
    manifest = app.manifest
    token = code or (auth.tokens.for_app(work, app.slug, session) if session else "")
    host = work.origin.partition("://")[2]
    said: dict[str, Value] = {
        "Token": token, "Domain": host, "SubDomain": work.settings.subdomains, "ContextName": work.hosted.context or "default",
        "Tracking": settings.get("tracking") in {"true", True}, "Locale": locale, "AppSlug": app.slug,
        "AppName": app.said("name", locale), "AppEditor": manifest.editor, "AppNamePrefix": manifest.name_prefix,
        "IconPath": manifest.icon,
    }  # fmt: skip
    flags, capabilities = homes.flags(work).values, homes.instance.capabilities(work)
    said |= {
        "CozyData": _data(said, flags, capabilities, is_logged_in=bool(session)),
        "Flags": _json(flags),
        "Capabilities": _json(capabilities),
        "Warnings": _warnings(work) if session else Html(),
        "IntentData": _inlined(work, intent),
    }
    return said | shared.tags(host)


def _data(said: Mapping[str, Value], flags: Any, capabilities: Any, *, is_logged_in: bool) -> str:
    """All in one. Characters of HTML are written as JSON escapes, so that in an attribute only quotes need another:
    cozy-client reads this page again with a regular expression, to renew its token, and undoes `&#34;` alone.
    """
    return _json(
        {
            "token": said["Token"], "domain": said["Domain"], "subdomain": said["SubDomain"],
            "tracking": said["Tracking"], "locale": said["Locale"], "isLoggedIn": is_logged_in,
            "app": {
                "editor": said["AppEditor"], "name": said["AppName"], "prefix": said["AppNamePrefix"],
                "slug": said["AppSlug"], "icon": said["IconPath"],
            },
            "flags": flags, "capabilities": capabilities,
        }
    )  # fmt: skip


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode().translate(_SAFE_JSON)


def _inlined(work: Work, intent: Intent | None) -> Html:
    """The intent, so that the app need not ask for it (as linagora's cozy-stack does)."""
    if intent is None:
        return Html()
    data = _json(intents.resource(work, intent))
    return Html(f'<script type="application/json" id="cozy-intent">{data}</script>')


def _warnings(work: Work) -> Html:
    """What the owner has to do soon, for apps to say (cozy-stack docs/user-action-required.md)."""
    problem = homes.terms.unsigned(work)
    if problem is None:
        return Html()
    said = {
        "title": problem.heading, "code": problem.code(), "detail": problem.detail, "links": problem.facts["links"]["self"],
    }  # fmt: skip
    data = " ".join(f'data-{name}="{escape(text)}"' for name, text in said.items())
    return Html(f'<meta name="user-action-required" {data}>')
