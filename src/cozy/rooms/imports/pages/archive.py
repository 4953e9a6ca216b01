"""My archive: messages, operations of the bank, what one did, bookmarks: a list each, and what is behind a line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct
from starlette.responses import Response

from cozy import ui
from cozy.kernel.clock import parse
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.documents.model import Document
from cozy.ui import N_
from cozy.web.call import Call

from .. import service
from .door import ARCHIVE, page, routes, words

AT_ONCE = 100
SHELF = f"{ARCHIVE}/{{doctype}}"
TITLES: Mapping[str, tuple[str, str]] = {
    "io.cozy.messages": (N_("Messages"), "message-circle"),
    "io.cozy.activities": (N_("What you did"), "history"),
    "io.cozy.timeseries.geojson": (N_("Where you were"), "map-pin"),
    "io.cozy.bank.operations": (N_("Bank transactions"), "landmark"),
    "io.cozy.bank.accounts": (N_("Bank accounts"), "landmark"),
    "io.cozy.bookmarks": (N_("Bookmarks"), "star"),
}
_OPEN = ("http://", "https://")


class Line(Struct, frozen=True):
    """A document as a line of a list."""

    id: str
    title: str
    under: str
    at: datetime | None
    amount: str = ""


@routes.on("GET", ARCHIVE, OWNER)
async def shelves(call: Call) -> Response:
    """What there is, by kind. 200."""
    return await call.scan(_shelves, call)


def _shelves(work: Work, call: Call) -> Response:
    counts = service.archive.counts(work)
    shown = [(kind, *TITLES[kind], counts[kind]) for kind in TITLES if kind in counts]
    return page(work, call, "archive.html", shelves=shown)


@routes.on("GET", SHELF, OWNER)
async def shelf(call: Call, doctype: str) -> Response:
    """The documents of a kind; q: words that they hold. 200; 404."""
    return await call.scan(_shelf, call, doctype)


def _shelf(work: Work, call: Call, doctype: str) -> Response:
    asked, said = call.query("q")[:200], call.query("page")
    number = max(1, int(said)) if said.isdecimal() and len(said) < 6 else 1
    found = service.archive.found(work, doctype, asked, (number - 1) * AT_ONCE, AT_ONCE + 1)
    locale = words(work).locale

    def url(to: int) -> str:
        return f"{ARCHIVE}/{quote(doctype, safe='')}?{urlencode({'q': asked, 'page': to})}"

    return page(
        work, call, "shelf.html", doctype=doctype, title=TITLES[doctype][0], icon_name=TITLES[doctype][1], asked=asked,
        lines=[_line(each, locale) for each in found[:AT_ONCE]], previous=url(number - 1) if number > 1 else "",
        next=url(number + 1) if len(found) > AT_ONCE else "",
    )  # fmt: skip


@routes.on("GET", f"{SHELF}/{{document_id}}", OWNER)
def one(work: Work, call: Call, doctype: str, document_id: str) -> Response:
    """A document as it is. 200; 404."""
    found = service.archive.one(work, doctype, document_id)
    facts = [(name, _fact(value)) for name, value in found.body.items() if name != "cozyMetadata"]
    url = str(found.body.get("url") or "")
    return page(
        work, call, "document.html", doctype=doctype, shelf=TITLES[doctype][0], line=_line(found, words(work).locale), facts=facts,
        url=url if url.startswith(_OPEN) else "",
        raw=msgspec.json.format(msgspec.json.encode({"_id": found.id, **found.body}), indent=2).decode(),
    )  # fmt: skip


def _fact(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()[:2000]


def _line(document: Document, locale: str) -> Line:
    """What people want to see of it first: what it says, and who, where or when."""
    body = document.body
    title = _first(body, "text", "label", "title", "originalBankLabel", "url", "kind") or document.id
    under = [
        each
        for each in (_first(body, "author"), _first(body, "conversation"), _first(body, "service", "source"))
        if each and each != title
    ]
    if (folders := body.get("folders")) and isinstance(folders, list):
        under.append(" / ".join(map(str, folders)))
    when = _first(body, "date", "startDate", "created_at")
    return Line(document.id, title[:300], " · ".join(under)[:300], _moment(when), _amount(body, locale))


def _first(body: Mapping[str, Any], *names: str) -> str:
    return next((body[name] for name in names if isinstance(body.get(name), str) and body[name].strip()), "")


def _moment(text: str) -> datetime | None:
    try:
        return parse(text) if text else None
    except ValueError:
        return None


def _amount(body: Mapping[str, Any], locale: str) -> str:
    amount = body.get("amount", body.get("balance"))
    if not isinstance(amount, int | float) or isinstance(amount, bool):
        return ""
    currency = body.get("currency")
    return f"{ui.formats.number(amount, locale)} {currency if isinstance(currency, str) else ''}".strip()
