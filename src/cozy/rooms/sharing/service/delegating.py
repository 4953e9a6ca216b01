"""A member invites others: their home asks the owner's, which decides (cozy-stack docs/sharing.md, `delegated`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM, Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.contacts.model import CONTACTS, GROUPS
from cozy.rooms.documents import service as documents
from cozy.rooms.permissions.errors import NotAllowed

from .. import access
from ..errors import (
    AlreadyAccepted,
    AlreadyAlone,
    AlreadyInGroup,
    BadHomeAddress,
    NoAddress,
    NoMember,
    NoSuchGroup,
    NotAHome,
    RequestFailed,
    TooManyMembers,
    WrongState,
)
from ..events import GuestInvited, MembersChanged
from ..model import SHARINGS, Group, Member, Peer, Sharing
from ..model.addresses import home_address
from . import asking, discovering, ending, inviting, keeping, members, others
from .making import Recipients

States = dict[str, str]  # by mail address, else by the address of a home
_TEXT_LIMIT = 300


class Asked(Struct, frozen=True):
    """Whom a member would like in a sharing."""

    people: tuple[Member, ...] = ()
    groups: tuple[Group, ...] = ()


async def add_recipients(
    house: House, home: Home, caller: Caller, sharing_id: str, recipients: Recipients
) -> None:
    """On a member's home: invite more people, if the owner's home lets it.

    Raises NoSharing, NobodyIn, NotAllowed, WrongState, NoMember, NoAddress, PeerAway, PeerGone, PeerRefused, RequestFailed.
    """
    sharing, peer = await house.read(home, caller, _decided, sharing_id)
    for read_only, people in ((False, recipients.writers), (True, recipients.readers)):
        if people:
            asked = await house.read(home, caller, _wanted, sharing, people, read_only)
            await ask(house, home, peer, sharing, asked)


def _decided(work: Work, sharing_id: str) -> tuple[Sharing, Peer]:
    sharing = keeping.fetch(work, sharing_id)
    access.decide(work, sharing.rules)
    return sharing, discovering.owner_of(work, sharing)


def _wanted(work: Work, sharing: Sharing, people: Sequence[Any], read_only: bool) -> Asked:
    found: list[Member] = []
    groups: list[Group] = []
    for each in people:
        if each.doctype == GROUPS:
            group, inside = members.group_of(work, each.id)
            at = len(sharing.groups) + len(groups)
            joining = [members.of_contact(work, person, read_only=read_only) for person in inside]
            found += [replace(member, groups=(at,), only_in_groups=True) for member in joining]
            groups.append(replace(group, read_only=read_only))
        else:
            contact = documents.fetch_many(work, CONTACTS, [each.id]).get(each.id)
            if contact is None:
                raise NoMember(id=each.id[:100])
            member = members.of_contact(work, contact, read_only=read_only)
            if not member.email and not member.instance:
                raise NoAddress(pointer="/data/attributes/recipients")
            found.append(member)
    return Asked(tuple(found), tuple(groups))


async def ask(house: House, home: Home, peer: Peer, sharing: Sharing, asked: Asked) -> None:
    """Ask the owner's home to let these in. Raises PeerAway, PeerGone, PeerRefused, RequestFailed."""
    related = {
        "recipients": {"data": [msgspec.to_builtins(each) for each in asked.people]},
        "groups": {"data": [msgspec.to_builtins(each) for each in asked.groups]},
    }
    document = {"data": {"type": SHARINGS, "id": sharing.id, "relationships": related}}
    path = f"/sharings/{sharing.id}/recipients/delegated"
    headers = {"content-type": asking.JSONAPI}
    reply = await asking.ask(house, home, peer, "POST", path, json=document, headers=headers)
    await house.write(home, SYSTEM, _invited, sharing.id, asked.people, _states(reply.body))


def _states(body: bytes) -> States:
    try:
        return msgspec.json.decode(body, type=States)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RequestFailed from error


def _invited(work: Work, sharing_id: str, people: Sequence[Member], states: States) -> None:
    """Keep who was added, and invite by mail those whose home nobody knows: from the one who invites them. Publishes GuestInvited."""
    sharing = keeping.fetch(work, sharing_id)
    for member in people:
        index = members.index_of(sharing, member)
        if index is None:
            sharing = replace(sharing, members=(*sharing.members, replace(member, instance="")))
            index = len(sharing.members) - 1
        elif sharing.members[index].status != "ready":
            sharing = keeping.with_member(
                sharing, index, name=member.name, read_only=member.read_only, status="mail-not-sent"
            )
        state = states.get(member.email or member.instance, "")
        if member.instance and state:
            sharing = keeping.with_member(sharing, index, status="pending")
        elif member.email and state and work.settings.smtp_url:
            sharing = keeping.with_member(sharing, index, status="pending")
            work.publish(GuestInvited(sharing.id, member.email, member.called, state, member.read_only))
    keeping.put(work, sharing)


def reached(work: Work, sharing_id: str, index: int, person: Member, answer: bytes) -> None:
    """Invite by mail somebody of whom nothing was known when they were added. Publishes GuestInvited. Raises RequestFailed."""
    sharing = keeping.fetch(work, sharing_id)
    state = _states(answer).get(person.email, "")
    if index >= len(sharing.members) or not state:
        return
    keeping.put(work, keeping.with_member(sharing, index, email=person.email, status="pending"))
    if not person.instance:
        work.publish(GuestInvited(sharing.id, person.email, person.called, state, person.read_only))


def add(work: Work, sharing_id: str, asked: Asked) -> States:
    """On the owner's home: a member invites others. The states of the invitations that their home sends itself.

    Publishes InvitationDue, MembersChanged. Raises NoSharing, NotAllowed, NoAddress, AlreadyAccepted, TooManyMembers,
    AlreadyInGroup.
    """
    sharing = keeping.fetch(work, sharing_id)
    by = others.member_who_asks(work, sharing_id)
    _check_may_invite(work, sharing, by, asked)
    groups = tuple(
        replace(each, added_by=by, name=each.name[:_TEXT_LIMIT], revoked=False) for each in asked.groups
    )
    sharing = replace(sharing, groups=(*sharing.groups, *groups))
    states: States = {}
    for member in asked.people:
        sharing, state = _added(work, sharing, member, by)
        if state:
            states[member.instance or member.email] = state
    if states:
        states |= {m.email: s for m in asked.people if m.email and (s := states.get(m.instance or m.email))}
    kept = keeping.put(work, sharing)
    work.publish(MembersChanged(kept.id))
    inviting.invite_all(work, kept)
    return states


def _check_may_invite(work: Work, sharing: Sharing, by: int, asked: Asked) -> None:
    """Raises NotAllowed: where the sharing is open, to whoever may write; in a drive, to give no more than one has."""
    wanted = [*asked.people, *asked.groups]
    if not sharing.owner or not sharing.active or len(wanted) > members.MOST:
        raise NotAllowed(verb="POST", doctype=SHARINGS)
    if sharing.open_sharing and not sharing.is_read_only(by):
        access.between_homes(work, sharing.id, "POST")
        return
    gives_more = not all(each.read_only for each in wanted)
    if not sharing.drive or (sharing.is_read_only(by) and gives_more):
        raise NotAllowed(verb="POST", doctype=SHARINGS)


def _added(work: Work, sharing: Sharing, asked: Member, by: int) -> tuple[Sharing, str]:
    member = _clean(work, asked, len(sharing.groups))
    if members.is_owner(sharing, member) or not (member.email or member.instance or member.groups):
        if member.groups:
            return sharing, ""
        raise NoAddress(pointer="/data/relationships/recipients")
    try:
        sharing, index, state = members.joined(sharing, member, members.most(work), by)
    except (AlreadyInGroup, AlreadyAlone, TooManyMembers):
        if member.groups:
            return sharing, ""
        raise
    known = sharing.members[index].groups
    sharing = keeping.with_member(sharing, index, groups=tuple(sorted({*known, *member.groups})))
    if not state and not member.groups and not sharing.members[index].is_waiting:
        raise AlreadyAccepted
    return sharing, state


def _clean(work: Work, asked: Member, groups: int) -> Member:
    """Somebody as a member's home says of them: who is invited by mail is by that home."""
    try:
        address = (
            home_address(asked.instance, plain=work.origin.startswith("http:")) if asked.instance else ""
        )
    except (BadHomeAddress, NotAHome):
        address = ""
    return Member(
        status="pending" if not address and asked.email else "mail-not-sent", public_name=asked.name[:_TEXT_LIMIT],
        email=asked.email[:_TEXT_LIMIT], instance=address, read_only=asked.read_only, only_in_groups=asked.only_in_groups,
        groups=tuple(each for each in asked.groups if 0 <= each < groups),
    )  # fmt: skip


def invite(work: Work, sharing_id: str, index: int, asked: Member) -> States:
    """On the owner's home: somebody of a member's group can be invited by now. Publishes InvitationDue, MembersChanged.

    Raises NoSharing, NotAllowed, NoMember.
    """
    sharing = keeping.fetch(work, sharing_id)
    by = others.member_who_asks(work, sharing_id)
    if not sharing.owner or not sharing.open_sharing or sharing.is_read_only(by):
        raise NotAllowed(verb="POST", doctype=SHARINGS)
    if not 0 < index < len(sharing.members) or not _is_of(sharing, index, by):
        raise NoMember
    if sharing.members[index].status != "mail-not-sent":
        return {}
    wanted = _clean(work, asked, 0)
    if not (wanted.email or wanted.instance):
        raise NoAddress(pointer="/data/attributes")
    secrets = sharing.secrets_of(index)
    assert secrets is not None
    fresh = replace(secrets, state=members.new_state(), by=by)
    sharing = keeping.with_member(
        sharing, index, email=wanted.email, instance=wanted.instance, status=wanted.status
    )
    kept = keeping.put(work, keeping.with_secrets(sharing, index, fresh))
    work.publish(MembersChanged(kept.id))
    inviting.invite_all(work, kept)
    return {wanted.instance or wanted.email: fresh.state}


def _is_of(sharing: Sharing, index: int, by: int) -> bool:
    """Whether a member is in by a group that this other member added."""
    return any(
        at < len(sharing.groups) and sharing.groups[at].added_by == by for at in sharing.members[index].groups
    )


def remove_from_group(work: Work, sharing_id: str, group: int, index: int) -> None:
    """On the owner's home: somebody left a group that a member added. Publishes as `ending.leave_group` does.

    Raises NoSharing, NotAllowed, NoSuchGroup, NoMember.
    """
    sharing = keeping.fetch(work, sharing_id)
    by = others.member_who_asks(work, sharing_id)
    if not sharing.owner or not sharing.open_sharing:
        raise NotAllowed(verb="DELETE", doctype=SHARINGS)
    access.between_homes(work, sharing_id, "POST")
    if not 0 <= group < len(sharing.groups):
        raise NoSuchGroup
    if sharing.groups[group].added_by != by:
        raise NotAllowed(verb="DELETE", doctype=SHARINGS)
    if not 0 < index < len(sharing.members) or group not in sharing.members[index].groups:
        raise NoMember
    ending.leave_group(work, sharing, index, group)


async def revoke_member(house: House, home: Home, caller: Caller, sharing_id: str, index: int) -> None:
    """Take somebody out: here on the owner's home; on a member's, of a drive, the owner's is asked.

    Raises NoSharing, NobodyIn, NotAllowed, NoMember, WrongState, PeerAway, PeerGone, PeerRefused.
    """
    peer = await house.read(home, caller, _whom_to_ask, sharing_id, index)
    if peer is None:
        await house.write(home, caller, _revoke, sharing_id, index)
    else:
        await asking.ask(house, home, peer, "DELETE", f"/sharings/{sharing_id}/recipients/{index}")


def _whom_to_ask(work: Work, sharing_id: str, index: int) -> Peer | None:
    sharing = keeping.fetch(work, sharing_id)
    if not 0 < index < len(sharing.members):
        raise NoMember
    if sharing.owner:
        return None
    access.decide(work, sharing.rules)
    if not sharing.drive:
        raise NotAllowed(verb="DELETE", doctype=SHARINGS)
    return discovering.owner_of(work, sharing)


def _revoke(work: Work, sharing_id: str, index: int) -> None:
    """Raises NotAllowed for a member's home, but in a drive that it may write."""
    sharing = keeping.fetch(work, sharing_id)
    if work.caller.kind == "client" and any(
        each.inbound_client_id == work.caller.name for each in sharing.credentials
    ):
        by = others.writer_who_asks(work, sharing_id)
        if not sharing.drive or sharing.is_read_only(by):
            raise NotAllowed(verb="DELETE", doctype=SHARINGS)
        ending.taken_out(work, sharing, index)
        return
    if not sharing.owner:
        raise WrongState
    ending.revoke_member(work, sharing_id, index)
