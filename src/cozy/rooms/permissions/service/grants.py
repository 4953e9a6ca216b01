"""Grants: what the owner lets an app, a connector, a device or a link do. One document each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from cozy.kernel.clock import parse
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

from .. import store
from ..errors import NoGrant, NothingKept
from ..events import GrantEnded
from ..model import PERMISSIONS, Permission, Rule, Type, body_of, from_body


def grant(
    work: Work,
    type_: Type,
    source_id: str,
    rules: Mapping[str, Rule],
    *,
    title: str = "",
    purpose: str = "",
    expires_at: str = "",
    metadata: Mapping[str, Any] | None = None,
) -> Permission:
    """Give an app, a connector or a client leave, in place of what it had."""
    current = store.of_source(work, type_, source_id)
    wanted = Permission(
        id=current.id if current else "", rev="", type=type_, source_id=source_id, rules=rules, title=title,
        purpose=purpose, expires_at=expires_at, metadata=metadata or {},
    )  # fmt: skip
    body = body_of(wanted)
    if current is None:
        return _permission(documents.create(work, PERMISSIONS, body))
    return _permission(documents.update(work, current, body))


def fetch(work: Work, id_: str) -> Permission:
    """A grant. Raises NoGrant."""
    found = documents.fetch_many(work, PERMISSIONS, [id_]).get(id_)
    if found is None:
        raise NoGrant(id=id_)
    return _permission(found)


def narrow(work: Work, permission: Permission, rules: Mapping[str, Rule]) -> Permission:
    """Leave these rules of it, and no others. Raises NothingKept."""
    if not rules:
        raise NothingKept(parameter="keep")
    return _changed(work, permission, replace(permission, rules=rules))


def set_end(work: Work, permission: Permission, expires_at: str) -> Permission:
    """Let a grant end at a moment; "" for no end. Publishes GrantEnded when that moment has come."""
    changed = _changed(work, permission, replace(permission, expires_at=expires_at))
    if has_ended(work, changed):
        work.publish(GrantEnded(permission.id, permission.type, permission.source_id))
    return changed


def _changed(work: Work, before: Permission, after: Permission) -> Permission:
    if body_of(after) == body_of(before):
        return before
    return _permission(documents.update(work, documents.fetch(work, PERMISSIONS, before.id), body_of(after)))


def of_source(work: Work, type_: Type, source_id: str) -> Permission | None:
    """What an app, a connector or a client was given."""
    found = store.of_source(work, type_, source_id)
    return _permission(found) if found else None


def of_code(work: Work, code: str) -> Permission | None:
    """What a link's code, or short code, opens."""
    found = store.of_code(work, code)
    return _permission(found) if found else None


def has_ended(work: Work, permission: Permission) -> bool:
    """Whether its time is over."""
    return bool(permission.expires_at) and parse(permission.expires_at) <= work.now


def withdraw(work: Work, permission: Permission) -> None:
    """Take a grant back, at once. Publishes GrantEnded."""
    documents.delete(work, documents.fetch(work, PERMISSIONS, permission.id))
    store.set_codes(work, permission.id, [])
    work.publish(GrantEnded(permission.id, permission.type, permission.source_id))


def all_(work: Work) -> list[Permission]:
    """Everything that anybody was given."""
    return [_permission(found) for found in store.all_(work)]


def _permission(found: Document) -> Permission:
    return from_body(found.id, found.rev, found.body)
