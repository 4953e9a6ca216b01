"""Who else may use a document: every grant that is not over, asked by the one decision."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from cozy.kernel.caller import Caller, Verb
from cozy.kernel.clock import parse
from cozy.kernel.work import Work

from ..model import LINKS, Permission, Rule, Type, grant_of
from ..ports import People
from .decision import may, may_all, may_use
from .grants import all_, has_ended
from .telling import Line, last_day, lines

Body = Mapping[str, Any]


class Other(Struct, frozen=True):
    """Somebody who may use documents of a doctype so. everything: each of them, whichever it is."""

    permission: Permission
    caller: Caller
    everything: bool


class Onlooker(Struct, frozen=True):
    """Somebody else who sees a document, as people are told. name: "" for whoever has a link; lines: what they may do
    with such documents; until: their last day, None for no end.
    """

    id: str  # of the grant
    type: Type
    name: str
    lines: list[Line]
    until: date | None

    @property
    def url(self) -> str:
        """The page about what was allowed to them."""
        return f"/my/shared/people/{self.id}" if self.type == "member" else f"/my/access/grants/{self.id}"


def others(work: Work, verb: Verb, doctype: str) -> list[Other]:
    """Everybody but the owner who may use any document of a doctype so; members of sharings come first."""
    members = [each for plugged in work.plugged(People) for each in plugged.seers(work, doctype)]
    holders = [each for each in holding(work) if not has_ended(work, each)]
    callers = [(each, Caller("app", each.grants)) for each in (*members, *holders)]
    return [
        Other(each, caller, may_all(caller, verb, doctype))
        for each, caller in callers
        if may(caller, verb, doctype)
    ]


def holding(work: Work) -> list[Permission]:
    """Every grant that stands for who holds it, but those by which people are let in who are told of otherwise."""
    found = all_(work)
    told = {id_ for plugged in work.plugged(People) for id_ in plugged.tells(work, found)}
    return [each for each in found if each.id not in told]


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


def onlookers(work: Work, doctype: str, permissions: Sequence[Permission]) -> list[Onlooker]:
    """Those who hold these grants, as people are told of who sees a document."""
    return [
        Onlooker(
            each.id, each.type, name_of(each), lines(work, rules_about(each, "GET", doctype)),
            last_day(work, parse(each.expires_at)) if each.expires_at else None,
        )
        for each in permissions
    ]  # fmt: skip


def name_of(permission: Permission) -> str:
    """What somebody who holds a grant is called; "" for whoever has a link."""
    if permission.type in LINKS:
        return ""
    return permission.title or permission.source_id.replace("-", " ").capitalize()
