"""Documents as `/data` shows them, and as it takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from cozy.kernel.ids import new_id

from ..errors import BadDocument
from ..model import DIGEST, REV, Document, Edit, Leaf, generation

ID_LIMIT = 1000  # characters
DEPTH_LIMIT = 200  # levels of a document; SQLite reads a thousand
_OWN = frozenset(
    {"_id", "_rev", "_type", "_deleted", "_revisions", "_attachments", "_conflicts", "_revs_info"}
)


def whole(found: Document) -> dict[str, Any]:
    """A document with its doctype, as single answers have it."""
    return {"_id": found.id, "_type": found.doctype, "_rev": found.rev, **found.body}


def leaf(id_: str, shown: Leaf, *, with_revisions: bool = False) -> dict[str, Any]:
    """A branch as replicas see it."""
    doc: dict[str, Any] = {"_id": id_, "_rev": shown.rev, **shown.body}
    if shown.deleted:
        doc["_deleted"] = True
    if with_revisions:
        doc["_revisions"] = {"start": generation(shown.rev), "ids": shown.revisions}
    return doc


def written(new: Document) -> dict[str, Any]:
    """The answer to a write."""
    return {"ok": True, "id": new.id, "rev": new.rev, "type": new.doctype, "data": whole(new)}


def picked(doc: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """Only these members, `a.b` for b inside a."""
    out: dict[str, Any] = {}
    for field in fields:
        _pick(doc, out, field.split("."))
    return out


def _pick(source: Any, out: dict[str, Any], path: Sequence[str]) -> None:
    name, *rest = path
    if not isinstance(source, Mapping) or name not in source:
        return
    if not rest:
        out[name] = source[name]
    elif isinstance(source[name], Mapping):
        inner = out.setdefault(name, {})
        _pick(source[name], inner if isinstance(inner, dict) else {}, rest)


def body_of(doc: Mapping[str, Any]) -> dict[str, Any]:
    """What a document holds, without what is said about it. Raises BadDocument."""
    for name in doc:
        if name.startswith("_") and name not in _OWN:
            raise BadDocument(reason=f"Bad special document member: {name[:100]}", error="doc_validation")
    if doc.get("_attachments"):
        raise BadDocument(
            reason="Documents here have no attachments: put them into a file.", error="doc_validation"
        )
    body = {name: value for name, value in doc.items() if name not in _OWN}
    _check(body)
    return body


def _check(body: Mapping[str, Any]) -> None:
    """What one of the engines could not hold."""
    text = msgspec.json.encode(body)
    if b"\\u0000" in text:
        raise BadDocument(reason="A document holds no NUL character.", error="doc_validation")
    if text.count(b"{") + text.count(b"[") > DEPTH_LIMIT and _depth(body) > DEPTH_LIMIT:
        raise BadDocument(
            reason="This document is nested too deeply.", error="doc_validation", limit=DEPTH_LIMIT
        )


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)


def checked_id(id_: Any) -> str:
    """An id that a document may have. Raises BadDocument."""
    if not isinstance(id_, str) or not id_:
        raise BadDocument(reason="Document id must be a non-empty string", error="illegal_docid")
    if id_.startswith("_"):
        raise BadDocument(
            reason="Only reserved document ids may start with underscore.", error="illegal_docid"
        )
    if len(id_) > ID_LIMIT or "\0" in id_:
        raise BadDocument(
            reason="Document id is too long, or holds a NUL.", error="illegal_docid", limit=ID_LIMIT
        )
    return id_


def checked_rev(rev: Any) -> str:
    """A revision, "" when there is none. Raises BadDocument."""
    if rev is None or rev == "":
        return ""
    if isinstance(rev, str) and REV.fullmatch(rev):
        return rev
    raise BadDocument(reason="Invalid rev format", error="bad_request")


def edit(doc: Mapping[str, Any]) -> Edit:
    """One of many documents to write. Raises BadDocument."""
    id_ = checked_id(doc["_id"]) if "_id" in doc else new_id()
    return Edit(id_, checked_rev(doc.get("_rev")), body_of(doc), doc.get("_deleted") is True)


def foreign(doc: Mapping[str, Any]) -> Edit:
    """A revision made elsewhere, with its ancestry. Raises BadDocument."""
    id_, rev = checked_id(doc.get("_id")), checked_rev(doc.get("_rev"))
    if not rev:
        raise BadDocument(reason="A revision made elsewhere has a _rev.", error="bad_request")
    start, digest = generation(rev), rev.split("-", 1)[1]
    known = doc.get("_revisions") or {"start": start, "ids": [digest]}
    ids = known.get("ids") if isinstance(known, dict) else None
    fits = (
        isinstance(ids, list)
        and known.get("start") == start
        and 0 < len(ids) <= start
        and ids[0] == digest
        and all(isinstance(one, str) and DIGEST.fullmatch(one) for one in ids)
    )
    if not fits or ids is None:
        raise BadDocument(reason="These _revisions do not lead to _rev.", error="bad_request")
    return Edit(id_, rev, body_of(doc), doc.get("_deleted") is True, tuple(ids))
