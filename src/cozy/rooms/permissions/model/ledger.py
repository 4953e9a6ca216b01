"""The words of the ledger: who used how much of which doctype, how, and when last."""

from __future__ import annotations

from msgspec import Struct

from cozy.kernel.caller import Kind, Verb

from . import Permission, Type


class Holder(Struct, frozen=True):
    """Who used something: the kind of a caller, and its name. name "": every one of that kind."""

    kind: Kind
    name: str = ""


class Entry(Struct, frozen=True):
    """A line: what a holder did with a doctype on a day. documents: how many were read or written, with repetitions."""

    day: str  # 2026-08-03, in UTC
    kind: Kind
    name: str
    doctype: str  # "*" for what there was of too many doctypes at once
    verb: Verb
    requests: int
    documents: int
    last_at: str  # RFC 3339
    title: str = ""  # as the holder was called then


class Picked(Struct, frozen=True, kw_only=True):
    """Which lines are meant. since, until: days, both included; "" for no bound."""

    holder: Holder | None = None
    doctype: str = ""
    since: str = ""
    until: str = ""


EVERYTHING = Picked()

_KINDS: dict[Type, Kind] = {
    "app": "app", "konnector": "konnector", "oauth": "client", "device": "device", "cli": "cli",
    "share": "share", "share-preview": "share", "share-interact": "share", "federated": "share",
}  # fmt: skip


def holder_of(permission: Permission) -> Holder:
    """Who holds a permission, as the ledger names them."""
    kind = _KINDS.get(permission.type, "nobody")
    return Holder(kind, permission.id if kind == "share" else permission.source_id)
