"""Who may hear of what. Leave to hear of a document is leave to read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.kernel.bus import Change
from cozy.kernel.caller import Caller
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document
from cozy.rooms.permissions import service as permissions

from .errors import Untellable
from .model import STAND_INS, STREAMS, Topic


def may_hear_all(caller: Caller, doctype: str) -> bool:
    """Whether the caller may hear of every document of a doctype."""
    read = STREAMS.get(doctype, doctype)
    return not read or permissions.may_all(caller, "GET", read)


def may_hear(work: Work, topic: Topic) -> bool:
    """Whether the caller may hear of a document, or of all of a doctype."""
    if may_hear_all(work.caller, topic.type):
        return True
    doctype = STREAMS.get(topic.type, topic.type)
    if permissions.is_other_home(work.caller):
        return False
    return bool(topic.id) and _may_read(work, doctype, topic.id, _living(work, doctype, topic.id))


def may_hear_of(work: Work, change: Change) -> bool:
    """Whether the caller may hear of this change: the document is looked at as it is by now, a deleted one as it was."""
    if may_hear_all(work.caller, change.doctype):
        return True
    doctype = STREAMS.get(change.doctype, change.doctype)
    if permissions.is_other_home(work.caller):
        return False
    if not change.seq:
        return _may_read(work, doctype, change.id, _living(work, doctype, change.id))
    body = change.before if change.verb == "DELETED" else change.body
    return _may_read(work, doctype, change.id, Document(doctype, change.id, change.rev, body))


def tellable(work: Work, doctype: str, id_: str, body: Mapping[str, Any]) -> None:
    """The caller may tell this. Raises NobodyIn, NotAllowed, Untellable."""
    found = _living(work, doctype, id_)
    rules = documents.rules_of(work, doctype)
    around = rules.lineage(work, found)[1:] if found else ()
    ids = {id_, *(each.id for each in around)}
    for members in (
        (body, found.body) if found else (body,)
    ):  # of what is there, only who may use it tells anything
        permissions.guard(work, "POST", doctype, ids, members, [each.body for each in around])
    if not rules.is_readable:
        raise Untellable(doctype=doctype)


def _may_read(work: Work, doctype: str, id_: str, found: Document | None) -> bool:
    if found is None:
        return permissions.may_use(work.caller, "GET", doctype, {STAND_INS.get(id_, id_)})
    own, *around = documents.rules_of(work, doctype).lineage(work, found)
    ids = {STAND_INS.get(id_, id_), *(each.id for each in around)}
    return permissions.may_use(work.caller, "GET", doctype, ids, own.body, [each.body for each in around])


def _living(work: Work, doctype: str, id_: str) -> Document | None:
    return documents.fetch_many(work, doctype, [id_]).get(id_)
