"""Opening a page of an app: what its grant has to say, and the page with everything put into it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import structlog

from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions

from ..errors import ShutOut
from ..model import App
from . import granting, intents, places, templates, variables
from .templates import Html

log = structlog.get_logger()
_HOST = re.compile(r"[A-Za-z0-9.:/*_-]+")  # a source of CSP, and nothing that could end it
_DATA_PROXY = "dataproxy"
_LAST = "</head>"
_FORCED = "\n{{.Warnings}}\n{{.IntentData}}\n"


def is_due(work: Work, app: App) -> bool:
    """Whether an app that is served from a folder asks for other documents than it was given."""
    if not app.folder:
        return False
    given = permissions.of_source(work, app.kind, app.slug)
    return given is None or dict(given.rules) != dict(app.manifest.permissions)


def check(work: Work, app: App) -> None:
    """An app is opened only while it holds what it was given; one served from a folder is given it anew. Raises ShutOut."""
    given = permissions.of_source(work, app.kind, app.slug)
    if (given is None and not app.folder) or (given and permissions.has_ended(work, given)):
        raise ShutOut


def allow(work: Work, app: App) -> None:
    """Give an app what its manifest asks for."""
    granting.give(work, app, granting.Consent())


def page(work: Work, app: App, html: str, *, session: str, code: str = "", intent: str = "") -> str:
    """A page of an app with its variables filled in; one that is no template is sent as it is."""
    try:
        template = templates.parsed(_with_forced(html))
    except templates.NotATemplate:
        log.warning("page is no template", slug=app.slug)
        return html
    asked = intents.asked_of(work, intent, app.slug) if intent else None
    values = variables.values(work, app, session=session, code=code, intent=asked)
    unknown: set[str] = set()

    def value(name: str) -> templates.Value:
        if name not in values:
            unknown.add(name)
        return values.get(name, Html())

    shown = template.render(value)
    if unknown:
        log.warning("page asks for unknown variables", slug=app.slug, names=sorted(unknown))
    return shown


def values(work: Work, app: App, session: str) -> dict[str, str]:
    """The variables of its pages, as texts."""
    found = variables.values(work, app, session=session)
    return {
        name: places.text(value) for name, value in found.items() if name not in {"CozyData", "IntentData"}
    }


def allowed(work: Work) -> dict[str, list[str]]:
    """Further hosts that pages of apps may load from, by kind, as the context of the home says: `csp.img = "…"`."""
    told = homes.contexts.members(work).get("csp")
    if not isinstance(told, Mapping):
        return {}
    lists = {str(kind): hosts.split() for kind, hosts in told.items() if isinstance(hosts, str)}
    return {kind: [host for host in hosts if _HOST.fullmatch(host)] for kind, hosts in lists.items()}


def framed_by(work: Work, app: App, intent: str) -> list[str]:
    """The origins whose pages may show this app in a frame: of the app that asks it for something.

    The data proxy is shown by the home itself, so that it can forget everything when the owner leaves.
    """
    asked = intents.asked_of(work, intent, app.slug) if intent else None
    origins = intents.client_origins(work, asked) if asked else []
    return [*origins, work.origin] if app.slug == _DATA_PROXY else origins


def _with_forced(html: str) -> str:
    """The page, with what every page of an app holds at the end of its head."""
    before, head, after = html.partition(_LAST)
    if head:
        return f"{before}{_FORCED}{head}{after}"
    before, body, after = html.partition("<body>")
    if not body:
        return html
    opening = "" if "<head>" in before else "\n<head>"
    return f"{before}{opening}{_FORCED}{_LAST}\n{body}{after}"
