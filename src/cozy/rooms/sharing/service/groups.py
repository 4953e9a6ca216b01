"""Groups of contacts that are in sharings: who joins one is invited, who leaves it is out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from cozy.kernel.bus import Change
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.contacts.model import CONTACTS, GROUPS, names
from cozy.rooms.contacts.model.people import group_ids, is_trashed
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

from ..errors import AlreadyAlone, AlreadyInGroup, PeerGone, PeerRefused, TooManyMembers, WrongState
from ..events import MembersChanged, PeopleMoved
from ..model import MEMBERS, Member, Peer, Sharing
from . import asking, delegating, discovering, ending, inviting, keeping, members


def follow(work: Work) -> None:
    """Hear, in the transaction that does it, that somebody joins or leaves groups. Publishes PeopleMoved."""
    moves = [move for change in work.changes if (move := _move(change)) is not None]
    if moves and (shared := _shared_groups(work)):
        for move in moves:
            if move.is_reachable or {*move.joined, *move.left, move.renamed, move.gone} & shared:
                work.publish(move)


def _move(change: Change) -> PeopleMoved | None:
    if change.verb == "NOTIFIED":
        return None
    if change.doctype == GROUPS:
        if change.verb == "DELETED":
            return PeopleMoved(gone=change.id)
        is_renamed = change.verb == "UPDATED" and any(
            change.before.get(each) != change.body.get(each) for each in ("name", "color")
        )
        return PeopleMoved(renamed=change.id) if is_renamed else None
    if change.doctype != CONTACTS:
        return None
    before, now = _groups(change.before), _groups({} if change.verb == "DELETED" else change.body)
    known = change.before if change.verb == "DELETED" or is_trashed(change.body) else change.body
    is_reachable = (
        bool(now) and change.verb == "UPDATED" and not _ways(change.before) and bool(_ways(change.body))
    )
    if before == now and not is_reachable:
        return None
    email, address = names.first(known, "email", "address"), names.first(known, "cozy", "url")
    return PeopleMoved(
        contact=change.id, email=email, address=address, joined=tuple(sorted(now - before)),
        left=tuple(sorted(before - now)), is_reachable=is_reachable,
    )  # fmt: skip


def _groups(body: Mapping[str, Any]) -> set[str]:
    return set() if is_trashed(body) else set(group_ids(body))


def _ways(body: Mapping[str, Any]) -> str:
    """How somebody could be invited; "" for not at all."""
    return names.first(body, "email", "address") or names.first(body, "cozy", "url")


def _shared_groups(work: Work) -> set[str]:
    return {group.id for sharing in keeping.active(work) for group in sharing.groups if not group.revoked}


async def moved(house: House, home: Home, event: PeopleMoved) -> None:
    """Let sharings follow. On a member's home the owner's is asked. Raises PeerAway, to be tried again."""
    for sharing in await house.read(home, SYSTEM, keeping.active):
        if event.renamed or event.gone:
            if sharing.owner:
                follow_group = _rename if event.renamed else _end
                await house.write(home, SYSTEM, follow_group, sharing.id, event.renamed or event.gone)
            continue
        for at, group in enumerate(sharing.groups):
            if group.revoked:
                continue
            if group.id in event.joined:
                await _join(house, home, sharing, at, event)
            if group.id in event.left:
                await _leave(house, home, sharing, at, event)
        if event.is_reachable:
            await _reach(house, home, sharing, event)


def _rename(work: Work, sharing_id: str, group_id: str) -> None:
    sharing = keeping.fetch(work, sharing_id)
    now, _ = members.group_of(work, group_id)
    groups = tuple(
        replace(each, name=now.name, color=now.color) if each.id == group_id else each
        for each in sharing.groups
    )
    if groups != sharing.groups:
        keeping.put(work, replace(sharing, groups=groups))
        work.publish(MembersChanged(sharing.id))


def _end(work: Work, sharing_id: str, group_id: str) -> None:
    """A group that is no more lets nobody in any longer."""
    for index, group in enumerate(keeping.fetch(work, sharing_id).groups):
        if group.id == group_id and not group.revoked:
            ending.revoke_group(work, sharing_id, index)


async def _join(house: House, home: Home, sharing: Sharing, group: int, event: PeopleMoved) -> None:
    if sharing.owner:
        await house.write(home, SYSTEM, _joined, sharing.id, group, event)
        return
    found = await house.read(home, SYSTEM, _person, event, sharing.groups[group].read_only)
    if found is not None and sharing.groups[group].added_by == sharing.me:
        asked = delegating.Asked((replace(found, groups=(group,), only_in_groups=True),))

        async def ask(peer: Peer) -> None:
            await delegating.ask(house, home, peer, sharing, asked)

        await _delegate(house, home, sharing, ask)


def _person(work: Work, event: PeopleMoved, read_only: bool) -> Member | None:
    found: Document | None = documents.fetch_many(work, CONTACTS, [event.contact]).get(event.contact)
    return members.of_contact(work, found, read_only=read_only) if found else None


def _joined(work: Work, sharing_id: str, group: int, event: PeopleMoved) -> None:
    """Somebody is in by a group. Who cannot be let in beside what they may do already stays as they are."""
    sharing = keeping.fetch(work, sharing_id)
    member = _person(work, event, sharing.groups[group].read_only)
    if member is None or not sharing.active or members.is_owner(sharing, member):
        return
    try:
        sharing = members.joined_by_group(sharing, member, group, members.most(work))
    except (AlreadyInGroup, AlreadyAlone, TooManyMembers):
        return
    kept = keeping.put(work, sharing)
    work.publish(MembersChanged(kept.id))
    inviting.invite_all(work, kept)


async def _leave(house: House, home: Home, sharing: Sharing, group: int, event: PeopleMoved) -> None:
    index = _index_of(sharing, event, group)
    if index is None:
        return
    if sharing.owner:
        await house.write(home, SYSTEM, _left, sharing.id, group, event)
    elif sharing.groups[group].added_by == sharing.me:
        path = f"/sharings/{sharing.id}/groups/{group}/{index}"

        async def ask(peer: Peer) -> None:
            await asking.ask(house, home, peer, "DELETE", path)

        await _delegate(house, home, sharing, ask)


def _left(work: Work, sharing_id: str, group: int, event: PeopleMoved) -> None:
    sharing = keeping.fetch(work, sharing_id)
    index = _index_of(sharing, event, group)
    if index is not None and sharing.active:
        ending.leave_group(work, sharing, index, group)


def _index_of(sharing: Sharing, event: PeopleMoved, group: int) -> int | None:
    """The index of somebody among those who are in by a group; on a member's home, which knows less, among all."""
    for index, member in enumerate(sharing.members):
        is_same = (event.email and member.email == event.email) or (
            event.address and member.instance == event.address.rstrip("/")
        )
        if index and is_same and (group in member.groups or not sharing.owner):
            return index
    return None


async def _reach(house: House, home: Home, sharing: Sharing, event: PeopleMoved) -> None:
    """Somebody without an address was in by a group, and has one now."""
    if sharing.owner:
        await house.write(home, SYSTEM, _reached, sharing.id, event)
        return
    found = await house.read(home, SYSTEM, _person, event, read_only=False)
    index = _nameless(sharing, found) if found else None
    if found is None or index is None:
        return
    document = {"data": {"type": MEMBERS, "attributes": msgspec.to_builtins(found)}}
    path, headers = f"/sharings/{sharing.id}/members/{index}/invitation", {"content-type": asking.JSONAPI}

    async def invite(peer: Peer) -> None:
        reply = await asking.ask(house, home, peer, "POST", path, json=document, headers=headers)
        await house.write(home, SYSTEM, delegating.reached, sharing.id, index, found, reply.body)

    await _delegate(house, home, sharing, invite)


def _nameless(sharing: Sharing, person: Member) -> int | None:
    for index, member in enumerate(sharing.members):
        is_it = member.status == "mail-not-sent" and not member.email and not member.instance
        if index and is_it and member.name == person.name:
            return index
    return None


def _reached(work: Work, sharing_id: str, event: PeopleMoved) -> None:
    sharing = keeping.fetch(work, sharing_id)
    person = _person(work, event, read_only=False)
    index = _nameless(sharing, person) if person else None
    if person is None or index is None or not sharing.active:
        return
    kept = keeping.put(
        work, keeping.with_member(sharing, index, email=person.email, instance=person.instance)
    )
    work.publish(MembersChanged(kept.id))
    inviting.invite_all(work, kept)


async def _delegate(house: House, home: Home, sharing: Sharing, act: Any) -> None:
    """Ask the owner's home; what it refuses is left. Raises PeerAway."""
    try:
        peer = await house.read(home, SYSTEM, discovering.owner_of, sharing)
        await act(peer)
    except (PeerGone, PeerRefused, WrongState):
        pass
