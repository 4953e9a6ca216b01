"""The ledger, for the owner alone: to read, to take away, to delete."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from cozy.kernel.caller import Kind
from cozy.kernel.ledger import WATCHED
from cozy.kernel.problem import Malformed
from cozy.kernel.routes import OWNER, Routes
from cozy.kernel.text import cell
from cozy.kernel.work import Work
from cozy.web import jsonapi
from cozy.web.answers import json
from cozy.web.call import Call

from .. import service
from ..model.ledger import Entry, Holder, Picked

LEDGER = "io.cozy.permissions.ledger"
PAGE, PAGE_LIMIT = 100, 1000
_COLUMNS = Entry.__struct_fields__
_FILTERS = ("kind", "name", "doctype", "since", "until")

routes = Routes()


@routes.on("GET", "/permissions/ledger", OWNER)
async def lines(call: Call) -> Response:
    """Who used what, the last first; `kind`, `name`, `doctype`, `since`, `until`, `page[limit]`, `page[skip]`. 200; 400."""
    picked, limit, skip = (
        _picked(call),
        jsonapi.page_limit(call, PAGE, PAGE_LIMIT),
        jsonapi.page_skip(call) or 0,
    )
    await service.ledger.flush_home(call.house, call.home)
    found = await call.scan(service.ledger.entries, picked, skip=skip, limit=limit + 1)
    page, links = found[:limit], None
    if len(found) > limit:
        kept = {name: call.query(name) for name in _FILTERS if call.query(name)}
        query = urlencode({**kept, "page[limit]": limit, "page[skip]": skip + limit})
        links = {"next": f"/permissions/ledger?{query}"}
    return jsonapi.answer([_resource(entry) for entry in page], links=links)


def _resource(entry: Entry) -> dict[str, Any]:
    id_ = f"{entry.day}/{entry.kind}/{entry.name}/{entry.doctype}/{entry.verb}"
    return {"type": LEDGER, "id": id_, "attributes": entry}


@routes.on("GET", "/permissions/ledger/export", OWNER)
async def export(call: Call) -> Response:
    """Every line as a file, oldest first; `as=csv` or `as=json`, and the same filters. 200; 400."""
    form = call.query("as", "json")
    if form not in {"csv", "json"}:
        raise Malformed("The ledger can be had as csv or as json.", parameter="as")
    picked = _picked(call)
    await service.ledger.flush_home(call.house, call.home)
    return await call.scan(_exported, picked, form)


def _exported(work: Work, picked: Picked, form: str) -> Response:
    entries = service.ledger.export(work, picked)
    headers = {"content-disposition": f'attachment; filename="ledger-{work.now:%Y-%m-%d}.{form}"'}
    if form == "json":
        return json({"ledger": list(entries)}, headers=headers)
    return Response(_table(entries), 200, headers, "text/csv")


def _table(entries: Iterable[Entry]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for entry in entries:
        writer.writerow([cell(value) for value in msgspec.structs.astuple(entry)])
    return text.getvalue()


@routes.on("DELETE", "/permissions/ledger", OWNER)
async def forget(call: Call) -> Response:
    """Delete lines for good, all of them or those that the filters pick. 200 with how many; 400."""
    picked = _picked(call)
    await service.ledger.flush_home(call.house, call.home)
    return json({"meta": {"count": await call.write(service.ledger.forget, picked)}})


def _picked(call: Call) -> Picked:
    """Raises Malformed."""
    kind, name = call.query("kind"), call.query("name")
    if kind and kind not in WATCHED:
        raise Malformed(f"Kinds are {', '.join(sorted(WATCHED))}.", parameter="kind")
    if name and not kind:
        raise Malformed("A name needs its kind.", parameter="kind")
    return Picked(
        holder=Holder(cast(Kind, kind), name) if kind else None, doctype=call.query("doctype"),
        since=_day(call, "since"), until=_day(call, "until"),
    )  # fmt: skip


def _day(call: Call, name: str) -> str:
    text = call.query(name)
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise Malformed("A day is written as 2026-08-03.", parameter=name) from error
