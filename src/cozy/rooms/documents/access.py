"""What `/data` may do with a doctype, and for whom: asked before anything else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cozy.kernel.caller import Verb
from cozy.kernel.problem import Forbidden
from cozy.kernel.work import Work

from .errors import BadDoctype, NoDocument, Reserved
from .model import Document, Leaf
from .ports import RESERVED, Doctype, Guard
from .store import rows as store

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


def ask(
    work: Work,
    verb: Verb,
    doctype: str,
    ids: set[str] | None,
    body: Mapping[str, Any] | None,
    around: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Let the caller do this with a document known under these ids, None for all. Raises NobodyIn, NotAllowed.

    around: the members of what it is in.
    """
    guards = work.plugged(Guard)
    for guard in guards:
        guard(work, verb, doctype, ids, body, around)
    if not guards:
        raise Forbidden(verb=verb, doctype=doctype)


def readable(work: Work, doctype: str, verb: Verb = "GET") -> None:
    """Every document of a doctype may be read. Raises BadDoctype, NobodyIn, NotAllowed, Reserved."""
    rules = _named(work, doctype)
    ask(work, verb, doctype, None, None)
    _check_readable(rules)


def writable(work: Work, doctype: str, verb: Verb) -> None:
    """Every document of a doctype may be written. Raises BadDoctype, NobodyIn, NotAllowed, Reserved."""
    rules = _named(work, doctype)
    ask(work, verb, doctype, None, None)
    _check_writable(rules)


def new(work: Work, doctype: str, id_: str, body: Mapping[str, Any]) -> None:
    """A document that is not there yet may be made. Raises the same."""
    rules = _named(work, doctype)
    ask(work, "POST", doctype, {id_} if id_ else set(), body)
    _check_writable(rules, id_)


def document(work: Work, doctype: str, id_: str) -> Document:
    """A living document that the caller may read. Raises the same, NoDocument."""
    rules = _named(work, doctype)
    found = store.fetch(work, doctype, id_)
    _ask_of(work, "GET", rules, id_, found)
    _check_readable(rules)
    return _living(work, doctype, id_, found)


def branch(work: Work, found: Document, leaf: Leaf) -> None:
    """A losing branch of a document may be read: it may hold what the grant is not about. Raises the same."""
    ask(work, "GET", found.doctype, {found.id}, leaf.body)


def changeable(work: Work, verb: Verb, doctype: str, id_: str) -> Document | None:
    """A document that the caller may change, a tombstone too, None when there was never one. Raises the same."""
    rules = _named(work, doctype)
    found = store.fetch(work, doctype, id_)
    _ask_of(work, verb, rules, id_, found)
    _check_writable(rules, id_)
    return found


def still(work: Work, verb: Verb, doctype: str, id_: str, body: Mapping[str, Any]) -> None:
    """What a document becomes must be the caller's to change as well, so that none leaves a grant."""
    ask(work, verb, doctype, {id_}, body)


def doctypes(work: Work) -> list[str]:
    """The doctypes of the home that `/data` shows. Raises NobodyIn, NotAllowed."""
    ask(work, "GET", "io.cozy.doctypes", None, None)
    return [
        name for name in store.doctypes(work) if _NAME.fullmatch(name) and rules_of(work, name).is_readable
    ]


def rules_of(work: Work, doctype: str) -> Doctype:
    """What a room plugged, else what is reserved; other doctypes are free."""
    for plugged in work.plugged(Doctype):
        if plugged.name == doctype:
            return plugged
    return RESERVED.get(doctype) or Doctype(doctype)


def followed(work: Work, doctype: str, ids: Sequence[str] | None) -> None:
    """Let the room of a doctype hear that these documents were written or deleted, None for all that there were."""
    rules_of(work, doctype).follow(work, doctype, ids)


def _living(work: Work, doctype: str, id_: str, found: Document | None) -> Document:
    if found is not None and not found.deleted:
        return found
    reason = "deleted" if found else "missing" if store.is_used(work, doctype) else "wrong_doctype"
    raise NoDocument(reason=reason, doctype=doctype, id=id_)


def _named(work: Work, doctype: str) -> Doctype:
    if not _NAME.fullmatch(doctype):
        raise BadDoctype(doctype=doctype[:200])
    return rules_of(work, doctype)


def _ask_of(work: Work, verb: Verb, rules: Doctype, id_: str, found: Document | None) -> None:
    if found is None or found.deleted:
        ask(work, verb, rules.name, {id_}, None)
        return
    own, *around = rules.lineage(work, found)
    ids = {id_, *(each.id for each in around)}
    ask(work, verb, rules.name, ids, own.body, [each.body for each in around])


def _check_readable(rules: Doctype) -> None:
    if not rules.is_readable:
        raise Reserved(error=f"reserved doctype {rules.name} unreadable")


def _check_writable(rules: Doctype, id_: str = "") -> None:
    _check_readable(rules)
    if not rules.is_writable or id_ in rules.own:
        raise Reserved(error=f"reserved doctype {rules.name} unwritable")
