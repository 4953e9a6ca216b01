"""What the home told its owner, the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from msgspec import Struct
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from cozy.ui import N_
from cozy.web.answers import json, see_other
from cozy.web.call import Call
from cozy.web.pages import flash, page

from .. import service
from ..model import Notification
from ..ports import Apps, Kind
from .door import routes, words

URL = "/my/notifications"


class Row(Struct, frozen=True):
    """A notification as people see it. by: the app that sent it."""

    id: str
    title: str
    text: str
    icon: str
    by: str
    at: datetime
    is_new: bool
    leaves: bool  # it leads to the origin of an app


@routes.on("GET", URL, OWNER)
def listing(work: Work, call: Call) -> Response:
    """What was told, the newest first, a page at a time. 200."""
    found = service.listed(work, _before(call))
    rows = _rows(work, found)
    zone = ZoneInfo(homes.profile(work).tz)
    days: list[tuple[date, list[Row]]] = [
        (day, list(group)) for day, group in groupby(rows, key=lambda row: row.at.astimezone(zone).date())
    ]
    more = ""
    if len(found) == service.PAGE:
        more = f"{URL}?{urlencode({'before': f'{found[-1].created_at},{found[-1].id}'})}"
    return page(
        work, call, "notifications/listing.html", room="notifications", days=days, more=more, unread=service.unread(work),
        seq=documents.last_seq(work), is_first=not call.query("before"),
    )  # fmt: skip


def _before(call: Call) -> tuple[str, str] | None:
    at, comma, id_ = call.query("before").partition(",")
    return (at, id_) if comma else None


def _rows(work: Work, found: list[Notification]) -> list[Row]:
    kinds: Mapping[str, Kind] = {kind.name: kind for kind in work.plugged(Kind)}
    locale = homes.profile(work).locale
    apps = {
        teller.slug: teller.name for plugged in work.plugged(Apps) for teller in plugged.tellers(work, locale)
    }
    return [_row(work, each, kinds, apps) for each in found]


def _row(work: Work, each: Notification, kinds: Mapping[str, Kind], apps: Mapping[str, str]) -> Row:
    said = service.said(work, each)
    icon = kinds[each.category].icon if each.is_ours and each.category in kinds else "layout-grid"
    return Row(
        each.id, said.title, said.text, icon, apps.get(each.slug, each.slug), parse(each.created_at), not each.read_at,
        "://" in service.link_of(work, each),
    )  # fmt: skip


@routes.on("GET", f"{URL}/count", OWNER)
def count(work: Work) -> Response:
    """How many were told and not read, for the bell of open pages. 200."""
    shown: dict[str, Any] = {"unread": service.unread(work)}
    return json(shown)


@routes.on("GET", f"{URL}/{{id_}}", OWNER, writes=True)
def follow(work: Work, call: Call, id_: str) -> Response:
    """Go where it leads; it counts as read from now on. 303; 404."""
    return see_other(service.link_of(work, service.read(work, id_)) or URL)


@routes.on("POST", f"{URL}/read", OWNER)
def read_all(work: Work, call: Call, form: FormData) -> Response:
    """Let all of it count as read. 303."""
    service.read_all(work)
    return see_other(URL)


@routes.on("POST", f"{URL}/{{id_}}/remove", OWNER)
def remove(work: Work, call: Call, id_: str, form: FormData) -> Response:
    """Remove one. 303; 404."""
    service.forget(work, id_)
    flash(call, words(work).gettext(N_("Removed.")))
    return see_other(URL)
