"""Links into a drive of this home, which its members make too: each is about one thing in it (cozy-stack docs/shared-drives.md).

What such a link opens is looked up at each visit: nothing that its maker may not do any more, and nothing that left the drive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from cozy.kernel.caller import VERBS, Caller, Grant, Verb
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NoFile
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import BadRule
from cozy.rooms.permissions.model import Permission, Rule, grant_of
from cozy.rooms.sharing import service as sharings

from ..errors import LinkedAlready, NoLinkHere, NotInDrive, NotYourLink, OnlyToLook, WhichLinks
from ..model import FILES, SHARINGS, Opened
from .listing import root_of
from .opening import READING, allowed

MOST = 100  # things whose links are asked for at once


def of(work: Work, ids: Sequence[str]) -> list[Permission]:
    """The links to these things of the drive; who may only look sees those that only show. Raises WhichLinks, NotAllowed."""
    if not 0 < len(ids) <= MOST:
        raise WhichLinks(parameter="ids")
    found = [link for id_ in dict.fromkeys(ids) for link in _to(work, _asked_for(work, id_))]
    is_reader = not _verbs(work.caller) - set(READING)
    return [link for link in found if not is_reader or _only_shows(link)]


def _asked_for(work: Work, id_: str) -> str:
    try:
        allowed(work, "GET", id_)
    except Problem as error:
        raise WhichLinks(parameter="ids") from error
    return id_


def _to(work: Work, id_: str) -> list[Permission]:
    """The links to one thing that have not ended, whoever made them."""
    named = permissions.links.naming(sharings.keeping.unasked(work), FILES, id_)
    living = [link for link in named if not permissions.has_ended(work, link)]
    return [link for link in living if _named_by(link.rules) == id_]


def giver(work: Work, drive: Opened, rules: Mapping[str, Rule]) -> Caller:
    """The caller as who may give on the one thing that a new link is about.

    Raises NotInDrive, OnlyToLook, LinkedAlready, CannotShare.
    """
    permissions.links.admit(drive.caller)
    target = _target(work, rules)
    _check_verbs(drive.caller, rules)
    if _to(work, target):
        raise LinkedAlready
    return _narrowed(drive.caller, target)


def changer(work: Work, drive: Opened, link_id: str, rules: Mapping[str, Rule]) -> Caller:
    """The same for a link that is to be changed, or taken back. rules: what it shall open, if that changes.

    Raises NoLinkHere, NotYourLink, NotInDrive, OnlyToLook, CannotShare, BadRule.
    """
    permissions.links.admit(drive.caller)
    link = _link(work, link_id)
    target = _target(work, link.rules)
    if drive.is_member and link.maker != permissions.links.maker_of(work):
        raise NotYourLink
    if rules:
        if _target(work, rules) != target:
            raise NotInDrive
        if not rules.keys() <= link.rules.keys():
            raise BadRule  # under another title it would be added to what the link opens
        _check_verbs(drive.caller, rules)
    return _narrowed(drive.caller, target)


def _link(work: Work, link_id: str) -> Permission:
    try:
        link = permissions.fetch(work, link_id)
    except Problem as error:
        raise NoLinkHere from error
    if link.type != "share":
        raise NoLinkHere
    return link


def _target(work: Work, rules: Mapping[str, Rule]) -> str:
    """The one thing of the drive that these rules are about. Raises NotInDrive."""
    named = _named_by(rules)
    try:
        allowed(work, "GET", named)
    except Problem as error:
        raise NotInDrive from error
    return named


def _named_by(rules: Mapping[str, Rule]) -> str:
    """The id of the one file or folder that these rules are about; "" where they are about anything else."""
    if len(rules) != 1:
        return ""
    (grant,) = (grant_of(rule) for rule in rules.values())
    return grant.values[0] if grant.doctype == FILES and not grant.selector and len(grant.values) == 1 else ""


def _check_verbs(caller: Caller, rules: Mapping[str, Rule]) -> None:
    if any(set(grant_of(rule).verbs) - _verbs(caller) for rule in rules.values()):
        raise OnlyToLook


def _verbs(caller: Caller) -> set[Verb]:
    return {verb for grant in caller.grants if grant.doctype == FILES for verb in grant.verbs}


def _only_shows(link: Permission) -> bool:
    return all(set(grant.verbs) <= set(READING) for grant in link.grants)


def _narrowed(caller: Caller, target: str) -> Caller:
    verbs = tuple(verb for verb in VERBS if verb in _verbs(caller))
    return replace(caller, grants=(Grant(FILES, verbs, (target,)),))


def still_given(work: Work, link: Permission, giver: Permission) -> tuple[Grant, ...] | None:
    """What a link that the home of a member made opens by now; None for those of anybody else."""
    if giver.type != "oauth" or not any(grant.doctype == SHARINGS for grant in giver.grants):
        return None
    found = sharings.of_client(work, giver.source_id)
    if found is None:
        return ()
    sharing, index = found
    if not sharing.drive or not sharing.active or sharing.members[index].status != "ready":
        return ()
    held = set(READING if sharing.is_read_only(index) else VERBS)
    kept = [
        replace(grant, verbs=tuple(verb for verb in grant.verbs if verb in held))
        for grant in link.grants
        if grant.doctype == FILES and all(_is_inside(work, id_, root_of(sharing)) for id_ in grant.values)
    ]
    return tuple(grant for grant in kept if grant.values and grant.verbs)


def _is_inside(work: Work, id_: str, root: str) -> bool:
    unasked = sharings.keeping.unasked(work)
    try:
        file = files.fetch(unasked, id_)
    except NoFile:
        return False
    return id_ == root or any(folder.id == root for folder in files.ancestors(unasked, file))
