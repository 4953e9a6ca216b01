"""A bill that is open: after a while the home takes nothing new. It can be read, taken along and moved all the same."""

from __future__ import annotations

from datetime import datetime, timedelta

from cozy.kernel.clock import parse
from cozy.kernel.home import Hosted
from cozy.kernel.routes import SOCKET, Route
from cozy.kernel.settings import Settings

from ..errors import Unpaid

READING = {"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT", SOCKET}
OPEN_ALL_THE_SAME = {
    "auth",
    "oidc",
    "settings",
    "move",
    "permissions",
    "notifications",
    "payments",
    ".well-known",
}  # first words
PAGES_ALL_THE_SAME = (
    "/my/leave",
    "/my/settings",
    "/my/access",
    "/my/notifications",
    "/my/language",
    "/my/terms",
)
BRINGS_IN = "/move/import"


def closes_at(settings: Settings, hosted: Hosted) -> datetime | None:
    """When the home takes nothing new any more, or since when; None where no bill is open."""
    if not hosted.unpaid_since:
        return None
    return parse(hosted.unpaid_since) + timedelta(days=settings.unpaid_grace_days)


def guard(settings: Settings, hosted: Hosted, now: datetime, route: Route) -> None:
    """Keep a home as it is, once its bill was open for too long: what only reads goes on, and getting in, leaving and moving.

    Raises Unpaid.
    """
    if not hosted.unpaid_since or route.method in READING or route.need.verb == "GET":
        return
    closes = closes_at(settings, hosted)
    if closes is None or now < closes or _goes_on(route.path):
        return
    raise Unpaid


def _goes_on(path: str) -> bool:
    if path.startswith(BRINGS_IN):
        return False
    return path.split("/", 2)[1] in OPEN_ALL_THE_SAME or path.startswith(PAGES_ALL_THE_SAME)
