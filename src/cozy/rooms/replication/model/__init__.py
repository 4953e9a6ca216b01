"""Shared, what this home knows of a document that is in one or several sharings (`io.cozy.shared`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from msgspec import Struct

from . import revisions
from .revisions import Tree

Kind = Literal["documents", "files"]  # what a round brings to a peer
INITIAL_SYNC = "io.cozy.sharings.initial_sync"


NO_ROOM = frozenset({413, 507})  # what a home answers that has none


class Info(Struct, frozen=True, omit_defaults=True):
    """How a document is in one sharing.

    rule: index of the one that put it there; binary: it is a file, and in; removed: it was in, and is not any more;
    dissociated: since somebody else took it out, or the folder around it. Ours, which cozy-stack does not have: rev, of what is
    shared; view: digest of what of it the others see; sum: MD5 of what the file holds; since: the revision that brought that.
    """

    rule: int = 0
    removed: bool = False
    binary: bool = False
    dissociated: bool = False
    rev: str = ""
    view: str = ""
    sum: str = ""
    since: str = ""


@dataclass(slots=True)
class Shared:
    """A document that is, or was, in sharings. doc_rev: of the `io.cozy.shared` document; "" while there is none."""

    doctype: str
    id: str
    doc_rev: str = ""
    tree: Tree = field(default_factory=Tree)
    infos: dict[str, Info] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its id among those that are shared."""
        return f"{self.doctype}/{self.id}"

    def body(self) -> dict[str, Any]:
        """The members of the document."""
        infos = {sharing: msgspec.to_builtins(info) for sharing, info in self.infos.items()}
        return {
            "revisions": self.tree.nested(),
            "infos": {sharing: {"rule": 0, **info} for sharing, info in infos.items()},
        }


def split(key: str) -> tuple[str, str]:
    """The doctype and the id in `io.cozy.files/c0ffee…`."""
    doctype, _, id_ = key.partition("/")
    return doctype, id_


def shared_of(key: str, rev: str, body: Mapping[str, Any]) -> Shared:
    """What a document of `io.cozy.shared` says."""
    doctype, id_ = split(key)
    infos = msgspec.convert(body.get("infos") or {}, dict[str, Info])
    return Shared(doctype, id_, rev, revisions.read(body.get("revisions")), infos)


class Replica(Struct, frozen=True):
    """How far a peer was told.

    documents, files: up to which seq; jobs: who is at it. failures in a row, and until when it is left alone since;
    received: files that came while the first copy was under way.
    """

    sharing: str
    member: int
    documents: int = 0
    files: int = 0
    documents_job: str = ""
    files_job: str = ""
    failures: int = 0
    retry_at: str = ""
    is_initial: bool = True
    received: int = 0

    def reached(self, kind: Kind) -> int:
        """Up to which seq it was told."""
        return self.documents if kind == "documents" else self.files

    def job(self, kind: Kind) -> str:
        """Who is at it, or was."""
        return self.documents_job if kind == "documents" else self.files_job


class Aside(Struct, frozen=True):
    """What a peer did not take. id: of the document `io.cozy.shared`; status: what it answered."""

    member: int
    id: str
    status: int
