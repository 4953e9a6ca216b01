"""Whether a member may change what is shared, or only look at it (cozy-stack docs/sharing.md, `readonly`)."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM, Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work

from .. import access
from ..errors import NoMember, NoWayIn, ReadOnlyHere, WrongState
from ..events import LastChangesSent, MembersChanged, RightsChanged
from ..model import Peer, Sharing
from ..model.exchange import Answer, document
from . import asking, keeping, letting_in, others

LAST_CHANGES = timedelta(
    hours=1
)  # that the home of somebody who only reads from now on has to send what they changed before


async def change(
    house: House, home: Home, caller: Caller, sharing_id: str, index: int, *, read_only: bool
) -> None:
    """Let a member only read from now on, or write again. Their home is told first: it gets another way in.

    On a member's home the owner's is asked to do it. Publishes MembersChanged, RightsChanged.
    Raises NoSharing, NobodyIn, NotAllowed, NoMember, WrongState, ReadOnlyHere, PeerAway, PeerGone, PeerRefused.
    """
    asked = await house.read(home, caller, _whom_to_ask, sharing_id, index)
    if asked is not None:
        method = "POST" if read_only else "DELETE"
        await asking.ask(house, home, asked, method, f"/sharings/{sharing_id}/recipients/{index}/readonly")
        return
    peer = await house.write(home, caller, _begin, sharing_id, index, read_only)
    if peer is None:
        return
    answer, client_id = await house.write(home, SYSTEM, _other_way_in, peer, read_only)
    path = f"/sharings/{sharing_id}/recipients/self/readonly"
    try:
        method = "POST" if read_only else "DELETE"
        headers = {"accept": asking.JSONAPI, "content-type": asking.JSONAPI}
        await asking.ask(house, home, peer, method, path, json=document(sharing_id, answer), headers=headers)
        await house.write(home, SYSTEM, _changed, peer, read_only, client_id)
    except BaseException:
        await house.write(home, SYSTEM, letting_in.show_out, client_id)
        raise


def _whom_to_ask(work: Work, sharing_id: str, index: int) -> Peer | None:
    """The owner's home, on a member's; None on the owner's own, where whoever asks was looked at."""
    sharing = keeping.fetch(work, sharing_id)
    if work.caller.kind == "client" and sharing.owner and _is_a_member(work, sharing):
        access.between_homes(work, sharing_id, "POST")
        asking_index = others.member_who_asks(work, sharing_id)
        if not sharing.open_sharing and not sharing.drive:
            raise ReadOnlyHere
        if sharing.is_read_only(asking_index):
            raise ReadOnlyHere  # nobody lets themself write
    else:
        access.decide(work, sharing.rules)
    if not 0 < index < len(sharing.members):
        raise NoMember
    if sharing.owner:
        return None
    owner = others.peer_of(sharing, 0)
    if owner is None:
        raise WrongState
    return owner


def _is_a_member(work: Work, sharing: Sharing) -> bool:
    return any(held.inbound_client_id == work.caller.name for held in sharing.credentials)


def _begin(work: Work, sharing_id: str, index: int, read_only: bool) -> Peer | None:
    """The home to tell; None when there is nothing to tell: who is not in yet only finds another invitation."""
    sharing = keeping.fetch(work, sharing_id)
    member = sharing.members[index]
    if member.status == "revoked":
        raise NoMember
    if member.read_only == read_only:
        return None
    if member.is_waiting:
        keeping.put(work, keeping.with_member(sharing, index, read_only=read_only))
        work.publish(MembersChanged(sharing.id))
        return None
    peer = others.peer_of(sharing, index)
    if peer is None:
        raise NoWayIn
    return peer


def _other_way_in(work: Work, peer: Peer, read_only: bool) -> tuple[Answer, str]:
    """What the home of a member proves itself by from now on: to send its last changes, or to write for good."""
    sharing = keeping.fetch(work, peer.sharing_id)
    member = sharing.members[peer.index]
    secrets = sharing.secrets_of(peer.index)
    given = letting_in.let_in(
        work, sharing.id, name=member.public_name, address=member.instance, writes=True,
        xor_key=secrets.xor_key if secrets and not read_only else "",
    )  # fmt: skip
    if read_only:
        work.plan(LastChangesSent(given[1]), work.now + LAST_CHANGES)
    return given


def _changed(work: Work, peer: Peer, read_only: bool, client_id: str) -> None:
    sharing = keeping.fetch(work, peer.sharing_id)
    secrets = sharing.secrets_of(peer.index)
    if secrets is None or sharing.members[peer.index].status != "ready":
        letting_in.show_out(work, client_id)
        return
    before = secrets.inbound_client_id
    sharing = keeping.with_secrets(sharing, peer.index, replace(secrets, inbound_client_id=client_id))
    keeping.put(work, keeping.with_member(sharing, peer.index, read_only=read_only))
    letting_in.show_out(work, before)
    work.publish(RightsChanged(sharing.id, peer.index, read_only))
    work.publish(MembersChanged(sharing.id))


def narrow(work: Work, due: LastChangesSent) -> None:
    """The hour for the last changes is over: the home may only read from now on. Nothing happens where it was let in anew."""
    letting_in.only_read(work, due.client_id)


def told(work: Work, sharing_id: str, answer: Answer, *, read_only: bool) -> None:
    """On a member: the owner's home says whether this one may write. Publishes RightsChanged. Raises NoSharing, WrongState."""
    sharing = keeping.fetch(work, sharing_id)
    if sharing.owner or not sharing.active or len(sharing.credentials) != 1 or sharing.me < 0:
        raise WrongState
    before = sharing.credentials[0]
    if answer.xor_key and before.xor_key and answer.xor_key != before.xor_key:
        raise WrongState  # what is shared would have other ids, which may be those of what is not
    secrets = replace(
        before,
        client=answer.client,
        access_token=answer.access_token,
        xor_key=answer.xor_key or before.xor_key,
    )
    sharing = keeping.with_secrets(sharing, 0, secrets)
    keeping.put(work, keeping.with_member(sharing, sharing.me, read_only=read_only))
    work.publish(RightsChanged(sharing.id, sharing.me, read_only))
