"""Which folders a change concerns: noted in the transaction of the change, so that nothing is ever missed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.kernel.bus import Change
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.files.model import FILES

from .. import store

_SEEN = ("type", "dir_id", "name", "path", "sha256", "updated_at", "executable")  # what the disk shows


def mark(work: Work) -> bool:
    """Note which folders this transaction changed; whether there are any, in a home that has a live folder."""
    ids: set[str] = set()
    for change in work.changes:
        if change.doctype == FILES and change.verb != "NOTIFIED":
            ids |= _folders(change)
    if not ids or not store.is_on(work):
        return False
    store.mark(work, sorted(ids), documents.last_seq(work))
    return True


def look_again(work: Work) -> bool:
    """Note all folders, in a home that has a live folder: a disk that lost its power, or somebody, may have changed them."""
    if not store.is_on(work):
        return False
    store.mark_all(work, documents.last_seq(work))
    return True


def _folders(change: Change) -> set[str]:
    before: Mapping[str, Any] = change.before
    now: Mapping[str, Any] = {} if change.verb == "DELETED" else change.body
    if all(before.get(name) == now.get(name) for name in _SEEN):
        return set()
    ids = {str(each["dir_id"]) for each in (before, now) if each.get("dir_id")}
    return ids | ({change.id} if "directory" in {before.get("type"), now.get("type")} else set())
