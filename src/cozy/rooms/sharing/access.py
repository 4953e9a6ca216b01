"""Who may do what with a sharing: whoever holds what it is about."""

from __future__ import annotations

from collections.abc import Iterable

from cozy.kernel.caller import VERBS, Verb
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NobodyIn, NotAllowed
from cozy.rooms.permissions.model import Rule as Leave

from .model import SHARINGS, Rule, Sharing

_MAKERS = frozenset({"owner", "app", "client", "cli", "system"})


def decide(work: Work, rules: Iterable[Rule]) -> None:
    """Let the caller share, or decide about a sharing: they hold all that these rules are about.

    Raises NobodyIn, NotAllowed.
    """
    _check_maker(work)
    wanted = [_leave(rule, VERBS) for rule in rules]
    if not permissions.may_give(work.caller, wanted):
        raise NotAllowed(verb="POST", doctype=SHARINGS)


def look(work: Work, sharing: Sharing) -> None:
    """Let the caller see a sharing: they may read what one of its rules is about, or were invited to it.

    Raises NobodyIn, NotAllowed.
    """
    if work.caller.kind == "share" and _is_invited(work, sharing):
        return
    _check_maker(work)
    held = work.caller
    if not any(permissions.may_give(held, [_leave(rule, ("GET",))]) for rule in sharing.rules):
        raise NotAllowed(verb="GET", doctype=SHARINGS)


def _is_invited(work: Work, sharing: Sharing) -> bool:
    held = permissions.fetch(work, work.caller.permission)
    return held.type != "share" and held.source_id == sharing.id


def _check_maker(work: Work) -> None:
    if work.caller.kind == "nobody":
        raise NobodyIn
    if work.caller.kind not in _MAKERS:
        raise NotAllowed(verb="POST", doctype=SHARINGS)


def _leave(rule: Rule, verbs: tuple[Verb, ...]) -> Leave:
    return Leave(rule.doctype, verbs, rule.values, "" if rule.is_by_id else rule.selector)


def between_homes(work: Work, sharing_id: str, verb: Verb) -> None:
    """Let the home of a member do this with its sharing. Raises NobodyIn, NotAllowed."""
    permissions.guard(work, verb, SHARINGS, {sharing_id}, None)
