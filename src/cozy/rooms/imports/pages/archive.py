"""My archive: messages, operations of the bank, what one did, bookmarks: a list each, and what is behind a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
# Of what the documents of these kinds hold, in this order; the rest is for programs.
TERMS: Mapping[str, str] = {
    "text": N_("Message"), "title": N_("What"), "label": N_("What"), "originalBankLabel": N_("In the bank’s words"), "amount": N_("Amount"),
    "balance": N_("Balance"), "author": N_("From"), "conversation": N_("Conversation"), "date": N_("When"), "startDate": N_("When"),
    "endDate": N_("Until"), "said_date": N_("When"), "created_at": N_("When"), "folders": N_("Folders"), "details": N_("Details"),
    "attachments": N_("Attached"), "missing": N_("Missing"), "institutionLabel": N_("Bank"), "number": N_("Number"), "iban": "IBAN", "service": N_("Service"),
    "url": N_("Address"),
}  # fmt: skip
_SUMS = ("amount", "balance")
_MOMENTS = ("date", "startDate", "endDate", "created_at")
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
    """What it says in words, and the document as it is. 200; 404."""
    found = service.archive.one(work, doctype, document_id)
    locale, url = words(work).locale, str(found.body.get("url") or "")
    return page(
        work, call, "document.html", doctype=doctype, shelf=TITLES[doctype][0], line=_line(found, locale), facts=list(_facts(found, locale)),
        url=url if url.startswith(_OPEN) else "", local=found.body.get("is_local_time") is True,
        raw=msgspec.json.format(msgspec.json.encode({"_id": found.id, **found.body}), indent=2).decode(),
    )  # fmt: skip


def _facts(document: Document, locale: str) -> Iterator[tuple[str, str, datetime | None]]:
    """What people have a word for: the word, and what it says, or when that was."""
    for name, term in TERMS.items():
        value = document.body.get(name)
        if name in _SUMS and (sum_ := _sum(value, document.body, locale)):
            yield term, sum_, None
        elif name in _MOMENTS and isinstance(value, str):
            yield term, value, _moment(value)
        elif isinstance(value, str) and value.strip():
            yield term, value, None
        elif isinstance(value, list) and value:
            yield term, ", ".join(map(str, value))[:2000], None


def _line(document: Document, locale: str) -> Line:
    """What people want to see of it first: what it says, and who, where or when."""
    body = document.body
    said = _first(body, "text", "label", "title", "originalBankLabel", "url", "kind")
    title = said or _file(body) or document.id
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


def _file(body: Mapping[str, Any]) -> str:
    """The name of the first file that came with it, or that was to: all that there is to a message that is a picture."""
    for files in (body.get("attachments"), body.get("missing")):
        if isinstance(files, list) and files:
            return str(files[0]).rpartition("/")[2]
    return ""


def _moment(text: str) -> datetime | None:
    try:
        return parse(text) if text else None
    except ValueError:
        return None


def _amount(body: Mapping[str, Any], locale: str) -> str:
    return _sum(body.get("amount", body.get("balance")), body, locale)


def _sum(value: Any, body: Mapping[str, Any], locale: str) -> str:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return ""
    currency = body.get("currency")
    return ui.formats.money(value, currency if isinstance(currency, str) else "", locale)
