"""The one decision: may this caller do this. Deny is the default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.kernel.caller import Caller, Grant, Verb
from cozy.kernel.routes import Need
from cozy.kernel.work import Work

from ..errors import NobodyIn, NotAllowed


def admit(caller: Caller, need: Need) -> None:
    """Let a caller through a route. Raises NobodyIn when logging in would help, NotAllowed when it would not."""
    if need.owner:
        if caller.kind != "owner":
            raise NobodyIn
    elif need.known:
        if caller.kind == "nobody":
            raise NobodyIn
    elif need.verb is not None and not may(caller, need.verb, need.doctype):
        raise NobodyIn if caller.kind == "nobody" else NotAllowed(verb=need.verb, doctype=need.doctype)


def may(caller: Caller, verb: Verb, doctype: str) -> bool:
    """Whether the caller holds any grant for this verb on this doctype, if only for some documents."""
    return any(_covers(grant, verb, doctype) for grant in caller.grants)


def may_all(caller: Caller, verb: Verb, doctype: str) -> bool:
    """Whether the caller holds a grant for every document of this doctype."""
    return may_use(caller, verb, doctype, None)


def may_use(
    caller: Caller, verb: Verb, doctype: str, ids: set[str] | None, body: Mapping[str, Any] | None = None
) -> bool:
    """Whether the caller may do this with a document: by its ids, those of what it is in among them, or its body.

    ids: None for every document of the doctype.
    """
    return any(
        _covers(grant, verb, doctype) and (not grant.values or (ids is not None and _picks(grant, ids, body)))
        for grant in caller.grants
    )


def guard(work: Work, verb: Verb, doctype: str, ids: set[str] | None, body: Mapping[str, Any] | None) -> None:
    """Let the caller do this with a document known under these ids, None for all. Raises NobodyIn, NotAllowed."""
    if work.caller.kind == "nobody":
        raise NobodyIn
    if not may_use(work.caller, verb, doctype, ids, body):
        raise NotAllowed(verb=verb, doctype=doctype)


def _picks(grant: Grant, ids: set[str], body: Mapping[str, Any] | None) -> bool:
    if not grant.selector:
        return bool(ids & set(grant.values))
    value: Any = body
    for name in grant.selector.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return isinstance(value, str) and value in grant.values


def _covers(grant: Grant, verb: Verb, doctype: str) -> bool:
    return verb in grant.verbs and (
        grant.doctype in {"*", doctype}
        or (grant.doctype.endswith(".*") and f"{doctype}.".startswith(grant.doctype[:-1]))
    )
