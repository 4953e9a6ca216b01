"""Somebody is out: taken out by the owner, or by their own wish; and nothing is shared any more.

What is here is changed at once; the other home is told by the queue, which goes on trying while that one is away. What it takes
to tell it is kept until then.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso, parse
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model.clients import SHARING

from .. import access, store
from ..errors import NoMember, NoSharing, NoSuchGroup, PeerGone, PeerRefused, WrongState
from ..events import FarewellDue, MemberLeft, MembersChanged, SharingEnded
from ..model import Credentials, Peer, Sharing
from . import asking, inviting, keeping, letting_in, making, members, noticing, others, shortcuts

_A_DAY = timedelta(days=1)
_LED_FOR = timedelta(days=30)  # how long others are sent to where this home is by now


def revoke(work: Work, sharing_id: str) -> Sharing:
    """Share something with nobody any more. Publishes MemberLeft, FarewellDue, SharingEnded.

    Raises NoSharing, NobodyIn, NotAllowed, WrongState on a member's home.
    """
    sharing = _decided(work, sharing_id)
    return _ended(work, _all_out(work, sharing))


def _decided(work: Work, sharing_id: str) -> Sharing:
    sharing = keeping.fetch(work, sharing_id)
    access.decide(work, sharing.rules)
    if not sharing.owner:
        raise WrongState
    return sharing


def _all_out(work: Work, sharing: Sharing) -> Sharing:
    for index in range(1, len(sharing.members)):
        sharing = out(work, sharing, index)
    return sharing


def revoke_member(work: Work, sharing_id: str, index: int) -> Sharing:
    """Take one member out. Publishes MemberLeft, FarewellDue, MembersChanged; SharingEnded when nobody is left.

    Raises NoSharing, NobodyIn, NotAllowed, WrongState on a member's home, NoMember.
    """
    return taken_out(work, _decided(work, sharing_id), index)


def taken_out(work: Work, sharing: Sharing, index: int, *, tells: bool = True) -> Sharing:
    """The same, once it is decided. tells: whether their home is to know. Raises NoMember."""
    _check_index(sharing, index)
    return _settled(work, out(work, sharing, index, tells=tells))


def _check_index(sharing: Sharing, index: int) -> None:
    if not 0 < index < len(sharing.members):
        raise NoMember


def out(work: Work, sharing: Sharing, index: int, *, tells: bool = True) -> Sharing:
    """The sharing without a member: their home may do nothing here from now on."""
    member = sharing.members[index]
    if member.status == "revoked":
        return sharing
    secrets = sharing.credentials[index - 1] if index <= len(sharing.credentials) else Credentials()
    letting_in.show_out(work, secrets.inbound_client_id)
    is_known = tells and bool(member.instance) and (secrets.access_token is not None or sharing.drive)
    sharing = keeping.with_member(sharing, index, status="revoked")
    if index <= len(sharing.credentials):
        code = inviting.code_of(work, sharing, index, "share-interact") if sharing.drive else ""
        sharing = keeping.with_secrets(sharing, index, _last(secrets, code) if is_known else Credentials())
    if is_known:
        work.publish(FarewellDue(sharing.id, index))
    if member.status == "ready":
        work.publish(MemberLeft(sharing.id, index))
    return sharing


def _last(secrets: Credentials, drive_token: str = "") -> Credentials:
    """What is kept until another home knows that it is over."""
    return Credentials(
        client=secrets.client,
        access_token=secrets.access_token,
        drive_token=drive_token or secrets.drive_token,
    )


def _settled(work: Work, sharing: Sharing) -> Sharing:
    """The sharing after somebody left; it ends with the last one who was in, or may come."""
    is_anybody = any(index and member.status != "revoked" for index, member in enumerate(sharing.members))
    if not is_anybody and all(group.revoked for group in sharing.groups):
        return _ended(work, sharing)
    inviting.withdraw_codes(work, sharing)
    work.publish(MembersChanged(sharing.id))
    return keeping.put(work, sharing)


def _ended(work: Work, sharing: Sharing) -> Sharing:
    ended = keeping.put(work, replace(sharing, active=False, initial_sync=False))
    inviting.withdraw_codes(work, ended)
    if ended.owner:
        making.unmark_root(work, ended)
    work.publish(SharingEnded(ended.id, keep=True))
    return ended


def revoke_group(work: Work, sharing_id: str, index: int) -> Sharing:
    """Take a group out, with those of it who are in by nothing else. Publishes as `revoke_member` does.

    Raises NoSharing, NobodyIn, NotAllowed, WrongState on a member's home, NoSuchGroup.
    """
    sharing = _decided(work, sharing_id)
    if not 0 <= index < len(sharing.groups):
        raise NoSuchGroup
    for at, member in enumerate(sharing.members):
        if index in member.groups:
            sharing = members.left_group(sharing, at, index)
            if members.is_out(sharing.members[at]):
                sharing = out(work, sharing, at)
    gone = replace(sharing.groups[index], revoked=True)
    return _settled(work, replace(sharing, groups=keeping.put_at(sharing.groups, index, gone)))


def leave_group(work: Work, sharing: Sharing, index: int, group: int) -> Sharing:
    """Somebody is in a group no more: they are out, unless they are in by something else."""
    sharing = members.left_group(sharing, index, group)
    if members.is_out(sharing.members[index]):
        return taken_out(work, sharing, index)
    work.publish(MembersChanged(sharing.id))
    return keeping.put(work, sharing)


def leave(work: Work, sharing_id: str) -> Sharing:
    """This home takes itself out of a sharing of somebody else's. Publishes FarewellDue, SharingEnded.

    Raises NoSharing, NobodyIn, NotAllowed, WrongState on the owner's home.
    """
    sharing = keeping.fetch(work, sharing_id)
    access.decide(work, sharing.rules)
    return left(work, sharing)


def left(work: Work, sharing: Sharing) -> Sharing:
    """The same, once it is decided. Raises WrongState."""
    if sharing.owner or sharing.me < 0:
        raise WrongState
    if sharing.members[sharing.me].status == "revoked":
        return sharing
    secrets = sharing.credentials[0] if sharing.credentials else Credentials()
    is_known = sharing.active and (secrets.access_token is not None or bool(secrets.drive_token))
    if is_known:
        work.publish(FarewellDue(sharing.id, 0))
    return _gone(work, sharing, _last(secrets) if is_known else Credentials())


def _gone(work: Work, sharing: Sharing, secrets: Credentials) -> Sharing:
    """A member's home after the end."""
    letting_in.show_out(work, sharing.credentials[0].inbound_client_id if sharing.credentials else "")
    sharing, _ = shortcuts.take_away(work, sharing)
    was_active = sharing.active
    sharing = keeping.with_member(sharing, sharing.me, status="revoked")
    kept = keeping.put(work, replace(sharing, active=False, initial_sync=False, credentials=(secrets,)))
    if was_active:
        work.publish(SharingEnded(kept.id, keep=not kept.drive))
    return kept


def revoked_by_owner(work: Work, sharing_id: str) -> Sharing:
    """The owner's home says that it is over for this one. Publishes SharingEnded. Raises NoSharing, WrongState."""
    sharing = keeping.fetch(work, sharing_id)
    if sharing.owner or sharing.me < 0:
        raise WrongState
    if sharing.members[sharing.me].status == "revoked":
        return sharing
    store.forget_standings(work, sharing.id)
    if sharing.active:
        noticing.stopped(work, sharing)
    return _gone(work, sharing, Credentials())


def left_by_member(work: Work, sharing_id: str, index: int) -> Sharing:
    """The home of a member says that it left. Publishes MemberLeft, MembersChanged. Raises NoSharing, WrongState, NoMember."""
    sharing = keeping.fetch(work, sharing_id)
    if not sharing.owner:
        raise WrongState
    _check_index(sharing, index)
    if sharing.members[index].status == "ready":
        noticing.left(work, sharing, index)
    return taken_out(work, sharing, index, tells=False)


def ended_by_rule(work: Work, sharing_id: str) -> None:
    """A document went whose rule says that the sharing goes with it. Nothing happens where it is over already.

    On the owner the whole sharing ends, on a member this home is out. Raises NoSharing.
    """
    sharing = keeping.fetch(work, sharing_id)
    if not sharing.active:
        return
    if sharing.owner:
        _ended(work, _all_out(work, sharing))
    else:
        left(work, sharing)


def grant_ended(work: Work, client_id: str) -> None:
    """The owner took back what another home was let in by: its member is out, or this home leaves."""
    found = others.of_client(work, client_id)
    if found is None or not found[0].active:
        return
    sharing, index = found
    if sharing.owner:
        taken_out(work, sharing, index)
    else:
        left(work, sharing)


def sweep_clients(work: Work) -> None:
    """Show homes out that were let in a day ago, and that no sharing knows: an answer broke off; and those of what moved away long ago."""
    old = iso(work.now - _A_DAY)
    for client in auth.clients.listed(work):
        if client.client_kind == SHARING and client.created_at < old and _is_left_over(work, client.id):
            letting_in.show_out(work, client.id)


def _is_left_over(work: Work, client_id: str) -> bool:
    found = others.of_client(work, client_id)
    if found is None:
        return True
    sharing = found[0]
    is_elsewhere = not sharing.active and bool(sharing.moved_to)
    return is_elsewhere and parse(sharing.updated_at) + _LED_FOR < work.now


async def say_farewell(house: House, home: Home, due: FarewellDue) -> None:
    """Tell the other home that it is over, and forget what that took. Raises PeerAway to be tried again."""
    found = await house.read(home, SYSTEM, _farewell, due)
    if found is None:
        return
    peer, path, token = found
    try:
        if token:
            await asking.fetched(
                house,
                "DELETE",
                peer.address + path,
                headers={"authorization": f"Bearer {token}"},
                redirects=0,
            )
        else:
            await asking.ask(house, home, peer, "DELETE", path)
    except (PeerGone, PeerRefused):
        pass  # it knows already
    await house.write(home, SYSTEM, _forget, due)


def _farewell(work: Work, due: FarewellDue) -> tuple[Peer, str, str] | None:
    """The home to tell, what it is told, and the token of a drive, which is told otherwise; None when it is told by now."""
    try:
        sharing = keeping.fetch(work, due.sharing)
    except NoSharing:
        return None
    secrets = sharing.secrets_of(due.index)
    if secrets is None or due.index >= len(sharing.members) or secrets.inbound_client_id:
        return None  # they are in again
    if secrets.access_token is None and not secrets.drive_token:
        return None
    member = sharing.members[due.index]
    if sharing.owner and member.status != "revoked":
        return None
    path = f"/sharings/{sharing.id}" + ("" if sharing.owner else "/answer")
    peer = Peer(sharing.id, due.index, member.instance, b"", read_only=False)
    return peer, path, secrets.drive_token if sharing.drive else ""


def _forget(work: Work, due: FarewellDue) -> None:
    sharing = keeping.fetch(work, due.sharing)
    secrets = sharing.secrets_of(due.index)
    if secrets is not None and not secrets.inbound_client_id and not secrets.state:
        keeping.put(work, keeping.with_secrets(sharing, due.index, Credentials()))
    if not sharing.active:
        store.forget_standings(work, sharing.id)
