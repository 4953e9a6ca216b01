"""Grants: what the owner lets an app, a connector, a device or a link do. One document each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from cozy.kernel.bus import Change
from cozy.kernel.caller import Grant
from cozy.kernel.clock import parse
from cozy.kernel.work import Work

from .. import store
from ..errors import NoGrant, NothingKept, NotYours
from ..events import GrantDue, GrantEnded
from ..model import PERMISSIONS, Permission, Rule, Type, grant_of, source_of
from ..ports import Givers
from . import history, keeping
from .decision import common, holds_all

_NAMED: tuple[Type, ...] = (
    "app",
    "konnector",
)  # whose documents say what they are; a client is known by its id alone


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
    known = of_source(work, type_, source_id)
    slug = source_id if type_ in {"app", "konnector"} else ""
    wanted = Permission(
        id=known.id if known else "", rev=known.rev if known else "", type=type_, source_id=source_id, rules=rules,
        title=title, purpose=purpose, expires_at=expires_at,
        metadata=history.touched(work, slug, known.metadata, metadata) if known else history.new(work, slug, metadata),
    )  # fmt: skip
    return keeping.replace(work, known, wanted) if known else keeping.add(work, wanted)


def fetch(work: Work, id_: str) -> Permission:
    """A grant, ended or not. Raises NoGrant."""
    found = of_id(work, id_)
    if found is None:
        raise NoGrant(id=id_)
    return found


def of_id(work: Work, id_: str) -> Permission | None:
    """The grant of this id, ended or not."""
    found = store.permissions.by_ids(work, [id_]).get(id_)
    return keeping.permission_of(found) if found else None


def of_source(work: Work, type_: Type, source_id: str) -> Permission | None:
    """What an app, a connector or a client was given."""
    found = store.permissions.of_source(work, type_, source_id)
    return keeping.permission_of(found) if found else None


def of_code(work: Work, code: str) -> Permission | None:
    """What a link's code, or short code, opens."""
    id_ = store.links.of_code(work, code)
    return of_id(work, id_) if id_ else None


def giver_of(work: Work, link: Permission) -> Permission | None:
    """The grant of the app or client that made a link; None where the owner did, or where it is gone."""
    if link.type != "share" or not link.source_id:
        return None
    for type_ in _NAMED:
        if link.source_id.startswith(source_of(type_, "")):
            return of_source(work, type_, link.source_id)
    return of_source(work, "oauth", link.source_id)


def still_given(work: Work, link: Permission, giver: Permission) -> tuple[Grant, ...]:
    """What a link opens by now: nothing that the app or client that made it may not use itself any more."""
    for port in work.plugged(Givers):
        left: tuple[Grant, ...] | None = port(work, link, giver)
        if left is not None:
            return left
    return common(giver.grants, link.grants)


def opened_by(work: Work, link: Permission) -> tuple[Grant, ...]:
    """What a link opens at this moment: nothing any more once whoever made it may do nothing here."""
    if link.type != "share" or not link.source_id:
        return link.grants
    giver = giver_of(work, link)
    return still_given(work, link, giver) if giver and not has_ended(work, giver) else ()


def has_ended(work: Work, permission: Permission) -> bool:
    """Whether its time is over."""
    return bool(permission.expires_at) and parse(permission.expires_at) <= work.now


def narrow(work: Work, permission: Permission, rules: Mapping[str, Rule]) -> Permission:
    """Leave these rules of it, and no others. Raises NothingKept, and NotYours for what it did not allow before."""
    if not rules:
        raise NothingKept(parameter="keep")
    if not holds_all(permission.grants, [grant_of(rule) for rule in rules.values()]):
        raise NotYours
    return keeping.replace(work, permission, replace(permission, rules=rules))


def set_end(work: Work, permission: Permission, expires_at: str) -> Permission:
    """Let a grant end at a moment (RFC 3339); "" for no end. Publishes GrantEnded when that moment has come."""
    changed = keeping.replace(work, permission, replace(permission, expires_at=expires_at))
    if has_ended(work, changed) and not has_ended(work, permission):
        work.publish(GrantEnded(changed.id, changed.type, changed.source_id))
    return changed


def end_due(work: Work, due: GrantDue) -> None:
    """The end of a grant has come: tell who keeps something open for it. Publishes GrantEnded.

    Nothing happens where the grant is gone, or another end was set since.
    """
    permission = of_id(work, due.permission)
    if permission and permission.expires_at == due.expires_at and has_ended(work, permission):
        work.changes.append(
            Change("NOTIFIED", PERMISSIONS, permission.id)
        )  # for who waits or listens by its leave
        work.publish(GrantEnded(permission.id, permission.type, permission.source_id))


def withdraw(work: Work, permission: Permission) -> None:
    """Take a grant back, at once, and the links that its holder made. Publishes GrantEnded for each."""
    keeping.remove(work, permission)
    if not permission.is_link:
        withdraw_links(work, permission.maker)


def links_by(work: Work, maker: str) -> list[Permission]:
    """The links that an app or a client made. maker: `io.cozy.apps/drive`, a client's id."""
    return [keeping.permission_of(found) for found in store.permissions.made_by(work, maker)]


def withdraw_links(work: Work, maker: str) -> int:
    """Take every link back that an app or a client made; returns how many. maker: as of `links_by`.

    Publishes GrantEnded for each.
    """
    made = links_by(work, maker)
    for link in made:
        keeping.remove(work, link)
    return len(made)


def all_(work: Work) -> list[Permission]:
    """Everything that anybody was given."""
    return [keeping.permission_of(found) for found in store.permissions.all_(work)]
