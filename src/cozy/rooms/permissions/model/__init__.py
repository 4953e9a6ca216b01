"""Permission: one grant that the owner gave, as a document (cozy-stack docs/permissions.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

import msgspec
from msgspec import Struct

from cozy.kernel.caller import VERBS, Grant, Verb

from ..errors import BadDoctype, BadRule

PERMISSIONS = "io.cozy.permissions"
Type = Literal[
    "app",
    "konnector",
    "oauth",
    "device",
    "cli",
    "share",
    "share-preview",
    "share-interact",
    "register",
    "member",
    "federated",
]  # a member of a sharing holds no document: see `ports.People`; federated: somebody at a server of another kind
LINKS: frozenset[Type] = frozenset({"share", "share-preview", "share-interact"})  # what a code opens
TITLES_LIMIT = 500  # rules of one permission
WILDCARD = ".*"

_SOURCES: Mapping[str, str] = {
    "app": "io.cozy.apps/",
    "konnector": "io.cozy.konnectors/",
    "share-preview": "io.cozy.sharings/",
    "share-interact": "io.cozy.sharings/",
}
_DOCTYPE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
LEAST_DOTS = (
    3  # of a doctype with a wildcard: `io.cozy.bank.*` is one, `io.cozy.*` would be nearly everything
)


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
    source_id: (
        str  # an app's slug, a client's id; of a link, the document of who made it, `io.cozy.apps/drive`
    )
    rules: Mapping[str, Rule]  # by title
    codes: Mapping[str, str] = {}  # of a link: tokens by label
    shortcodes: Mapping[str, str] = {}
    password: bool = False  # whether a link asks for one; what is kept of it is in no document
    look_only: bool = False  # whether a link shows pages only: its codes are no tokens, so no program can take what it opens
    expires_at: str = ""  # RFC 3339; "" for no end
    title: str = ""  # who holds it, in words of their own
    purpose: str = ""
    metadata: Mapping[str, Any] = {}  # the document's `cozyMetadata`

    @cached_property
    def grants(self) -> tuple[Grant, ...]:
        """The same, as every room is asked about it."""
        return tuple(grant_of(rule) for rule in self.rules.values())

    @property
    def is_link(self) -> bool:
        """Whether a code opens it."""
        return self.type in LINKS

    @property
    def source(self) -> str:
        """The document that it belongs to: `io.cozy.apps/drive`; of a client, its id."""
        return source_of(self.type, self.source_id)

    @property
    def maker(self) -> str:
        """The document under which the links that it makes are known."""
        return self.source_id if self.type == "share" else self.source


def source_of(type_: Type, source_id: str) -> str:
    """The `source_id` that a document holds: that of an app is `io.cozy.apps/` and its slug."""
    prefix = _SOURCES.get(type_, "")
    return source_id if source_id.startswith(prefix) else prefix + source_id


def grant_of(rule: Rule) -> Grant:
    """A rule as a caller holds it."""
    wanted = {verb.upper() for verb in rule.verbs}
    verbs: tuple[Verb, ...] = (
        VERBS if not wanted or "ALL" in wanted else tuple(v for v in VERBS if v in wanted)
    )
    return Grant(rule.doctype, verbs, rule.values, "" if rule.selector in {"id", "_id"} else rule.selector)


def rule_of(grant: Grant) -> Rule:
    """A grant as the API spells it."""
    return Rule(grant.doctype, () if grant.verbs == VERBS else grant.verbs, grant.values, grant.selector)


def rules_of(raw: Any) -> dict[str, Rule]:
    """The rules that a manifest or a request spells, by title.

    Raises msgspec.ValidationError when they have no such shape, BadDoctype, BadRule.
    """
    rules = msgspec.convert(_filled(raw), dict[str, Rule])
    if len(rules) > TITLES_LIMIT:
        raise BadRule(limit=TITLES_LIMIT)
    for rule in rules.values():
        check(rule)
    return rules


def _filled(raw: Any) -> Any:
    """Without the members that are null, as some manifests have them."""
    if not isinstance(raw, Mapping):
        return raw
    return {
        title: {name: value for name, value in rule.items() if value is not None}
        if isinstance(rule, Mapping)
        else rule
        for title, rule in raw.items()
    }


def check(rule: Rule) -> None:
    """Raises BadDoctype for a doctype that no grant can be about, BadRule for a verb that there is not."""
    name = rule.doctype
    if name.endswith(WILDCARD) and name.count(".") >= LEAST_DOTS:
        name = name.removesuffix(WILDCARD)
    if not _DOCTYPE.fullmatch(name):
        raise BadDoctype(f"{rule.doctype[:200]} is not a valid doctype name")
    if not {"ALL", *VERBS} >= set(rule.verbs):
        raise BadRule


def body_of(permission: Permission) -> dict[str, Any]:
    """The members of the document."""
    raw: dict[str, Any] = msgspec.to_builtins(permission)
    skipped = {"id", "rev", "rules", "metadata"}
    body = {name: value for name, value in raw.items() if value and name not in skipped}
    metadata = {"cozyMetadata": raw["metadata"]} if raw["metadata"] else {}
    return {**body, "source_id": permission.source, "permissions": raw["rules"], **metadata}


def from_body(id_: str, rev: str, body: Mapping[str, Any]) -> Permission:
    """The permission that a document holds."""
    known = {name: body[name] for name in Permission.__struct_fields__ if body.get(name) is not None}
    kept = {
        "id": id_,
        "rev": rev,
        "rules": body.get("permissions", {}),
        "metadata": body.get("cozyMetadata", {}),
        "source_id": str(body.get("source_id", "")).removeprefix(_SOURCES.get(body["type"], "")),
        "password": bool(body.get("password")),
        "look_only": bool(body.get("look_only")),
    }
    return msgspec.convert({**known, **kept}, Permission)
