"""Documents one by one. Leave is asked in `access`."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from cozy.kernel.problem import Malformed
from cozy.kernel.routes import KNOWN, Routes, may
from cozy.kernel.work import Work
from cozy.web.answers import json
from cozy.web.call import Call

from ..errors import BadDocument
from ..service import designs, single
from . import shapes
from .designs import shown as shown_design
from .parameters import is_true

routes = Routes(errors="couchdb")
_ONE = "/data/{doctype}/{doc_id}"


@routes.on("GET", _ONE, may("GET", "{doctype}"))
def read(work: Work, call: Call, doctype: str, doc_id: str) -> Response:
    """A document; `rev`, `revs`, `conflicts` as in CouchDB. 200; 400, 401, 403, 404."""
    if doc_id.startswith("_design/"):
        return json(shown_design(doctype, designs.read(work, doctype, doc_id.removeprefix("_design/"))))
    id_ = shapes.checked_id(doc_id)
    found, leaf = single.read(work, doctype, id_, shapes.checked_rev(call.query("rev")))
    doc = shapes.leaf(id_, leaf, with_revisions=is_true(call, "revs")) | {"_type": doctype}
    if is_true(call, "conflicts") and (losing := single.losing(work, found)):
        doc["_conflicts"] = losing
    return json(doc, headers={"etag": f'"{leaf.rev}"'})


@routes.on("POST", "/data/{doctype}", may("POST", "{doctype}"))
def make(work: Work, doctype: str, body: dict[str, Any]) -> Response:
    """A new document under an id of ours. 201; 400, 401, 403."""
    if body.get("_id"):
        raise BadDocument(reason="cannot create a document with _id", error="bad_request")
    return json(shapes.written(single.make(work, doctype, shapes.body_of(body))), 201)


@routes.on("PUT", _ONE, KNOWN)
def put(work: Work, doctype: str, doc_id: str, body: dict[str, Any]) -> Response:
    """The next revision of a document; without `_id` and `_rev`, a new one. 200; 400, 401, 403, 409."""
    id_, rev = shapes.checked_id(doc_id), shapes.checked_rev(body.get("_rev"))
    if bool(body.get("_id")) != bool(rev):
        raise BadDocument(
            reason="You must either provide an _id and _rev in document (update) or neither (create with fixed id).",
            error="bad_request",
        )
    if body.get("_id") and body["_id"] != id_:
        raise BadDocument(reason="document _id doesnt match url", error="bad_request")
    held = shapes.body_of(body)
    new = single.change(work, doctype, id_, rev, held) if rev else single.make(work, doctype, held, id_)
    return json(shapes.written(new))


@routes.on("DELETE", _ONE, may("DELETE", "{doctype}"))
def remove(work: Work, call: Call, doctype: str, doc_id: str) -> Response:
    """Delete a document at the revision of `rev` or If-Match. 200; 400, 401, 403, 404, 409."""
    asked, header = call.query("rev"), call.header("if-match").strip('"')
    if asked and header and asked != header:
        raise Malformed(reason="If-Match Header and rev query parameters mismatch")
    rev = shapes.checked_rev(asked or header)
    gone = single.remove(work, doctype, shapes.checked_id(doc_id), rev)
    return json({"ok": True, "id": gone.id, "rev": gone.rev, "type": doctype, "deleted": True})
