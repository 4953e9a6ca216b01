"""Many documents in and out at once. Leave is asked in `access`."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.web.answers import json
from cozy.web.call import Call

from ..model import Edited, Leaf
from ..service import bulk
from . import shapes
from .parameters import is_true

routes = Routes(errors="couchdb")


class Docs(Struct, frozen=True):
    """The body of _bulk_docs."""

    docs: list[dict[str, Any]]
    new_edits: bool = True


class Named(Struct, frozen=True):
    """A document, at a revision or as it is."""

    id: str
    rev: str | None = None


class Wanted(Struct, frozen=True):
    """The body of _bulk_get."""

    docs: list[Named]


@routes.on("POST", "/data/{doctype}/_bulk_docs", may("POST", "{doctype}"))
def write(work: Work, call: Call, doctype: str, body: Docs) -> Response:
    """Write many documents; `new_edits: false` takes in revisions as they are. 201; 400, 401, 403."""
    call.account(len(body.docs))
    if not body.new_edits:
        bulk.take_in(work, doctype, [shapes.foreign(doc) for doc in body.docs])
        return json([], 201)
    return json(
        [_edited(one) for one in bulk.write(work, doctype, [shapes.edit(doc) for doc in body.docs])], 201
    )


def _edited(one: Edited) -> dict[str, Any]:
    if one.rev:
        return {"ok": True, "id": one.id, "rev": one.rev}
    return {"id": one.id, "error": "conflict", "reason": "Document update conflict."}


@routes.on("POST", "/data/{doctype}/_bulk_get", may("GET", "{doctype}"), writes=False)
async def read(call: Call, doctype: str) -> Response:
    """Many documents at given revisions; `revs`, `latest`. 200; 400, 401, 403."""
    return await call.scan(_read, call, doctype, await call.decoded(Wanted))


def _read(work: Work, call: Call, doctype: str, body: Wanted) -> Response:
    asked = [(named.id.replace("\0", ""), named.rev or "") for named in body.docs]
    found = bulk.read(work, doctype, asked, latest=is_true(call, "latest"))
    call.account(sum(bool(leaves) for leaves in found))
    with_revisions = is_true(call, "revs")
    results = [
        {"id": id_, "docs": _docs(id_, rev, leaves, with_revisions)}
        for (id_, rev), leaves in zip(asked, found, strict=True)
    ]
    return json({"results": results})


def _docs(id_: str, rev: str, leaves: list[Leaf], with_revisions: bool) -> list[dict[str, Any]]:
    if not leaves:
        missing = {"id": id_, "rev": rev or "undefined", "error": "not_found", "reason": "missing"}
        return [{"error": missing}]
    return [{"ok": shapes.leaf(id_, leaf, with_revisions=with_revisions)} for leaf in leaves]


@routes.on("POST", "/data/{doctype}/_revs_diff", may("GET", "{doctype}"), writes=False, documents=0)
async def missing(call: Call, doctype: str) -> Response:
    """Which of these revisions are not here. 200; 400, 401, 403."""
    return await call.scan(_missing, doctype, await call.decoded(dict[str, list[str]]))


def _missing(work: Work, doctype: str, body: dict[str, list[str]]) -> Response:
    asked = {id_: revs for id_, revs in body.items() if "\0" not in id_}
    return json({id_: {"missing": revs} for id_, revs in bulk.missing(work, doctype, asked).items()})
