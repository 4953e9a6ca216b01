"""Who sees what by sharings, for the pages that say who sees something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from cozy.kernel.work import Work
from cozy.rooms.permissions.model import Permission
from cozy.rooms.permissions.model import Rule as Leave
from cozy.rooms.permissions.ports import Somebody

from ..model import SHARINGS, Sharing
from . import keeping, people


class People:
    """Members of sharings, as the room permissions asks for them."""

    def seers(self, work: Work, doctype: str) -> Sequence[Permission]:
        """The members who have accepted and see documents of a doctype, each once."""
        found: dict[str, Permission] = {}
        rules: dict[str, dict[str, Leave]] = defaultdict(dict)
        for sharing in keeping.active(work):
            if all(rule.local or rule.doctype != doctype for rule in sharing.rules):
                continue
            for index in _seeing(sharing):
                member = sharing.members[index]
                key = people.key_of(member)
                rules[key] |= _leave(sharing, index)
                found[key] = Permission(
                    id=key, rev="", type="member", source_id=sharing.id, rules=rules[key], title=member.called
                )
        return list(found.values())

    def everybody(self, work: Work) -> Sequence[Somebody]:
        """Those who see something of this home, or were invited to it, by name."""
        known = [each for each in people.everybody(work) if each.sees]
        return [Somebody(each.name, f"/my/shared/people/{each.key}", each.taken) for each in known]

    def tells(self, work: Work, permissions: Sequence[Permission]) -> Collection[str]:
        """The grants of the homes of members, and of the codes that they were given."""
        known = {each.id for each in keeping.all_(work)} if permissions else set()
        return [each.id for each in permissions if _is_of(each, known)]


def _is_of(permission: Permission, known: Collection[str]) -> bool:
    """Whether a grant belongs to one of these sharings."""
    if permission.type in {"share-preview", "share-interact"}:
        return permission.source_id in known
    rules = permission.rules.values()
    return bool(rules) and all(rule.doctype == SHARINGS and set(rule.values) & set(known) for rule in rules)


def _seeing(sharing: Sharing) -> Iterator[int]:
    """The others who have a copy, or look at this home's."""
    for index, member in enumerate(sharing.members):
        if index != sharing.me and member.status in {"owner", "ready"}:
            yield index


def _leave(sharing: Sharing, index: int) -> dict[str, Leave]:
    """What they may do, as a grant would say it."""
    verbs = ("GET",) if sharing.is_read_only(index) else ()
    return {
        f"{sharing.id}/{at}": Leave(rule.doctype, verbs, rule.values, "" if rule.is_by_id else rule.selector)
        for at, rule in enumerate(sharing.rules)
        if not rule.local
    }
