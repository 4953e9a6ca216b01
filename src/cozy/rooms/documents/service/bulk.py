"""Many documents in and out at once: a few statements for all, and one for each that is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from cozy.kernel.caller import Verb
from cozy.kernel.work import Work

from .. import access
from ..model import Document, Edit, Edited, Leaf, ancestry, as_leaf, from_leaf, grafted, next_leaf, winner_of
from ..ports import as_it_is
from ..store import rows as store
from .telling import tell

Take = Callable[[list[Leaf], Edit], Leaf | None]  # the new branch that an edit makes, None when it makes none


class Held(Struct):
    """The branches of one document, while they are being edited."""

    was: Document | None
    leaves: list[Leaf]
    is_edited: bool = False


def write(work: Work, doctype: str, edits: Sequence[Edit]) -> list[Edited]:
    """Make the next revisions of documents, each as if it came alone. One that is outdated is left out."""
    return _written(work, doctype, edits, _next)


def take_in(work: Work, doctype: str, edits: Sequence[Edit]) -> list[Edited]:
    """Take in revisions made elsewhere, with their ancestry (CouchDB's `new_edits: false`)."""
    return _written(work, doctype, edits, _foreign)


def _written(work: Work, doctype: str, edits: Sequence[Edit], take: Take) -> list[Edited]:
    access.writable(work, doctype, "POST")
    rules = access.rules_of(work, doctype)
    if rules.kept is not as_it_is:
        edits = [
            edit if edit.deleted else replace(edit, body=rules.kept(work, edit.id, edit.body))
            for edit in edits
        ]
    held = _held(work, doctype, [edit.id for edit in edits])
    for verb in {_verb(held[edit.id], edit) for edit in edits} - {"POST"}:
        access.writable(work, doctype, verb)
    results = [
        Edited(edit.id, "" if edit.id in rules.own else _taken(held[edit.id], edit, take)) for edit in edits
    ]
    edited = {id_: one for id_, one in held.items() if one.is_edited}
    _store(work, doctype, edited)
    access.followed(work, doctype, list(edited))
    return results


def _verb(held: Held, edit: Edit) -> Verb:
    """What somebody does who makes this edit alone."""
    if held.was is None or held.was.deleted:
        return "POST"
    return "DELETE" if edit.deleted else "PUT"


def _held(work: Work, doctype: str, ids: Sequence[str]) -> dict[str, Held]:
    there = store.fetch_all(work, doctype, ids)
    losers = store.losers_among(work, doctype, list(there))
    held = {id_: Held(None, []) for id_ in ids}
    held.update((id_, Held(was, [as_leaf(was), *losers.get(id_, ())])) for id_, was in there.items())
    return held


def _taken(held: Held, edit: Edit, take: Take) -> str:
    leaf = take(held.leaves, edit)
    if leaf is None:
        return ""
    branches = grafted(held.leaves, leaf)
    if branches is not None:
        held.leaves, held.is_edited = branches, True
    return leaf.rev


def _next(leaves: list[Leaf], edit: Edit) -> Leaf | None:
    """On the branch that the edit names; without a name, of a document that is not there or was deleted."""
    if edit.rev:
        parent = next((leaf for leaf in leaves if leaf.rev == edit.rev), None)
        return parent and next_leaf(parent, edit.body, edit.deleted)
    winner = winner_of(leaves) if leaves else None
    return next_leaf(winner, edit.body, edit.deleted) if winner is None or winner.deleted else None


def _foreign(leaves: list[Leaf], edit: Edit) -> Leaf:
    return Leaf(edit.rev, edit.deleted, edit.body, edit.revisions)


def _store(work: Work, doctype: str, edited: Mapping[str, Held]) -> None:
    if not edited:
        return
    seq = store.next_seq(work, len(edited)) - len(edited)
    for id_, one in edited.items():
        seq += 1
        winner = winner_of(one.leaves)
        new = from_leaf(doctype, id_, winner, seq)
        if one.was is None:
            store.insert(work, new, "")
        else:
            store.replace(work, new, "", one.was.rev)
        tell(work, one.was, new)
        if len(one.leaves) > 1 or one.was is not None:
            store.set_losers(work, doctype, id_, [leaf for leaf in one.leaves if leaf is not winner])


def missing(work: Work, doctype: str, asked: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Of these revisions those that are not known here, by id; documents of which all are known are left out."""
    access.readable(work, doctype)
    held = _held(work, doctype, list(asked))
    unknown: dict[str, list[str]] = {}
    for id_, revs in asked.items():
        known = {rev for leaf in held[id_].leaves for rev in ancestry(leaf)}
        if left := [rev for rev in revs if rev not in known]:
            unknown[id_] = left
    return unknown


def read(work: Work, doctype: str, asked: Sequence[tuple[str, str]], *, latest: bool) -> list[list[Leaf]]:
    """The revisions asked for, in their order; none where it is not held here.

    asked: id and revision, "" for the winner; latest: what became of a revision will do instead.
    """
    access.readable(work, doctype)
    held = _held(work, doctype, [id_ for id_, _ in asked])
    return [_picked(held[id_].leaves, rev, latest) for id_, rev in asked]


def _picked(leaves: list[Leaf], rev: str, latest: bool) -> list[Leaf]:
    if not rev:
        winner = winner_of(leaves) if leaves else None
        return [winner] if winner and not winner.deleted else []
    exact = [leaf for leaf in leaves if leaf.rev == rev]
    return exact or ([leaf for leaf in leaves if rev in ancestry(leaf)] if latest else [])
