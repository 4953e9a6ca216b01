"""What those who listen are told of a document that was written, one change for each seq."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.kernel.bus import Change
from cozy.kernel.work import Work

from .. import access
from ..model import Document, generation


def tell(work: Work, before: Document | None, now: Document) -> None:
    """Let those who listen hear of it once it is durable."""
    work.changes.append(told(work, before, now))


def told(work: Work, before: Document | None, now: Document) -> Change:
    """What they are told, without what is nobody's business.

    before: None when there was none, or when it is not known any more.
    """
    hidden = access.rules_of(work, now.doctype).hidden
    body, was = _shown(now.body, hidden), _shown(before.body if before else {}, hidden)
    if now.deleted:
        return Change("DELETED", now.doctype, now.id, now.rev, body, was, now.seq)
    is_first = before.deleted if before else generation(now.rev) == 1
    return Change("CREATED" if is_first else "UPDATED", now.doctype, now.id, now.rev, body, was, now.seq)


def _shown(body: Mapping[str, Any], hidden: tuple[str, ...]) -> Mapping[str, Any]:
    return {name: value for name, value in body.items() if name not in hidden} if hidden else body
