"""Taking in documents of doctypes that no room keeps by rules of its own."""

from __future__ import annotations

from typing import Any

import msgspec

from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.ports import RESERVED, Doctype

from ...errors import NotForImports
from ...model import Document
from ...store import Taken
from .outcomes import Outcome, digest_of, key_of

_sorted = msgspec.json.Encoder(order="sorted").encode


def take_document(work: Work, item: Document, known: Taken | None, format_: str) -> Outcome:
    """A document. One that was changed here since stays, and the other stands beside it. Raises NotForImports."""
    _check_open(work, item.doctype)
    digest = digest_of(_sorted(item.body).decode())
    id_ = known.id if known is not None else item.id or key_of(format_, item.source)
    there = documents.fetch_many(work, item.doctype, [id_]).get(id_)
    if known is not None and there is not None and known.digest == digest:
        return Outcome("same", digest, item.doctype, there.id, known.rev)
    if there is None:
        made = documents.create(work, item.doctype, _stamped(work, item.body), id_=id_)
        return Outcome("added", digest, item.doctype, made.id, made.rev)
    if digest_of(_sorted(_plain(there.body)).decode()) == digest_of(_sorted(_plain(item.body)).decode()):
        return Outcome("same", digest, item.doctype, there.id, there.rev)
    if known is not None and known.rev == there.rev:
        changed = documents.update(work, there, _stamped(work, item.body))
        return Outcome("changed", digest, item.doctype, changed.id, changed.rev)
    beside = documents.create(work, item.doctype, _stamped(work, item.body), id_=key_of(digest, id_))
    return Outcome("beside", digest, item.doctype, beside.id, beside.rev)


def _check_open(work: Work, doctype: str) -> None:
    ruled = {each.name for each in work.plugged(Doctype)} | set(RESERVED)
    if doctype in ruled:
        raise NotForImports(doctype=doctype)


def _plain(body: Any) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "cozyMetadata"}


def _stamped(work: Work, body: Any) -> dict[str, Any]:
    now = iso(work.now)
    stamp = {"doctypeVersion": "1", "metadataVersion": 1, "createdAt": now, "updatedAt": now}
    return {**body, "cozyMetadata": {**stamp, **body.get("cozyMetadata", {})}}
