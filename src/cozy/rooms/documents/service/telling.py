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
    veiled = access.rules_of(work, now.doctype).veiled
    body, was = _shown(now.body, veiled), _shown(before.body if before else {}, veiled)
    if now.deleted:
        return Change("DELETED", now.doctype, now.id, now.rev, body, was, now.seq)
    is_first = before.deleted if before else generation(now.rev) == 1
    return Change("CREATED" if is_first else "UPDATED", now.doctype, now.id, now.rev, body, was, now.seq)


def _shown(body: Mapping[str, Any], veiled: tuple[str, ...]) -> Mapping[str, Any]:
    there = {name: True for name in veiled if body.get(name)}
    return {**body, **there} if there else body
