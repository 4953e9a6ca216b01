"""Locks (RFC 4918 §6, §7): who holds a place, who may change it meanwhile, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from msgspec.structs import replace

from cozy.dav.bodies import LockInfo
from cozy.dav.conditions import submitted
from cozy.kernel.clock import iso
from cozy.kernel.work import Work

from ..errors import IsLocked, LockConflict, NotYourLock, TooManyLocks, Unfulfilled, WrongLockToken
from ..model import LOCKS_LIMIT, Expected, Lock, above, href, is_below
from ..store import locks as store

forget_at = store.drop_at
forget_below = store.drop_below
forget_expired = store.drop_expired


def covering(work: Work, path: str) -> list[Lock]:
    """The locks that bind what is at a path."""
    return [lock for lock in store.around(work, path) if lock.covers(path)]


def around(work: Work, path: str) -> list[Lock]:
    """The same, and those on what is inside it."""
    return store.around(work, path)


def guard(work: Work, expected: Expected, path: str, *, is_new: bool = False, tree: bool = False) -> None:
    """Let the caller change what is at a path, with a token of each lock in the way.

    is_new: it comes or goes, which changes the folder above as well (§7.4); tree: all that is inside changes with it.
    Raises IsLocked.
    """
    near = store.around(work, path)
    _open(work, expected, [lock for lock in near if lock.covers(path)])
    if is_new:
        _open(work, expected, [lock for lock in near if lock.covers(above(path))])
    if tree:
        for root in dict.fromkeys(lock.path for lock in near if is_below(lock.path, path)):
            _open(work, expected, [lock for lock in near if lock.path == root])


def _open(work: Work, expected: Expected, locks: Sequence[Lock]) -> None:
    """Of the locks on one resource, the caller needs the token of one that is theirs."""
    if not locks:
        return
    known, mine = submitted(expected.if_), holder_of(work)
    if not any(lock.token in known and lock.holder == mine for lock in locks):
        raise IsLocked(hrefs=_hrefs(expected, locks))


def _hrefs(expected: Expected, locks: Sequence[Lock]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(href(lock.path, is_folder=False, top=expected.top) for lock in locks))


def holder_of(work: Work) -> str:
    """Who holds the locks that the caller makes."""
    return f"{work.caller.kind}:{work.caller.name or work.caller.session}"


def take(work: Work, expected: Expected, path: str, info: LockInfo, *, is_deep: bool, timeout_s: int) -> Lock:
    """Lock a place. Raises LockConflict, TooManyLocks."""
    in_the_way = [
        lock
        for lock in store.around(work, path)
        if (lock.covers(path) or is_deep) and "exclusive" in {lock.scope, info.scope}
    ]
    if in_the_way:
        is_inside = all(is_below(lock.path, path) for lock in in_the_way)
        raise LockConflict(hrefs=_hrefs(expected, in_the_way), is_inside=is_inside)
    if store.count(work) >= LOCKS_LIMIT:
        store.drop_expired(work)
        if store.count(work) >= LOCKS_LIMIT:
            raise TooManyLocks(limit=LOCKS_LIMIT)
    lock = Lock(
        f"urn:uuid:{uuid4()}", path, is_deep, info.scope, info.owner, holder_of(work), timeout_s,
        iso(work.now + timedelta(seconds=timeout_s)),
    )  # fmt: skip
    store.add(work, lock)
    return lock


def refresh(work: Work, expected: Expected, path: str, timeout_s: int) -> Lock:
    """Let a lock that binds this path live longer (§9.10.2). Raises Unfulfilled, NotYourLock."""
    known = submitted(expected.if_)
    lock = next((each for each in covering(work, path) if each.token in known), None)
    if lock is None:
        raise Unfulfilled(header="If")
    _check_holder(work, lock)
    store.extend(work, lock.token, timeout_s)
    return replace(lock, timeout_s=timeout_s, expires_at=iso(work.now + timedelta(seconds=timeout_s)))


def give_back(work: Work, path: str, token: str) -> None:
    """Unlock. Raises WrongLockToken, NotYourLock."""
    lock = store.one(work, token)
    if lock is None or not lock.covers(path):
        raise WrongLockToken
    _check_holder(work, lock)
    store.drop(work, token)


def _check_holder(work: Work, lock: Lock) -> None:
    """The owner may end any lock from inside."""
    if lock.holder != holder_of(work) and work.caller.kind != "owner":
        raise NotYourLock
