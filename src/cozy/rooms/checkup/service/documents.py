"""Documents: revisions, the order of changes, the losing branches."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge

import msgspec

from cozy.kernel.work import Work
from cozy.rooms.documents.model import DIGEST, REV, REVISIONS_KEPT, Leaf, ancestry, generation, wins_over

from .. import store
from ..model import Finding, Report, Tick


def check(work: Work, report: Report, tick: Tick) -> None:
    """Report what is wrong with documents of any doctype."""
    for doctype, id_, rev, body, revisions in store.documents(work):
        where = f"{doctype}/{id_}"
        if not isinstance(msgspec.json.decode(body), dict):
            report(Finding("body-malformed", where))
        if not REV.fullmatch(rev):
            report(Finding("rev-malformed", where, {"rev": rev}))
        elif not _leads_to(rev, revisions.split()):
            report(Finding("revisions-wrong", where, {"rev": rev}))
        tick(1)
    for finding in (*_seqs(work), *_leaves(work)):
        report(finding)


def _leads_to(rev: str, revisions: list[str]) -> bool:
    """Whether this is a list of digests, newest first, that ends in a revision."""
    number, _, digest = rev.partition("-")
    return (
        0 < len(revisions) <= min(int(number), REVISIONS_KEPT)
        and revisions[0] == digest
        and all(DIGEST.fullmatch(known) for known in revisions)
    )


def _seqs(work: Work) -> Iterator[Finding]:
    last, last_id = 0, ""
    for seq, id_ in merge(*(store.seqs(work, doctype) for doctype in store.doctypes(work))):
        if seq == last:
            yield Finding("seq-shared", id_, {"with": last_id, "seq": seq})
        last, last_id = seq, id_
    counter = store.counter(work, "seq")
    if counter < last:
        yield Finding("seq-behind", work.home, {"counter": counter, "last": last})


def _leaves(work: Work) -> Iterator[Finding]:
    for doctype, id_, rev, deleted, revisions, winner_rev, winner_deleted, winner_revisions in store.leaves(
        work
    ):
        where = f"{doctype}/{id_}"
        if winner_rev is None:
            yield Finding("leaf-orphan", where, {"rev": rev})
        elif not REV.fullmatch(rev) or not _leads_to(rev, revisions.split()):
            yield Finding("leaf-malformed", where, {"rev": rev})
        elif REV.fullmatch(winner_rev):
            leaf = Leaf(rev, bool(deleted), {}, tuple(revisions.split()))
            winner = Leaf(winner_rev, bool(winner_deleted), {}, tuple(winner_revisions.split()))
            yield from _beside(where, leaf, winner)


def _beside(where: str, leaf: Leaf, winner: Leaf) -> Iterator[Finding]:
    if generation(leaf.rev) <= generation(winner.rev) and leaf.rev in ancestry(winner):
        yield Finding("leaf-past", where, {"rev": leaf.rev})
    elif wins_over(leaf, winner):
        yield Finding("leaf-wins", where, {"rev": leaf.rev, "over": winner.rev})
