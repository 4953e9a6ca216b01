"""The feed of changes that replicas read. Leave is asked in `access`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

from msgspec import Struct
from starlette.responses import Response, StreamingResponse

from cozy.kernel.ledger import Use
from cozy.kernel.problem import Malformed
from cozy.kernel.routes import Routes, may
from cozy.web.answers import JSON, encoded, json
from cozy.web.call import Call

from ..model import Asked, Change, Feed, Leaf, spelled
from ..service import feed
from . import shapes, waiting
from .parameters import is_true, number, optional_body

LIMIT = 10_000
_TAKES = {
    "feed", "style", "since", "limit", "timeout", "include_docs", "heartbeat", "_nonce", "seq_interval", "descending",
}  # fmt: skip

routes = Routes(errors="couchdb")


class Filter(Struct, frozen=True):
    """The body of a filtered feed."""

    doc_ids: list[str] = []
    selector: dict[str, Any] | None = None


@routes.on("GET", "/data/{doctype}/_changes", may("GET", "{doctype}"))
async def changes(call: Call, doctype: str) -> Response:
    """What changed since a moment; `feed=longpoll` waits for something to change. 200; 400, 401, 403."""
    return await _changes(call, doctype, _asked(call, _TAKES, Filter()))


@routes.on("POST", "/data/{doctype}/_changes", may("GET", "{doctype}"), writes=False)
async def filtered(call: Call, doctype: str) -> Response:
    """The same; `filter=_doc_ids` or `_selector` picks by what the body says. 200; 400, 401, 403."""
    body = await optional_body(call, Filter()) if call.query("filter") else Filter()
    return await _changes(call, doctype, _asked(call, {*_TAKES, "filter"}, body))


def _asked(call: Call, takes: set[str], body: Filter) -> Asked:
    """Raises Malformed."""
    for name in call.request.query_params:
        if name not in takes:
            raise Malformed(reason=f"Unsupported query parameter '{name}'", parameter=name)
    if (kind := call.query("feed")) not in {"", "normal", "longpoll"}:
        raise Malformed(reason=f"Unsupported feed value '{kind}'", parameter="feed")
    if (style := call.query("style")) not in {"", "main_only", "all_docs"}:
        raise Malformed(reason=f"Unsupported style value '{style}'", parameter="style")
    if (picks := call.query("filter")) not in {"", "_doc_ids", "_selector"}:
        raise Malformed(reason=f"Unsupported filter value '{picks}'", parameter="filter")
    number(call, "seq_interval")
    return Asked(
        since=_since(call.query("since")), limit=min(number(call, "limit") or LIMIT, LIMIT),
        descending=is_true(call, "descending"), all_leaves=style == "all_docs",
        ids=[id_ for id_ in body.doc_ids if "\0" not in id_] if picks == "_doc_ids" else None,
        selector=(body.selector or {}) if picks == "_selector" else None,
    )  # fmt: skip


def _since(text: str) -> int | None:
    """A seq as we give it, or as CouchDB does: a number, then anything after a dash."""
    if text == "now":
        return None
    digits = text.partition("-")[0] or "0"
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 18:
        raise Malformed(reason=f"Invalid since value '{text[:100]}'", parameter="since")
    return int(digits)


async def _changes(call: Call, doctype: str, asked: Asked) -> Response:
    with_docs, patience = is_true(call, "include_docs"), waiting.patience(call)
    found = await call.scan(feed.feed, doctype, asked)
    call.account(len(found.changes))
    if found.changes or asked.descending or call.query("feed") != "longpoll":
        return json(_feed(found, with_docs))
    look = partial(call.scan, feed.feed, doctype)

    async def telling() -> AsyncIterator[bytes]:
        async for said in waiting.held(call, doctype, asked, found, patience, look):
            if said is not None:
                call.note(Use("GET", doctype, len(said.changes), requests=0))
            yield b"\n" if said is None else encoded(_feed(said, with_docs))

    return StreamingResponse(telling(), media_type=JSON)


def _feed(found: Feed, with_docs: bool) -> dict[str, Any]:
    results = [_line(change, found.revs.get(change.id, ()), with_docs) for change in found.changes]
    return {"results": results, "last_seq": spelled(found.last_seq), "pending": found.pending}


def _line(change: Change, losing: Sequence[str], with_docs: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "seq": spelled(change.seq), "id": change.id, "changes": [{"rev": rev} for rev in (change.rev, *losing)],
    }  # fmt: skip
    if change.deleted:
        shown["deleted"] = True
    if with_docs:
        shown["doc"] = shapes.leaf(change.id, Leaf(change.rev, change.deleted, change.body, ()))
    return shown
