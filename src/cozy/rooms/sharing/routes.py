"""The lists of sharings that apps ask for (cozy-stack docs/sharing.md, docs/shared-drives.md)."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import KNOWN, Routes, may
from cozy.kernel.work import Work
from cozy.rooms.files.model import FILES
from cozy.web import jsonapi
from cozy.web.answers import json
from cozy.web.call import Call

from . import service
from .model import SECRETS, SHARINGS, Sharing

routes = Routes()
_NO = {"0", "f", "F", "false", "FALSE", "False"}


@routes.on("GET", "/sharings/doctype/{doctype}", KNOWN)
def of_doctype(work: Work, call: Call, doctype: str) -> Response:
    """The sharings of a doctype, with the documents in them unless `shared_docs=false`. 200; 403."""
    found = service.of_doctype(work, doctype, with_documents=call.query("shared_docs") not in _NO)
    return _listed(found)


@routes.on("GET", "/sharings/drives", may("GET", FILES))
def drives(work: Work) -> Response:
    """The drives that are shared. 200; 403."""
    return _listed(service.drives(work))


@routes.on("GET", "/sharings/news", KNOWN)
def news(work: Work) -> Response:
    """How many invitations nobody has looked at yet. 200; 403."""
    return json({"meta": {"count": service.news(work)}})


def _listed(found: list[Sharing]) -> Response:
    return jsonapi.answer([_resource(sharing) for sharing in found], meta={"count": len(found)})


def _resource(sharing: Sharing) -> dict[str, object]:
    found = sharing.document
    attributes = {name: value for name, value in found.body.items() if name != SECRETS}
    shown = jsonapi.resource(SHARINGS, found.id, attributes, rev=found.rev, own=f"/sharings/{found.id}")
    shared = [{"id": id_, "type": doctype} for doctype, id_ in sharing.shared]
    return {**shown, "relationships": {"shared_docs": {"data": shared}}}
