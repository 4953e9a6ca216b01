"""Documents that are no files arrive: as in CouchDB, every home keeps the same branches and picks the same winner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from cozy.kernel.caller import Verb
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document, Leaf

from ..errors import BadCopy
from ..model import Info, Shared, rules
from ..model.rules import FILES
from ..model.wire import Arrival, arrival
from . import arriving, keeping, removing
from .scope import Scope
from .tracking import take_branches

MOST = 10_000  # documents of one request
Deed = tuple[str, Verb]  # what was done with documents of a doctype


def arrivals(payload: Mapping[str, Sequence[Any]]) -> dict[str, list[Arrival]]:
    """What another home sent, by doctype. Raises BadCopy."""
    if sum(len(found) for found in payload.values()) > MOST:
        raise BadCopy(limit=MOST)
    return {doctype: [arrival(each) for each in found] for doctype, found in payload.items()}


def deeds(work: Work, sharing_id: str, found: Mapping[str, Sequence[Arrival]]) -> Counter[Deed]:
    """How many of what another home sends are added, changed and taken out by that."""
    known = keeping.fetch_many(
        work, [f"{doctype}/{one.id}" for doctype, some in found.items() for one in some]
    )
    counted: Counter[Deed] = Counter()
    for doctype, some in found.items():
        for one in some:
            shared = known.get(f"{doctype}/{one.id}")
            info = shared.infos.get(sharing_id) if shared else None
            is_in = info is not None and not info.removed
            counted[doctype, "DELETE" if one.is_removed else "PUT" if is_in else "POST"] += 1
    return counted


def take(
    work: Work, scope: Scope, found: Mapping[str, Sequence[Arrival]], *, by_owner: bool, homeless: frozenset[str]
) -> list[str]:  # fmt: skip
    """Take in what another home sent: what is not in this sharing is left; the ids of folders that are not taken for now.

    Raises FolderMissing, Unavailable…
    """
    refused: list[str] = []
    for doctype, some in found.items():
        if doctype == FILES:
            refused += _take_files(work, scope, some, by_owner=by_owner, homeless=homeless)
        elif doctype in scope.doctypes() and documents.rules_of(work, doctype).is_writable:
            _take_documents(work, scope, doctype, some, by_owner=by_owner)
    return refused


def _take_files(
    work: Work, scope: Scope, found: Sequence[Arrival], *, by_owner: bool, homeless: frozenset[str]
) -> list[str]:  # fmt: skip
    refused: list[str] = []
    how: dict[str, Any] = {"by_owner": by_owner, "homeless": homeless, "refused": refused}
    folders = [one for one in found if one.is_folder and not one.is_removed]
    late = arriving.folders_arrive(work, scope, folders, **how)
    removing.remove(work, scope, {one.id: one for one in found if one.is_removed}, by_owner=by_owner)
    arriving.folders_arrive(work, scope, late, **how, is_last=True)
    return refused


def _take_documents(
    work: Work, scope: Scope, doctype: str, found: Sequence[Arrival], *, by_owner: bool
) -> None:
    known = keeping.fetch_many(work, [f"{doctype}/{one.id}" for one in found])
    there = documents.latest(work, doctype, [one.id for one in found])
    taken: list[str] = []
    for one in found:
        shared = known.setdefault(f"{doctype}/{one.id}", Shared(doctype, one.id))
        body = rules.with_names(one.members, rules.selectors(scope.sharing), scope.names)
        if not _may_come(scope, shared, one, body, there.get(one.id), by_owner=by_owner):
            continue
        if (left := there.get(one.id)) is not None and _has_left(scope, shared, left):
            taken.append(_move_aside(work, left))
        # kept at hand, since the next branch of it may be in the same request
        there[one.id] = _graft(work, scope, shared, one, body)
        taken.append(one.id)
    if taken:
        documents.rules_of(work, doctype).follow(work, doctype, list(dict.fromkeys(taken)))


def _may_come(
    scope: Scope,
    shared: Shared,
    one: Arrival,
    body: Mapping[str, Any],
    there: Document | None,
    *,
    by_owner: bool,
) -> bool:
    """Whether what another home does with a document is what was agreed."""
    info = shared.infos.get(scope.id)
    if info is None:
        is_mine = there is not None and not there.deleted
        at = rules.first(scope.rules, shared.doctype, one.id, body)
        return (
            not is_mine
            and not one.id.startswith("_")  # what `/data` keeps beside documents
            and not one.is_removed
            and at is not None
            and _travels(scope, at, "add", by_owner=by_owner)
        )
    if _has_left(scope, shared, there) and (one.is_removed or one.rev in shared.tree):
        return False  # what became of it here is its owner's alone
    deed: rules.Deed = "remove" if one.is_removed else "add" if info.removed else "update"
    return _travels(scope, info.rule, deed, by_owner=by_owner)


def _has_left(scope: Scope, shared: Shared, there: Document | None) -> bool:
    """Whether a document was taken out of the sharing here, and is there."""
    info = shared.infos.get(scope.id)
    return info is not None and info.removed and there is not None and not there.deleted


def _move_aside(work: Work, left: Document) -> str:
    """Let a document that left the sharing go on under another id, which is returned: somebody else changed it at the same time, so
    that it is in the sharing for everybody.
    """
    aside = documents.create(work, left.doctype, left.body)
    documents.delete(work, left)
    return aside.id


def _travels(scope: Scope, at: int, deed: rules.Deed, *, by_owner: bool) -> bool:
    """What the owner's home sends was agreed: the first copy brings what is not added later, too."""
    if at >= len(scope.rules):
        return False
    return (by_owner and deed == "add") or rules.travels(scope.rules[at], deed, by_owner=by_owner)


def _graft(work: Work, scope: Scope, shared: Shared, one: Arrival, body: Mapping[str, Any]) -> Document:
    """Take in a branch; the document with it."""
    digests = tuple(rev.partition("-")[2] for rev in reversed(one.chain))
    leaf = Leaf(one.rev, one.is_removed, {} if one.is_removed else body, digests)
    now = documents.graft(work, shared.doctype, shared.id, leaf)
    take_branches(work, shared, now)
    shared.tree.insert(one.chain)
    info = shared.infos.get(scope.id)
    if info is None:
        at = rules.first(scope.rules, shared.doctype, shared.id, body)
        info = Info(rule=at or 0)
    shared.infos[scope.id] = replace(info, rev=now.rev, removed=now.deleted)
    keeping.put(work, shared)
    return now


def missing(work: Work, scope: Scope, asked: Mapping[str, Sequence[str]]) -> dict[str, dict[str, list[str]]]:
    """Of these revisions those that this home has not seen, by `doctype/id` (CouchDB's `_revs_diff`)."""
    known = keeping.fetch_many(work, list(asked))
    found: dict[str, dict[str, list[str]]] = {}
    for key, revs in asked.items():
        shared = known.get(key)
        is_in = shared is not None and scope.id in shared.infos
        left = [rev for rev in revs if not (is_in and shared is not None and rev in shared.tree)]
        if left:
            found[key] = {"missing": left}
    return found
