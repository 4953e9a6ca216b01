"""Shares as they are kept: found, listed, written; what opens them is locked."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.kernel.safe import CannotOpen, Safe
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.documents.model import Query
from cozy.rooms.documents.ports import Doctype

from ..errors import NoShare
from ..model import SECRET, SHARES, Share, body_of, from_body

LIMIT = 1000
DOCTYPES = [Doctype(SHARES, is_readable=False, is_writable=False, veiled=(SECRET,))]


def fetch(work: Work, share_id: str) -> Share:
    """A share, whatever its state. Raises NoShare."""
    try:
        found = documents.fetch(work, SHARES, share_id)
    except NoDocument as error:
        raise NoShare(id=share_id[:100]) from error
    return from_body(found.id, found.rev, found.body)


def listed(work: Work, **members: Any) -> list[Share]:
    """Those whose members are these, the newest first."""
    found = documents.find(work, SHARES, Query(selector=members, limit=LIMIT)).documents
    shares = [from_body(each.id, each.rev, each.body) for each in found]
    return sorted(shares, key=lambda each: (each.created_at, each.id), reverse=True)


def add(work: Work, share: Share, secret: str) -> Share:
    """Keep a new one, under the id that it has."""
    kept = replace(share, locked=_safe(work).lock(work.settings, work.home, _about(share), secret.encode()))
    made = documents.create(work, SHARES, body_of(kept), id_=share.id)
    return replace(kept, rev=made.rev)


def put(work: Work, share: Share, **changes: Any) -> Share:
    """Keep a share with something else said of it. Raises NoShare."""
    try:
        current = documents.fetch(work, SHARES, share.id)
    except NoDocument as error:
        raise NoShare(id=share.id) from error
    kept = replace(from_body(current.id, current.rev, current.body), **changes)
    if body_of(kept) == dict(current.body):
        return kept
    return replace(kept, rev=documents.update(work, current, body_of(kept)).rev)


def remove(work: Work, share: Share) -> None:
    """Forget a share."""
    documents.delete(work, documents.fetch(work, SHARES, share.id))


def secret_of(work: Work, share: Share) -> str:
    """What opens it; "" where it cannot be read any more, since the host's key is another one."""
    try:
        return _safe(work).unlock(work.settings, work.home, _about(share), share.locked).decode()
    except CannotOpen:
        return ""


def _safe(work: Work) -> Safe:
    safe: Safe = work.plugged(Safe)[0]
    return safe


def _about(share: Share) -> str:
    """What a secret is locked for: it opens nothing under another share, nor at another server."""
    return msgspec.json.encode(["federation", share.id, share.direction, share.server]).decode()


def unasked(work: Work) -> Work:
    """The same work, for what follows from something that was allowed."""
    return dataclasses.replace(work, caller=SYSTEM)
