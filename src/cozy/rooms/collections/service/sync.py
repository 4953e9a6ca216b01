"""What changed since a client last asked (RFC 6578): a token is the seq that it knows, in this epoch of this home."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents

from .. import store
from ..errors import BadToken
from ..model import Changes
from . import kinds, shelves

_PREFIX = "urn:cozy:sync:"


def last(work: Work, kind_name: str, collection: str) -> int:
    """The seq of the last change in a collection, 0 before the first."""
    return store.last(work, kind_name, collection)


def changes(work: Work, kind_name: str, collection: str, since: int, limit: int) -> Changes:
    """What was written or went after a seq, `limit` names at the most. Raises NoCollection, NobodyIn, NotAllowed."""
    kind = kinds.named(work, kind_name)
    kinds.guard(work, "GET", kind)
    shelves.here(work, kind, collection)
    changed = store.changed(work, kind_name, collection, since, limit + 1)
    gone = store.gone(work, kind_name, collection, since, limit + 1) if since else []
    seqs = sorted([*(entry.seq for entry in changed), *(seq for seq, _ in gone)])
    end = max(store.last(work, kind_name, collection), since)
    if len(seqs) > limit and seqs[0] == seqs[limit]:  # one change, of more names than were asked for
        written, freed = store.at_once(work, kind_name, collection, seqs[0])
        return Changes(written, freed, seqs[0], seqs[0] == end)
    if len(seqs) > limit:
        end = _end(seqs, limit)
    return Changes(
        [entry for entry in changed if entry.seq <= end], [name for seq, name in gone if seq <= end], end,
        len(seqs) <= limit,
    )  # fmt: skip


def _end(seqs: list[int], limit: int) -> int:
    """The last seq of which everything fits: a change that frees one name and takes another is not cut in two."""
    return next(seq for seq in reversed(seqs[:limit]) if seq < seqs[limit])


def token(work: Work, seq: int) -> str:
    """What a client brings back next time, a URI."""
    return f"{_PREFIX}{work.home}:{store.epoch(work)}:{seq}"


def since(work: Work, token: str) -> int:
    """The seq that a token says, 0 for an empty one. Raises BadToken for one of another time or place."""
    if not token:
        return 0
    start, _, seq = token.rpartition(":")
    if f"{start}:" != f"{_PREFIX}{work.home}:{store.epoch(work)}:" or not (seq.isascii() and seq.isdigit()):
        raise BadToken
    if len(seq) > 18 or int(seq) > documents.last_seq(work):
        raise BadToken
    return int(seq)


def epoch(work: Work) -> int:
    """Another number since a backup was put back, when what clients know may never have been."""
    return store.epoch(work)


def begin_epoch(work: Work) -> None:
    """Make every token that was given invalid: after a backup was put back, what clients know may never have been."""
    store.begin_epoch(work)
