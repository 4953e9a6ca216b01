"""Who else may use a document: every grant that is not over, asked by the one decision."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct

from cozy.kernel.caller import Caller, Verb
from cozy.kernel.work import Work

from ..model import Permission, Rule, grant_of
from .decision import may, may_all, may_use
from .grants import all_, has_ended

Body = Mapping[str, Any]


class Other(Struct, frozen=True):
    """Somebody who may use documents of a doctype so. everything: each of them, whichever it is."""

    permission: Permission
    caller: Caller
    everything: bool


def others(work: Work, verb: Verb, doctype: str) -> list[Other]:
    """Everybody but the owner who may use any document of a doctype so."""
    callers = [(each, Caller("app", each.grants)) for each in all_(work) if not has_ended(work, each)]
    return [
        Other(each, caller, may_all(caller, verb, doctype))
        for each, caller in callers
        if may(caller, verb, doctype)
    ]


def among(
    known: Sequence[Other],
    verb: Verb,
    doctype: str,
    ids: Collection[str],
    body: Body,
    around: Sequence[Body] = (),
) -> list[Permission]:
    """Those of them who may use one document; ids, body, around: as `may_use` takes them."""
    return [
        other.permission
        for other in known
        if other.everything or may_use(other.caller, verb, doctype, ids, body, around)
    ]


def rules_about(permission: Permission, verb: Verb, doctype: str) -> dict[str, Rule]:
    """Of what a grant allows, what is about using documents of a doctype so."""
    return {
        title: rule
        for title, rule in permission.rules.items()
        if may(Caller("app", (grant_of(rule),)), verb, doctype)
    }
