"""Somebody is invited once more: who was taken out, who was not told, whose home knows this one no more."""

from __future__ import annotations

from msgspec.structs import replace

from cozy.kernel.work import Work

from .. import access
from ..errors import NoMember, WrongState
from ..events import MembersChanged
from ..model import Member, Sharing
from . import ending, inviting, keeping, making, members


def invite_again(work: Work, sharing_id: str, index: int, *, read_only: bool) -> Sharing:
    """The sharing with a member of it invited anew; what was between the two homes before counts no more.

    Publishes InvitationDue, MembersChanged; MemberLeft for who was in. Raises NoSharing, NobodyIn, NotAllowed, NoMember,
    WrongState on a member's home, TooManyMembers, AlreadyInGroup.
    """
    sharing = keeping.fetch(work, sharing_id)
    access.decide(work, sharing.rules)
    if not sharing.owner:
        raise WrongState
    if not 0 < index < len(sharing.members):
        raise NoMember
    known = sharing.members[index]
    if known.status == "ready":
        sharing = ending.out(work, sharing, index, tells=False)
    wanted = Member(name=known.name, email=known.email, instance=known.instance, read_only=read_only)
    sharing, _, _ = members.joined(sharing, wanted, members.most(work))
    kept = keeping.put(work, replace(sharing, active=True))
    making.mark_root(work, kept)
    work.publish(MembersChanged(kept.id))
    return inviting.invite_all(work, kept)
