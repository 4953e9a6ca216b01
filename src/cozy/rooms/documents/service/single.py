"""Documents one by one, as `/data` gives and takes them: asked of `access` first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from cozy.kernel.work import Work

from .. import access
from ..errors import BadDocument, NoDocument
from ..model import Document, Leaf, as_leaf
from . import conflicts, create, edit


def read(work: Work, doctype: str, id_: str, rev: str = "") -> tuple[Document, Leaf]:
    """A document, and the branch of it that is asked for: the winning one without `rev`. Raises NoDocument."""
    found = access.document(work, doctype, id_)
    for leaf in (as_leaf(found), *(conflicts(work, doctype, id_) if rev else ())):
        if rev in {"", leaf.rev}:
            if leaf.rev != found.rev:
                access.branch(work, found, leaf)
            return found, replace(leaf, body=access.rules_of(work, doctype).shown(work, id_, leaf.body))
    raise NoDocument(reason="missing", doctype=doctype, id=id_)


def losing(work: Work, found: Document) -> list[str]:
    """The losing revisions of a document, those that live."""
    return [leaf.rev for leaf in conflicts(work, found.doctype, found.id) if not leaf.deleted]


def make(work: Work, doctype: str, body: Mapping[str, Any], id_: str = "") -> Document:
    """A new document. Raises UpdateConflict when the id lives."""
    access.new(work, doctype, id_, body)
    return _followed(work, create(work, doctype, _kept(work, doctype, id_, body), id_=id_ or None))


def change(work: Work, doctype: str, id_: str, rev: str, body: Mapping[str, Any]) -> Document:
    """The next revision of a document. Raises UpdateConflict when `rev` is not the end of a branch."""
    access.changeable(work, "PUT", doctype, id_)
    access.still(work, "PUT", doctype, id_, body)
    return _followed(work, edit(work, doctype, id_, rev, _kept(work, doctype, id_, body)))


def remove(work: Work, doctype: str, id_: str, rev: str) -> Document:
    """Its tombstone. Raises NoDocument, UpdateConflict."""
    found = access.changeable(work, "DELETE", doctype, id_)
    if found is None or found.deleted:
        raise NoDocument(reason="deleted" if found else "missing", doctype=doctype, id=id_)
    if not rev:
        raise BadDocument(reason="delete without revision", error="bad_request")
    return _followed(work, edit(work, doctype, id_, rev, {}, deleted=True))


def _kept(work: Work, doctype: str, id_: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    return access.rules_of(work, doctype).kept(work, id_, body)


def _followed(work: Work, written: Document) -> Document:
    access.followed(work, written.doctype, [written.id])
    shown = access.rules_of(work, written.doctype).shown
    return replace(written, body=shown(work, written.id, written.body))
