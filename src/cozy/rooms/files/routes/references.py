"""What files are part of, and which devices leave a folder out, from both ends."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from cozy.kernel.problem import Malformed
from cozy.kernel.routes import KNOWN, Routes, may
from cozy.kernel.work import Work
from cozy.web import jsonapi
from cozy.web.answers import nothing
from cozy.web.call import Call

from .. import service
from ..model import FILES, File
from . import shapes

PAGE = 100
PAGE_LIMIT = 1000
_REFERENCES = "/data/{doctype}/{doc_id}/relationships/references"
_NOT_SYNCHRONIZING = "/data/{doctype}/{doc_id}/relationships/not_synchronizing"

routes = Routes()


@routes.on("POST", "/files/{file_id}/relationships/referenced_by", may("PATCH", FILES))
def refer(work: Work, file_id: str, body: jsonapi.Identifiers) -> Response:
    """Make a file part of documents. 200 with all of them; 400, 403, 404."""
    return _all("referenced_by", service.refer(work, file_id, _targets(body)))


@routes.on("DELETE", "/files/{file_id}/relationships/referenced_by", may("DELETE", FILES))
def unrefer(work: Work, file_id: str, body: jsonapi.Identifiers) -> Response:
    """Take a file out of documents. 200 with those that stay; 400, 403, 404."""
    return _all("referenced_by", service.unrefer(work, file_id, _targets(body)))


@routes.on("POST", "/files/{file_id}/relationships/not_synchronized_on", may("PATCH", FILES))
def leave_out(work: Work, file_id: str, body: jsonapi.Identifiers) -> Response:
    """Keep a folder from being synchronised on devices. 200 with all of them; 400, 403, 404."""
    return _all("not_synchronized_on", service.leave_out(work, file_id, _targets(body)))


@routes.on("DELETE", "/files/{file_id}/relationships/not_synchronized_on", may("PATCH", FILES))
def take_in(work: Work, file_id: str, body: jsonapi.Identifiers) -> Response:
    """Let devices synchronise a folder again. 200 with those that stay; 400, 403, 404."""
    return _all("not_synchronized_on", service.take_in(work, file_id, _targets(body)))


def _targets(body: jsonapi.Identifiers) -> list[service.Target]:
    return [service.Target(named.type, named.id) for named in body.all]


def _all(kind: Any, file: File) -> Response:
    links = service.links_of(file, kind)
    data = [{"type": link.doctype, "id": link.id} for link in links]
    return jsonapi.answer(data, meta={"rev": file.rev, "count": len(data)})


# Leave for the document, or else for every file, is asked in `access`.
@routes.on("GET", _REFERENCES, KNOWN)
def references(work: Work, call: Call, doctype: str, doc_id: str) -> Response:
    """The files that are part of a document; `sort` by id or datetime. 200; 400, 401, 403."""
    return _linked(work, call, "referenced_by", doctype, doc_id)


@routes.on("POST", _REFERENCES, KNOWN)
def refer_all(work: Work, call: Call, doctype: str, doc_id: str, body: jsonapi.Identifiers) -> Response:
    """Make files part of a document. 204; 400, 401, 403, 404."""
    call.account(len(body.all), FILES, "PATCH")
    service.refer_all(work, service.Target(doctype, doc_id), [named.id for named in body.all])
    return nothing()


@routes.on("DELETE", _REFERENCES, KNOWN)
def unrefer_all(work: Work, call: Call, doctype: str, doc_id: str, body: jsonapi.Identifiers) -> Response:
    """Take files out of a document. 204; 400, 401, 403, 404."""
    call.account(len(body.all), FILES, "PATCH")
    service.unrefer_all(work, service.Target(doctype, doc_id), [named.id for named in body.all])
    return nothing()


@routes.on("GET", _NOT_SYNCHRONIZING, KNOWN)
def not_synchronizing(work: Work, call: Call, doctype: str, doc_id: str) -> Response:
    """The folders that a device leaves out. 200; 400, 401, 403."""
    return _linked(work, call, "not_synchronized_on", doctype, doc_id)


@routes.on("POST", _NOT_SYNCHRONIZING, KNOWN)
def leave_out_all(work: Work, call: Call, doctype: str, doc_id: str, body: jsonapi.Identifiers) -> Response:
    """Keep folders from being synchronised on a device. 204; 400, 401, 403, 404."""
    call.account(len(body.all), FILES, "PATCH")
    service.leave_out_all(work, service.Target(doctype, doc_id), [named.id for named in body.all])
    return nothing()


@routes.on("DELETE", _NOT_SYNCHRONIZING, KNOWN)
def take_in_all(work: Work, call: Call, doctype: str, doc_id: str, body: jsonapi.Identifiers) -> Response:
    """Let a device synchronise folders again. 204; 400, 401, 403, 404."""
    call.account(len(body.all), FILES, "PATCH")
    service.take_in_all(work, service.Target(doctype, doc_id), [named.id for named in body.all])
    return nothing()


def _linked(work: Work, call: Call, kind: Any, doctype: str, doc_id: str) -> Response:
    asked = jsonapi.paging(call, PAGE, PAGE_LIMIT, keys=True)
    sort, include = call.query("sort"), call.query("include")
    if sort.removeprefix("-") not in {"", "id", "datetime"}:
        raise Malformed("Invalid sort parameter", parameter="sort")
    order: Any = "datetime" if sort.endswith("datetime") else "id"
    found = service.linked(
        work, kind, service.Target(doctype, doc_id), order=order, descending=sort.startswith("-"), after=asked.after,
        start=_start(asked, order), skip=asked.skip or 0, limit=asked.limit, whole=include == "files",
    )  # fmt: skip
    call.account(len(found.ids), FILES)
    kept = {name: value for name, value in (("sort", sort), ("include", include)) if value}
    name = "references" if kind == "referenced_by" else "not_synchronizing"
    path = f"/data/{quote(doctype, safe='')}/{quote(doc_id, safe='')}/relationships/{name}"
    following = jsonapi.next_page(path, asked, found.last, **kept)
    seal = service.sealing(work)
    return jsonapi.answer(
        [{"type": FILES, "id": id_} for id_ in found.ids],
        included=[shapes.file_resource(file, seal) for file in found.files] if include == "files" else None,
        links={"next": following} if following else None, meta={"count": found.count},
    )  # fmt: skip


def _start(asked: jsonapi.Paging, order: str) -> tuple[str, str] | None:
    """Where a cursor of the client's own begins: its key is `[doctype, id]`, by datetime `[doctype, id, datetime]`."""
    if asked.start is None:
        return None
    key, id_ = asked.start
    if order == "id":
        return "", id_
    return (str(key[2]), id_) if len(key) > 2 else None
