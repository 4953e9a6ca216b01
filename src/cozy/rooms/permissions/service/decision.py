"""The one decision: may this caller do this. Deny is the default."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from cozy.kernel.caller import Caller, Grant, Verb
from cozy.kernel.routes import Need
from cozy.kernel.selectors import texts
from cozy.kernel.work import Work

from ..errors import NobodyIn, NotAllowed
from ..model import WILDCARD, Rule, grant_of

Body = Mapping[str, Any]
SHARINGS = "io.cozy.sharings"


def admit(caller: Caller, need: Need) -> None:
    """Let a caller through a route. Raises NobodyIn when logging in would help, NotAllowed when it would not."""
    if need.owner or need.hoster:
        if caller.kind != ("hoster" if need.hoster else "owner"):
            raise NobodyIn
    elif caller.kind == "nobody" and (need.known or need.verb is not None):
        raise NobodyIn
    elif need.verb is not None and not may(caller, need.verb, need.doctype):
        raise NotAllowed(verb=need.verb, doctype=need.doctype)


def is_other_home(caller: Caller) -> bool:
    """Whether this is the home of somebody else, which is let in to what they share and nothing besides."""
    is_let_in = caller.kind == "client" and bool(caller.grants)
    return is_let_in and all(grant.doctype == SHARINGS and grant.values for grant in caller.grants)


def may(caller: Caller, verb: Verb, doctype: str) -> bool:
    """Whether the caller holds any grant for this verb on this doctype, if only for some documents."""
    return any(_covers(grant, verb, doctype) for grant in caller.grants)


def may_all(caller: Caller, verb: Verb, doctype: str) -> bool:
    """Whether the caller holds a grant for every document of this doctype."""
    return may_use(caller, verb, doctype, None)


def may_use(
    caller: Caller,
    verb: Verb,
    doctype: str,
    ids: Collection[str] | None,
    body: Body | None = None,
    around: Sequence[Body] = (),
) -> bool:
    """Whether the caller may do this with a document: by its ids, or by what its members hold.

    ids: None for every document of the doctype; else its own, and those of what it is in, such as folders.
    around: the members of what it is in, which a selector may name as well.
    """
    return any(
        _covers(grant, verb, doctype)
        and (not grant.values or (ids is not None and _picks(grant, ids, body, around)))
        for grant in caller.grants
    )


def guard(
    work: Work,
    verb: Verb,
    doctype: str,
    ids: Collection[str] | None,
    body: Body | None,
    around: Sequence[Body] = (),
) -> None:
    """Let the caller do this with a document known under these ids, None for all. Raises NobodyIn, NotAllowed."""
    if work.caller.kind == "nobody":
        raise NobodyIn
    if not may_use(work.caller, verb, doctype, ids, body, around):
        raise NotAllowed(verb=verb, doctype=doctype)


def may_give(caller: Caller, rules: Iterable[Rule]) -> bool:
    """Whether these rules are a part of what the caller holds. Everything there is can be given by nobody."""
    wanted = [grant_of(rule) for rule in rules]
    return all(grant.doctype != "*" for grant in wanted) and holds_all(caller.grants, wanted)


def holds_all(held: Sequence[Grant], wanted: Sequence[Grant]) -> bool:
    """Whether every one of these grants is a part of one that is held, as far as can be told without any document."""
    return all(any(_holds(one, grant) for one in held) for grant in wanted)


def common(held: Sequence[Grant], wanted: Sequence[Grant]) -> tuple[Grant, ...]:
    """What is left of `wanted` when each of its verbs has to be held as well."""
    kept = (
        replace(grant, verbs=tuple(v for v in grant.verbs if holds_all(held, [replace(grant, verbs=(v,))])))
        for grant in wanted
    )
    return tuple(grant for grant in kept if grant.verbs)


def _holds(grant: Grant, wanted: Grant) -> bool:
    """Whether whatever `wanted` opens, `grant` opens too, as far as can be told without looking at documents."""
    if not set(wanted.verbs) <= set(grant.verbs) or not _names(grant.doctype, wanted.doctype):
        return False
    if not grant.values:
        return True
    is_among = bool(wanted.values) and set(wanted.values) <= set(grant.values)
    return is_among and wanted.selector == grant.selector


def _picks(grant: Grant, ids: Collection[str], body: Body | None, around: Sequence[Body]) -> bool:
    if not grant.selector:
        return any(value in ids for value in grant.values)
    looked_at = around if body is None else (body, *around)
    return any(value in grant.values for members in looked_at for value in texts(members, grant.selector))


def _covers(grant: Grant, verb: Verb, doctype: str) -> bool:
    return verb in grant.verbs and _names(grant.doctype, doctype)


def _names(pattern: str, doctype: str) -> bool:
    """Whether a grant for `pattern` is one for this doctype, which may have a wildcard of its own."""
    return pattern in {"*", doctype} or (
        pattern.endswith(WILDCARD) and f"{doctype}.".startswith(pattern[:-1])
    )
