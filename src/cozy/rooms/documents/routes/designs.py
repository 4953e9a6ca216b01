"""Indexes and the design documents that name them. Leave is asked in `access`."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.problem import Malformed
from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.web.answers import json
from cozy.web.call import Call

from ..model import Document
from ..service import designs
from . import shapes
from .parameters import is_true

routes = Routes(errors="couchdb")
_ONE = "/data/{doctype}/_design/{name}"


class Index(Struct, frozen=True):
    """What an index holds."""

    fields: list[Any]
    partial_filter_selector: dict[str, Any] | None = None


class NewIndex(Struct, frozen=True):
    """The body of _index."""

    index: Index
    ddoc: str | None = None
    name: str | None = None
    type: str = "json"


@routes.on("POST", "/data/{doctype}/_index", may("GET", "{doctype}"), documents=0)
def define(work: Work, doctype: str, body: NewIndex) -> Response:
    """Make an index, unless it is there. 200; 400, 401, 403."""
    if body.type != "json":
        raise Malformed(reason="Only indexes of type json can be made.", pointer="/type")
    name, design = body.name or "", (body.ddoc or "").removeprefix("_design/")
    for text in filter(None, (name, design)):
        shapes.checked_id(text)
    wanted = designs.Wanted(
        fields=body.index.fields, filter=body.index.partial_filter_selector or {}, design=design, name=name
    )
    made = designs.define(work, doctype, wanted)
    result = "created" if made.is_new else "exists"
    return json({"result": result, "id": f"_design/{made.design}", "name": made.name})


@routes.on("GET", "/data/{doctype}/_index", may("GET", "{doctype}"), documents=0)
def indexes(work: Work, doctype: str) -> Response:
    """Every index of a doctype. 200; 400, 401, 403."""
    first = {"ddoc": None, "name": "_all_docs", "type": "special", "def": {"fields": [{"_id": "asc"}]}}
    found = [first, *(line for design in designs.every(work, doctype) for line in _lines(doctype, design))]
    return json({"total_rows": len(found), "indexes": found})


def _lines(doctype: str, design: Document) -> list[dict[str, Any]]:
    lines = []
    for name, view in sorted(design.body["views"].items()):
        definition = {"fields": [{field: way} for field, way in view["map"]["fields"].items()]}
        if view["map"]["partial_filter_selector"]:
            definition["partial_filter_selector"] = view["map"]["partial_filter_selector"]
        lines.append({"ddoc": _id(doctype, design), "name": name, "type": "json", "def": definition})
    return lines


@routes.on("DELETE", "/data/{doctype}/_index/{design}/json/{name}", may("GET", "{doctype}"), documents=0)
def remove_index(work: Work, doctype: str, design: str, name: str) -> Response:
    """Remove an index. 200; 400, 401, 403, 404."""
    designs.remove_index(work, doctype, shapes.checked_id(design.removeprefix("_design/")), name)
    return json({"ok": True})


@routes.on(
    "DELETE", "/data/{doctype}/_index/_design/{design}/json/{name}", may("GET", "{doctype}"), documents=0
)
def remove_index_of(work: Work, doctype: str, design: str, name: str) -> Response:
    """The same, by the whole id of its design document. 200; 400, 401, 403, 404."""
    return remove_index(work, doctype, design, name)


@routes.on("GET", "/data/{doctype}/_design_docs", may("GET", "{doctype}"), documents=0)
def every(work: Work, call: Call, doctype: str) -> Response:
    """Every design document of a doctype; `include_docs`. 200; 400, 401, 403."""
    found = designs.every(work, doctype)
    rows: list[dict[str, Any]] = []
    for design in found:
        id_ = _id(doctype, design)
        rows.append({"id": id_, "key": id_, "value": {"rev": design.rev}})
        if is_true(call, "include_docs"):
            rows[-1]["doc"] = shown(doctype, design)
    return json({"total_rows": len(rows), "offset": 0, "rows": rows})


@routes.on("GET", _ONE, may("GET", "{doctype}"), documents=0)
def read(work: Work, doctype: str, name: str) -> Response:
    """A design document. 200; 400, 401, 403, 404."""
    return json(shown(doctype, designs.read(work, doctype, shapes.checked_id(name))))


@routes.on("DELETE", _ONE, may("GET", "{doctype}"), documents=0)
def remove(work: Work, call: Call, doctype: str, name: str) -> Response:
    """Delete a design document and its indexes. 200; 400, 401, 403, 404, 409."""
    if not call.query("rev"):
        raise Malformed(reason="You must pass a rev param", parameter="rev")
    gone = designs.remove(work, doctype, shapes.checked_id(name), call.query("rev"))
    return json({"ok": True, "id": _id(doctype, gone), "rev": gone.rev})


@routes.on("POST", "/data/{doctype}/_design/{name}/copy", may("GET", "{doctype}"), documents=0)
def copy(work: Work, call: Call, doctype: str, name: str) -> Response:
    """The same design document under the name in the header Destination. 201; 400, 401, 403, 404, 409."""
    target = call.header("destination").partition("?")[0]
    if not target:
        raise Malformed(reason="You must set a Destination header")
    if not target.startswith("_design/"):
        raise Malformed(reason="The Destination of a design document begins with _design/.")
    target = shapes.checked_id(target.removeprefix("_design/"))
    new = designs.copy(work, doctype, shapes.checked_id(name), target, call.query("rev"))
    return json({"ok": True, "id": _id(doctype, new), "rev": new.rev}, 201)


def shown(doctype: str, design: Document) -> dict[str, Any]:
    """A design document under the id that it has for others."""
    return {"_id": _id(doctype, design), "_rev": design.rev, **design.body}


def _id(doctype: str, design: Document) -> str:
    return f"_design/{design.id.removeprefix(f'{doctype}/')}"
