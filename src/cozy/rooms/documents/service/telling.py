"""What those who listen are told of a document that was written, one change for each seq."""

from __future__ import annotations

from cozy.kernel.bus import Change
from cozy.kernel.work import Work

from ..model import Document, generation


def tell(work: Work, before: Document | None, now: Document) -> None:
    """Let those who listen hear of it once it is durable."""
    work.changes.append(told(before, now))


def told(before: Document | None, now: Document) -> Change:
    """before: None when there was none, or when it is not known any more."""
    was = before.body if before else {}
    if now.deleted:
        return Change("DELETED", now.doctype, now.id, now.rev, now.body, was, now.seq)
    is_first = before.deleted if before else generation(now.rev) == 1
    return Change("CREATED" if is_first else "UPDATED", now.doctype, now.id, now.rev, now.body, was, now.seq)
