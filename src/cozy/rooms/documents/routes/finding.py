"""Mango queries (cozy-stack docs/mango.md). Leave is asked in `access`."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.web.answers import json
from cozy.web.call import Call

from ..model import Query, with_id
from ..service import lists
from . import shapes

routes = Routes(errors="couchdb")


@routes.on("POST", "/data/{doctype}/_find", may("GET", "{doctype}"), writes=False)
async def find(call: Call, doctype: str) -> Response:
    """The documents that meet a selector, a page at a time. 200; 400, 401, 403."""
    return await call.scan(_find, call, doctype, await call.decoded(Query))


def _find(work: Work, call: Call, doctype: str, query: Query) -> Response:
    found = lists.matching(work, doctype, query)
    call.account(len(found.documents))
    docs = [with_id(one) for one in found.documents]
    if query.fields:
        docs = [shapes.picked(doc, query.fields) for doc in docs]
    shown: dict[str, Any] = {
        "docs": docs, "limit": found.limit, "next": found.next,
        "bookmark": found.bookmark if found.bookmark != "nil" else "",
    }  # fmt: skip
    if found.stats:
        shown["execution_stats"] = found.stats
    if found.warning:
        shown["warning"] = found.warning
    return json(shown)
