"""Document, and the rules of revisions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

DESIGNS = "_design"  # the doctype of design documents, under which `/data` shows nothing
REV = re.compile(r"[1-9][0-9]{0,8}-[0-9A-Za-z_-]{1,64}")
DIGEST = re.compile(
    r"[0-9A-Za-z_-]{1,64}"
)  # ours have 32 hexadecimal digits; other replicas may count otherwise
REVISIONS_KEPT = 1000  # CouchDB's default `_revs_limit`


class Document(Struct, frozen=True):
    """One document at one revision. body: its JSON members, without `_id` and `_rev`."""

    doctype: str
    id: str
    rev: str  # `N-<32 hexadecimal digits>`, N counting the edits
    body: Mapping[str, Any]
    seq: int = 0  # of the home's counter, when this revision became the winning one
    deleted: bool = False
    revisions: tuple[str, ...] = ()  # digests of this revision and its ancestors, newest first


class Change(Struct, frozen=True):
    """A line of the changes feed."""

    seq: int
    id: str
    rev: str
    deleted: bool
    body: Mapping[str, Any]


def spelled(seq: int) -> str:
    """A seq as CouchDB spells it: a text that is no number, since clients that can would count with it.

    (cozy-pouch-link hands it to its own database, too, which would then leave out documents below it.)
    """
    return f"{seq}-cozy"


class Leaf(Struct, frozen=True):
    """The end of one branch of a document's revision tree."""

    rev: str
    deleted: bool
    body: Mapping[str, Any]
    revisions: tuple[str, ...]


_canonical = msgspec.json.Encoder(order="sorted")


def generation(rev: str) -> int:
    """How many edits lead to a revision: 3 for `3-c0ffee…`."""
    return int(rev.split("-", 1)[0])


def next_rev(revisions: tuple[str, ...], start: int, body: Mapping[str, Any], deleted: bool) -> str:
    """The revision that this edit is: the same edit of the same revision is the same everywhere.

    start: generation of the parent, 0 for none; revisions: its digests. As in CouchDB, derived from the parent and
    the content.
    """
    parent = f"{start}-{revisions[0]}" if revisions else ""
    digest = hashlib.md5(_canonical.encode([deleted, parent, body]), usedforsecurity=False)
    return f"{start + 1}-{digest.hexdigest()}"


def wins_over(leaf: Leaf, other: Leaf) -> bool:
    """CouchDB's rule, the same on every replica: alive before deleted, then more edits, then the higher digest."""
    return _rank(leaf) > _rank(other)


def _rank(leaf: Leaf) -> tuple[bool, int, str]:
    return (not leaf.deleted, generation(leaf.rev), leaf.rev.split("-", 1)[1])


def ancestry(leaf: Leaf) -> set[str]:
    """Every revision on the way to a leaf, itself included."""
    start = generation(leaf.rev)
    return {f"{start - i}-{digest}" for i, digest in enumerate(leaf.revisions)}


def as_leaf(document: Document) -> Leaf:
    """The winning branch among the others."""
    return Leaf(document.rev, document.deleted, document.body, document.revisions)


def from_leaf(doctype: str, id_: str, leaf: Leaf, seq: int) -> Document:
    """A document out of its winning branch."""
    return Document(doctype, id_, leaf.rev, leaf.body, seq, leaf.deleted, leaf.revisions[:REVISIONS_KEPT])


def next_leaf(parent: Leaf | None, body: Mapping[str, Any], deleted: bool = False) -> Leaf:
    """The branch after one more edit; parent: None for the first one."""
    parents, start = (parent.revisions, generation(parent.rev)) if parent else ((), 0)
    rev = next_rev(parents, start, body, deleted)
    return Leaf(rev, deleted, body, (rev.split("-", 1)[1], *parents)[:REVISIONS_KEPT])


def winner_of(leaves: Sequence[Leaf]) -> Leaf:
    """The branch that every replica picks."""
    return max(leaves, key=_rank)


def grafted(leaves: Sequence[Leaf], new: Leaf) -> list[Leaf] | None:
    """The branches once a revision has been taken in; None when it was known already."""
    if any(new.rev in ancestry(known) for known in leaves):
        return None
    past = ancestry(new)
    return [*(known for known in leaves if known.rev not in past), new]


class Query(Struct, frozen=True, kw_only=True):
    """A Mango query (CouchDB, `POST /{db}/_find`)."""

    selector: Mapping[str, Any]
    sort: Sequence[str | Mapping[str, str]] = ()
    fields: Sequence[str] | None = None  # None: whole documents
    limit: int = 100  # 1,000 at most
    skip: int = 0
    bookmark: str = ""
    use_index: Any = None  # the database picks the index; that this one is not there is said in the warning
    execution_stats: bool = False


class Stats(Struct, frozen=True):
    """What a query cost."""

    total_docs_examined: int
    results_returned: int
    execution_time_ms: float


class Found(Struct, frozen=True):
    """A page of what a query found."""

    documents: list[Document]
    limit: int  # the one in force
    next: bool  # whether there is more after `bookmark`
    bookmark: str
    warning: str = ""
    stats: Stats | None = None


def with_id(document: Document) -> dict[str, Any]:
    """The JSON of a document as CouchDB shows it, with `_id` and `_rev`."""
    return {"_id": document.id, "_rev": document.rev, **document.body}


class Row(Struct, frozen=True):
    """A line of a list of ids. rev: "" when there is no such document."""

    id: str
    rev: str = ""
    deleted: bool = False
    document: Document | None = None


class Span(Struct, frozen=True, kw_only=True):
    """Which ids are asked for, in which order. start, end: None for no bound."""

    start: str | None = None
    end: str | None = None
    with_end: bool = True
    descending: bool = False
    limit: int | None = None
    skip: int = 0


class Listing(Struct, frozen=True):
    """A part of the list of all ids."""

    total: int
    offset: int  # rows that come before
    rows: list[Row]


class Asked(Struct, frozen=True, kw_only=True):
    """What is asked of the changes feed. ids, selector: only these documents; all_leaves: losing revisions too."""

    since: int | None = 0  # None: now
    limit: int = 10_000
    descending: bool = False
    all_leaves: bool = False
    ids: Sequence[str] | None = None
    selector: Mapping[str, Any] | None = None


class Feed(Struct, frozen=True):
    """A part of the changes of a doctype. revs: the losing revisions, by id."""

    changes: list[Change]
    last_seq: int
    pending: int
    revs: Mapping[str, list[str]]


class Edit(Struct, frozen=True):
    """One document of many to write. rev: what it is made from, or for a revision made elsewhere what it is."""

    id: str
    rev: str
    body: Mapping[str, Any]
    deleted: bool = False
    revisions: tuple[str, ...] = ()


class Edited(Struct, frozen=True):
    """What became of an Edit: its new revision, or "" when another edit came first."""

    id: str
    rev: str


class Status(Struct, frozen=True):
    """A doctype in numbers."""

    living: int
    deleted: int
    last_seq: int
