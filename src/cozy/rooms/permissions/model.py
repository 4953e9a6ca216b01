"""Permission: one grant that the owner gave, as a document (cozy-stack docs/permissions.md)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

import msgspec
from msgspec import Struct

from cozy.kernel.caller import VERBS, Grant, Verb

PERMISSIONS = "io.cozy.permissions"
Type = Literal["app", "konnector", "oauth", "cli", "share", "share-preview", "share-interact", "register"]


class Rule(Struct, frozen=True, omit_defaults=True, rename={"doctype": "type"}):
    """Leave to use some documents, under a title. verbs: empty for all of them, as `ALL` is."""

    doctype: str
    verbs: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    selector: str = ""
    description: str = ""


class Permission(Struct, frozen=True, kw_only=True, dict=True):
    """What one app, connector, device or link may do, and until when."""

    id: str
    rev: str
    type: Type
    source_id: str  # an app's slug, a client's id; for links, the app or client that made them
    rules: Mapping[str, Rule]  # by title
    codes: Mapping[str, str] = {}  # of a link: tokens by label
    shortcodes: Mapping[str, str] = {}
    password: str = ""  # hashed; "" where a link asks for none
    expires_at: str = ""  # RFC 3339; "" for no end
    title: str = ""  # who holds it, in words of their own
    purpose: str = ""
    metadata: Mapping[str, Any] = {}

    @cached_property
    def grants(self) -> tuple[Grant, ...]:
        """The same, as every room is asked about it."""
        return tuple(grant_of(rule) for rule in self.rules.values())


def grant_of(rule: Rule) -> Grant:
    """A rule as a caller holds it."""
    wanted = {verb.upper() for verb in rule.verbs}
    verbs: tuple[Verb, ...] = (
        VERBS if not wanted or "ALL" in wanted else tuple(v for v in VERBS if v in wanted)
    )
    return Grant(rule.doctype, verbs, rule.values, rule.selector)


def rules_of(raw: Any) -> dict[str, Rule]:
    """The rules that a manifest or a request spells, by title. Raises msgspec.ValidationError."""
    return msgspec.convert(raw, dict[str, Rule])


def body_of(permission: Permission) -> dict[str, Any]:
    """The members of the document."""
    raw: dict[str, Any] = msgspec.to_builtins(permission)
    body = {name: value for name, value in raw.items() if value and name not in {"id", "rev", "rules"}}
    return {**body, "permissions": raw["rules"]}


def from_body(id_: str, rev: str, body: Mapping[str, Any]) -> Permission:
    """The permission that a document holds."""
    known = {name: body[name] for name in Permission.__struct_fields__ if body.get(name) is not None}
    return msgspec.convert({**known, "id": id_, "rev": rev, "rules": body.get("permissions", {})}, Permission)
