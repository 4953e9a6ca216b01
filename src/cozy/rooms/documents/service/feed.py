"""The changes of a doctype, as replicas ask for them."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.work import Work

from .. import access
from ..model import Asked, Change, Feed
from ..store import lists, selector
from ..store import rows as store

_BATCH = 10_000  # changes looked at together when a selector picks among them


def feed(work: Work, doctype: str, asked: Asked) -> Feed:
    """What changed, each document once, in the order of its last change. Raises BadQuery."""
    access.readable(work, doctype)
    if asked.ids is not None:
        return _among(work, doctype, asked, asked.ids)
    last = lists.last_seq(work, doctype)
    since = last if asked.since is None else asked.since
    if asked.descending:
        found = [change for change in lists.latest(work, doctype, last, asked.limit) if change.seq > since]
        return Feed(found, found[-1].seq if found else last, 0, _revs(work, doctype, asked, found))
    found, reached = _from(work, doctype, asked, since)
    left = 0 if reached >= last else store.pending(work, doctype, reached)
    return Feed(found, reached, left, _revs(work, doctype, asked, found))


def _from(work: Work, doctype: str, asked: Asked, since: int) -> tuple[list[Change], int]:
    """The changes, and up to which seq every one was looked at."""
    if asked.selector is None:
        found = store.changes(work, doctype, since, asked.limit)
        return found, found[-1].seq if found else since
    node = selector.parse(asked.selector)
    kept: list[Change] = []
    while batch := store.changes(work, doctype, since, _BATCH):
        for change in batch:
            since = change.seq
            if selector.matches(node, {"_id": change.id, "_rev": change.rev, **change.body}):
                kept.append(change)
            if len(kept) == asked.limit:
                return kept, since
    return kept, since


def _among(work: Work, doctype: str, asked: Asked, ids: Sequence[str]) -> Feed:
    last = lists.last_seq(work, doctype)
    found = lists.changes_among(
        work, doctype, list(dict.fromkeys(ids)), last if asked.since is None else asked.since
    )
    if asked.descending:
        found.reverse()
    page = found[: asked.limit]
    reached = page[-1].seq if len(page) < len(found) else max(last, asked.since or 0)
    return Feed(page, reached, len(found) - len(page), _revs(work, doctype, asked, page))


def _revs(work: Work, doctype: str, asked: Asked, found: list[Change]) -> dict[str, list[str]]:
    if not asked.all_leaves or not found:
        return {}
    first, last = min(found[0].seq, found[-1].seq), max(found[0].seq, found[-1].seq)
    return lists.losing_revs(work, doctype, first - 1, last)
