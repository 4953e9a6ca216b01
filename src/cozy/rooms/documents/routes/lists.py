"""All documents of a doctype, a part at a time. Leave is asked in `access`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.problem import Malformed
from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.web.answers import json
from cozy.web.call import Call

from ..model import Listing, Query, Row, Span, with_id
from ..service import lists
from . import shapes
from .parameters import is_true, key, lenient_number, number, optional_body

PAGE, PAGE_LIMIT = 100, 1000

routes = Routes(errors="couchdb")


class Keys(Struct, frozen=True):
    """The body of _all_docs."""

    keys: list[str] | None = None


@routes.on("GET", "/data/{doctype}/_all_docs", may("GET", "{doctype}"))
async def all_docs(call: Call, doctype: str) -> Response:
    """Ids and revisions in order; `include_docs`, `Fields`, `keys`, `startkey`, `endkey`, `startkey_docid`, `endkey_docid`,
    `limit`, `skip`. 200; 400, 401, 403.
    """
    text = call.query("keys")
    try:
        keys = msgspec.json.decode(text, type=list[str]) if text else None
    except msgspec.DecodeError as error:
        raise Malformed(reason="keys is not a JSON list of texts.", parameter="keys") from error
    return await call.scan(_all_docs, call, doctype, keys)


@routes.on("POST", "/data/{doctype}/_all_docs", may("GET", "{doctype}"))
async def these_docs(call: Call, doctype: str) -> Response:
    """The same, of the documents whose ids are in the body. 200; 400, 401, 403."""
    return await call.scan(_all_docs, call, doctype, (await optional_body(call, Keys())).keys)


def _all_docs(work: Work, call: Call, doctype: str, keys: Sequence[str] | None) -> Response:
    fields = [field for field in call.query("Fields").split(",") if field]
    with_docs = is_true(call, "include_docs") or bool(fields)
    span = _span(call)
    if keys is not None:
        ids = [id_ for id_ in keys if "\0" not in id_][span.skip :][: span.limit]
        found = lists.these(work, doctype, ids, whole=with_docs)
    else:
        found = lists.everything(work, doctype, span, whole=with_docs)
    call.account(sum(bool(row.rev) for row in found.rows))
    return json(_listing(found, with_docs, fields))


def _span(call: Call) -> Span:
    """Raises Malformed."""
    one = key(call, "key")
    return Span(
        start=_bound(call, "start") if one is None else one,
        end=_bound(call, "end") if one is None else one,
        with_end=call.query("inclusive_end") != "false", descending=is_true(call, "descending"),
        limit=number(call, "limit"), skip=number(call, "skip") or 0,
    )  # fmt: skip


def _bound(call: Call, side: str) -> str | None:
    """CouchDB takes `startkey_docid`, a bare id, before `startkey`, which is JSON."""
    bare = call.query(f"{side}key_docid") or call.query(f"{side}_key_doc_id")
    if "\0" in bare:
        raise Malformed(reason=f"{side}key_docid holds a NUL.", parameter=f"{side}key_docid")
    return bare or key(call, f"{side}key", f"{side}_key")


def _listing(found: Listing, with_docs: bool, fields: Sequence[str]) -> dict[str, Any]:
    rows = [_row(row, with_docs, fields) for row in found.rows]
    return {"total_rows": found.total, "offset": found.offset, "rows": rows}


def _row(row: Row, with_docs: bool, fields: Sequence[str]) -> dict[str, Any]:
    if not row.rev:
        return {"key": row.id, "error": "not_found"}
    shown: dict[str, Any] = {"id": row.id, "key": row.id, "value": {"rev": row.rev}}
    if row.deleted:
        shown["value"]["deleted"] = True
    if with_docs:
        doc = with_id(row.document) if row.document else None
        shown["doc"] = shapes.picked(doc, fields) if doc and fields else doc
    return shown


@routes.on("GET", "/data/{doctype}/_normal_docs", may("GET", "{doctype}"))
async def normal_docs(call: Call, doctype: str) -> Response:
    """A page of documents; `limit`, `skip`, `bookmark`, `execution_stats`. 200; 400, 401, 403."""
    query = Query(
        selector={"_id": {"$gt": None}}, limit=lenient_number(call, "limit", PAGE, PAGE_LIMIT),
        skip=lenient_number(call, "skip", 0, 2**53), bookmark=call.query("bookmark"),
        execution_stats=call.query("execution_stats").lower() in {"1", "t", "true"},
    )  # fmt: skip
    return await call.scan(_normal_docs, call, doctype, query)


def _normal_docs(work: Work, call: Call, doctype: str, query: Query) -> Response:
    total, found = lists.page(work, doctype, query)
    call.account(len(found.documents))
    shown: dict[str, Any] = {
        "rows": [with_id(one) for one in found.documents], "total_rows": total,
        "bookmark": found.bookmark if found.bookmark != "nil" else "",
    }  # fmt: skip
    if found.stats:
        shown["execution_stats"] = found.stats
    return json(shown)
