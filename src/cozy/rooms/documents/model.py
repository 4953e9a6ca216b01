"""Document, and the rules of revisions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

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


class Query(Struct, frozen=True, kw_only=True):
    """A Mango query (CouchDB, `POST /{db}/_find`)."""

    selector: Mapping[str, Any]
    sort: Sequence[str | Mapping[str, str]] = ()
    fields: Sequence[str] | None = None  # None: whole documents
    limit: int = 100  # 1,000 at most
    skip: int = 0
    bookmark: str = ""
    use_index: Any = None  # accepted; the database picks the index
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
