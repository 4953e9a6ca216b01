"""Grants into their documents, and into what they are found by."""

from __future__ import annotations

from cozy.kernel.clock import parse
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

from .. import store
from ..events import GrantDue, GrantEnded
from ..model import LINKS, PERMISSIONS, Permission, body_of, from_body, grant_of
from ..store.links import Target


def permission_of(found: Document) -> Permission:
    """The permission that a document holds."""
    return from_body(found.id, found.rev, found.body)


def add(work: Work, new: Permission) -> Permission:
    """Keep a new grant, under its id where it has one."""
    made = documents.create(work, PERMISSIONS, body_of(new), id_=new.id or None)
    return _indexed(work, permission_of(made), "")


def replace(work: Work, before: Permission, after: Permission) -> Permission:
    """Keep a grant as it is from now on; nothing is written when nothing changes."""
    if body_of(after) == body_of(before):
        return before
    current = documents.fetch(work, PERMISSIONS, before.id)
    kept = permission_of(documents.update(work, current, body_of(after)))
    return _indexed(work, kept, before.expires_at)


def remove(work: Work, gone: Permission) -> None:
    """Forget a grant. Publishes GrantEnded."""
    documents.delete(work, documents.fetch(work, PERMISSIONS, gone.id))
    store.links.set_codes(work, gone.id, ())
    store.links.set_targets(work, gone.id, ())
    store.links.seal(work, gone.id, "")
    work.publish(GrantEnded(gone.id, gone.type, gone.source_id))


def _indexed(work: Work, kept: Permission, known_end: str) -> Permission:
    if kept.type in LINKS:
        store.links.set_codes(work, kept.id, {*kept.codes.values(), *kept.shortcodes.values()})
    if kept.type == "share":
        store.links.set_targets(work, kept.id, _targets(kept))
    if kept.expires_at and kept.expires_at != known_end:
        work.plan(GrantDue(kept.id, kept.expires_at), parse(kept.expires_at))
    return kept


def _targets(kept: Permission) -> set[Target]:
    return {
        Target(grant.doctype, grant.selector, value)
        for grant in map(grant_of, kept.rules.values())
        for value in grant.values or ("",)
    }
