"""What there is to tell a peer: of each document that changed how it is now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from cozy.kernel.blobs import Content
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Leaf, as_leaf
from cozy.rooms.files.model import File
from cozy.rooms.files.service import replicas as tree
from cozy.rooms.sharing.errors import NoSharing
from cozy.rooms.sharing.model import SHARED, Peer

from .. import store
from ..model import Info, Kind, Shared, wire
from ..model import rules as ruling
from ..model.rules import FILES
from . import keeping
from .scope import Scope, scope, view_of

AT_ONCE = 400  # changes of one batch, as in cozy-stack


class Batch(Struct, frozen=True):
    """Some of what changed since a peer was told. revs: those it is asked about, by `doctype/id` as it is here.

    keys: of all that is done with by this; seq: where the next batch begins; is_initial: it was told nothing yet.
    """

    peer: Peer
    keys: Sequence[str]
    revs: Mapping[str, Sequence[str]]
    seq: int
    is_initial: bool


class Outgoing(Struct, frozen=True):
    """A file as it is sent, and what it holds."""

    id: str  # in the home of the peer
    document: Mapping[str, Any]
    content: Content
    mime: str


def is_pending(work: Work, sharing_id: str, member: int, kind: Kind) -> bool:
    """Whether anything changed since a peer was told, or something that it did not take is to be sent again."""
    replica = store.replica(work, sharing_id, member)
    if replica is None:
        return False
    is_new = documents.pending(work, SHARED, replica.reached(kind)) > 0
    return is_new or bool(store.aside_due(work, sharing_id, member, kind, 1))


def has_news(work: Work, sharing_id: str, member: int, kind: Kind) -> bool:
    """Whether a peer is to be told of what changed since; what is not for it to hear is passed over."""
    look = batch if kind == "documents" else files
    try:
        while (found := look(work, sharing_id, member)) is not None:
            if found.revs:
                return True
            told(work, sharing_id, member, kind, found, {})
    except NoSharing:
        return False
    return False


def told(
    work: Work, sharing_id: str, member: int, kind: Kind, found: Batch, refused: Mapping[str, int]
) -> None:
    """A peer was told of a batch. refused: what it did not take, by `doctype/id`, and the status that it answered."""
    store.reach(work, sharing_id, member, kind, found.seq)
    store.take_back(work, sharing_id, member, kind, set(found.keys) - set(refused))
    for key, status in refused.items():
        store.set_aside(work, sharing_id, member, kind, key, status)


def batch(work: Work, sharing_id: str, member: int) -> Batch | None:
    """The next of what a peer is to hear, all but files; None when there is nothing. Raises NoSharing."""
    found = _next(work, sharing_id, member, "documents")
    if found is None:
        return None
    within, peer, shared, keys, seq, is_initial = found
    revs = {one.key: tuple(_revs(one, one.infos[within.id])) for one in shared if _is_told(within, one)}
    return Batch(peer, keys, revs, seq, is_initial)


def _next(
    work: Work, sharing_id: str, member: int, kind: Kind
) -> tuple[Scope, Peer, list[Shared], list[str], int, bool] | None:
    """First what changed since, then what was set aside long enough."""
    replica = store.replica(work, sharing_id, member)
    if replica is None:
        return None
    within = scope(work, sharing_id)
    peer = within.peer(member)
    if peer is None or within.is_muted:
        return None
    since = replica.reached(kind)
    shared, seq = keeping.later(work, since, AT_ONCE)
    keys, is_initial = [one.key for one in shared], replica.is_initial
    if seq == since:
        keys, is_initial = store.aside_due(work, sharing_id, member, kind, AT_ONCE), False
        if not keys:
            return None
        shared = list(keeping.fetch_many(work, keys).values())
    return within, peer, [one for one in shared if within.id in one.infos], keys, seq, is_initial


def _is_told(within: Scope, one: Shared) -> bool:
    """A file travels with its content, by itself; that it is gone does with the rest."""
    info = one.infos[within.id]
    if info.rule >= len(within.rules):
        return False
    if info.removed:
        return ruling.travels(within.rules[info.rule], "remove", by_owner=within.by_owner)
    return one.doctype != FILES or not info.binary


def _revs(one: Shared, info: Info) -> list[str]:
    """The revisions that a peer may not know: of a file the one that counts, of others the ends of all branches."""
    return [info.rev] if one.doctype == FILES else one.tree.leaves()


def bodies(work: Work, found: Batch, missing: Mapping[str, Sequence[str]]) -> dict[str, list[dict[str, Any]]]:
    """The documents that a peer lacks, as they travel, by doctype: folders first, by depth, removals last."""
    within = scope(work, found.peer.sharing_id)
    known = keeping.fetch_many(work, list(missing))
    told: dict[str, list[dict[str, Any]]] = {}
    wanted = [(known[key], revs) for key, revs in missing.items() if key in known]
    for doctype in dict.fromkeys(one.doctype for one, _ in wanted):
        some = [(one, revs) for one, revs in wanted if one.doctype == doctype and within.id in one.infos]
        if doctype == FILES:
            told[doctype] = list(_files(work, within, found.peer, [one for one, _ in some]))
        else:
            told[doctype] = list(_plain(work, within, found.peer, doctype, some))
    return {doctype: some for doctype, some in told.items() if some}


def _files(work: Work, within: Scope, peer: Peer, some: Sequence[Shared]) -> list[dict[str, Any]]:
    folders: list[tuple[str, dict[str, Any]]] = []
    gone: list[dict[str, Any]] = []
    there = tree.look_at(work, [one.id for one in some])
    for one in some:
        info, file = one.infos[within.id], there.get(one.id)
        chain = one.tree.chain(info.rev)
        if info.removed:
            gone.append(wire.removal(one.id, peer.key, chain))
        elif file is not None and file.is_folder and _is_noted(within, info, file):
            told = wire.file(one.id, file.body, within.rules[info.rule], peer.key, chain)
            folders.append((file.path, told))
    return [*(told for _, told in sorted(folders, key=lambda each: (each[0].count("/"), each[0]))), *gone]


def _plain(
    work: Work, within: Scope, peer: Peer, doctype: str, some: Iterable[tuple[Shared, Sequence[str]]]
) -> Iterable[dict[str, Any]]:
    wanted = list(some)
    there = documents.latest(work, doctype, [one.id for one, _ in wanted])
    back = {here: travelling for travelling, here in within.names.items()}
    for one, revs in wanted:
        document = there.get(one.id)
        if document is None:
            continue
        leaves = {leaf.rev: leaf for leaf in [as_leaf(document), *documents.conflicts(work, doctype, one.id)]}
        is_out = one.infos[within.id].removed
        for leaf in _asked(leaves, document.rev, revs):
            body = ruling.with_names(leaf.body, ruling.selectors(within.sharing), back)
            yield wire.plain(one.id, peer.key, leaf.rev, leaf.revisions, body, deleted=leaf.deleted or is_out)


def _asked(leaves: Mapping[str, Leaf], winner: str, revs: Sequence[str]) -> list[Leaf]:
    """The branches that are asked for; for what was edited since, what it has become."""
    found = [leaves[rev] for rev in revs if rev in leaves]
    return found or [leaves[winner]]


def files(work: Work, sharing_id: str, member: int) -> Batch | None:
    """The same of files, which travel with their content. Raises NoSharing."""
    found = _next(work, sharing_id, member, "files")
    if found is None:
        return None
    within, peer, shared, keys, seq, is_initial = found
    revs = {one.key: (one.infos[within.id].rev,) for one in shared if _is_sent(one, one.infos[within.id])}
    return Batch(peer, keys, revs, seq, is_initial)


def _is_sent(one: Shared, info: Info) -> bool:
    return one.doctype == FILES and info.binary and not info.removed


def file(work: Work, peer: Peer, id_: str) -> Outgoing | None:
    """A file as it is sent now; None when it is not in the sharing any more."""
    within = scope(work, peer.sharing_id)
    one, found = keeping.fetch(work, FILES, id_), tree.look(work, id_)
    info = one.infos.get(within.id)
    if info is None or info.removed or found is None or found.is_folder or found.is_trashed:
        return None
    content = tree.content_of(work, found)
    if content is None or info.rule >= len(within.rules) or not _is_noted(within, info, found):
        return None
    told = wire.file(id_, found.body, within.rules[info.rule], peer.key, one.tree.chain(info.rev))
    return Outgoing(str(told["_id"]), told, content, found.mime)


def _is_noted(within: Scope, info: Info, found: File) -> bool:
    """Whether it is as it was when it was looked at; what changed since is sent when that is noted."""
    rule = within.rules[info.rule]
    return not within.travels(rule, "update") or view_of(found, rule) == info.view


def folder(work: Work, sharing_id: str, member: int, id_: str) -> dict[str, Any] | None:
    """A folder as a peer asks for it, by the id that it has there; None when there is none."""
    within = scope(work, sharing_id)
    peer = within.peer(member)
    if peer is None:
        return None
    here = wire.xored(id_, peer.key)
    one, found = keeping.fetch(work, FILES, here), tree.look(work, here)
    info = one.infos.get(within.id)
    if info is None or info.removed or found is None or not found.is_folder or found.is_trashed:
        return None
    return wire.file(
        here, found.body, within.rules[info.rule], peer.key, one.tree.chain(info.rev), with_ancestry=False
    )


def halves(part: Mapping[str, Sequence[Any]]) -> list[dict[str, list[Any]]]:
    """The same in two, in the same order; none of one document."""
    flat = [(doctype, document) for doctype, some in part.items() for document in some]
    if len(flat) < 2:
        return []
    found = []
    for some in (flat[: len(flat) // 2], flat[len(flat) // 2 :]):
        half: dict[str, list[Any]] = {}
        for doctype, document in some:
            half.setdefault(doctype, []).append(document)
        found.append(half)
    return found


def parts(told: Mapping[str, Sequence[Any]], most: int, size_of: Any) -> Iterable[dict[str, list[Any]]]:
    """The same in several, none of which is larger than this many bytes unless one document is."""
    part: dict[str, list[Any]] = {}
    held = 0
    for doctype, some in told.items():
        for document in some:
            size = size_of(document)
            if part and held + size > most:
                yield part
                part, held = {}, 0
            part.setdefault(doctype, []).append(document)
            held += size
    if part:
        yield part
