"""Somebody who was invited says where their home is (cozy-stack docs/sharing.md, `discovery`)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.contacts import service as contacts
from cozy.rooms.permissions import service as permissions

from ..errors import (
    AlreadyAccepted,
    NoMember,
    NoSharing,
    PeerAway,
    PeerGone,
    PeerRefused,
    RequestFailed,
    WrongState,
)
from ..model import Member, Peer, Sharing
from . import answering, asking, inviting, keeping, others


class Invited(Struct, frozen=True):
    """Somebody who comes with an invitation. proof: its state. On a member's home it is another one's guest: member None."""

    sharing: Sharing
    index: int
    state: str
    member: Member | None


class Found(Struct, frozen=True):
    """Where somebody goes on to, and their mail address where it is known."""

    redirect: str
    email: str = ""


def invited(work: Work, sharing_id: str, state: str, code: str = "") -> Invited:
    """Who comes with this state, or with this code of a preview. Raises NoSharing, NoMember, AlreadyAccepted, WrongState."""
    sharing = keeping.fetch(work, sharing_id)
    if not sharing.owner:
        return Invited(sharing, -1, state, None)
    index = _index_of_code(work, sharing, code) if code else answering.index_of_state(sharing, state)
    member, secrets = sharing.members[index], sharing.secrets_of(index)
    if member.status == "revoked" or not sharing.active or secrets is None:
        raise NoMember
    if not member.is_waiting:
        raise AlreadyAccepted(address=member.instance)
    if not secrets.state:
        raise WrongState
    return Invited(sharing, index, secrets.state, member)


def _index_of_code(work: Work, sharing: Sharing, code: str) -> int:
    preview = permissions.previews.of_sharing(work, "share-preview", sharing.id)
    label = permissions.previews.label_of(preview, code) if preview else ""
    return index_of_label(sharing, label)


def index_of_label(sharing: Sharing, label: str) -> int:
    """The index of the member whose code has this label. Raises NoMember."""
    for index, member in enumerate(sharing.members):
        if index and label and inviting.label_of(index, member) == label:
            return index
    raise NoMember


def looked(work: Work, sharing_id: str, label: str) -> None:
    """Note that somebody looked at what is offered to them."""
    try:
        sharing = keeping.fetch(work, sharing_id)
        index = index_of_label(sharing, label)
    except (NoSharing, NoMember):
        return
    if sharing.members[index].status in {"mail-not-sent", "pending"}:
        keeping.put(work, keeping.with_member(sharing, index, status="seen"))


async def register(
    house: House, home: Home, visitor: Visitor, sharing_id: str, address: str, *, state: str = "", code: str = "",
    shortcut: str = "",
) -> Found:  # fmt: skip
    """Tell the home at an address what its owner is invited to, and where they go on with it.

    Nobody but who was invited makes us ask anybody. Raises NoSharing, NoMember, AlreadyAccepted, WrongState,
    BadHomeAddress, NotAHome, RequestFailed, TooManyAttempts.
    """
    guest = await house.read(home, SYSTEM, invited, sharing_id, state, code)
    where = asking.address_of(home, address)
    await house.write(home, SYSTEM, auth.limits.count, "discovery", visitor)
    if guest.member is None:
        return await _delegated(house, home, guest, where, shortcut)
    body = await house.read(home, SYSTEM, inviting.request_body, guest.sharing, guest.index, where)
    try:
        await inviting.request(house, home, where, sharing_id, body, {"interactive": "true"})
    except PeerAway as error:
        raise RequestFailed from error
    await house.write(home, SYSTEM, _registered, guest, where)
    return Found(consent_link(where, sharing_id, guest.state, shortcut), guest.member.email)


def consent_link(address: str, sharing_id: str, state: str, shortcut: str = "") -> str:
    """The page of another home on which its owner says yes."""
    query = {"sharing_id": sharing_id, "state": state} | ({"shortcut": shortcut} if shortcut else {})
    return f"{address}/auth/authorize/sharing?{urlencode(query)}"


def _registered(work: Work, guest: Invited, address: str) -> None:
    """Keep where their home is, in the sharing and among the contacts."""
    sharing = keeping.fetch(work, guest.sharing.id)
    if guest.index < len(sharing.members) and sharing.members[guest.index].is_waiting:
        keeping.put(work, keeping.with_member(sharing, guest.index, instance=address))
        secrets = sharing.secrets_of(guest.index)
        if secrets is not None and not secrets.by:
            contacts.homes.learn(work, sharing.members[guest.index].email, address)


async def _delegated(house: House, home: Home, guest: Invited, address: str, shortcut: str) -> Found:
    """The same, of somebody whom this member invited: the owner's home does it."""
    peer = await house.read(home, SYSTEM, owner_of, guest.sharing)
    form = {"state": guest.state, "url": address} | ({"shortcut": shortcut} if shortcut else {})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    path = f"/sharings/{guest.sharing.id}/discovery"
    try:
        reply = await asking.ask(
            house, home, peer, "POST", path, body=urlencode(form).encode(), headers=headers
        )
        said: dict[str, Any] = msgspec.json.decode(reply.body)
        found = Found(str(said["redirect"]), str(said.get("email", "")))
    except (
        PeerAway,
        PeerGone,
        PeerRefused,
        msgspec.DecodeError,
        RecursionError,
        LookupError,
        TypeError,
    ) as error:
        raise RequestFailed from error
    return found


def owner_of(work: Work, sharing: Sharing) -> Peer:
    """The owner's home, for that of a member. Raises WrongState."""
    found = others.peer_of(keeping.fetch(work, sharing.id), 0) if not sharing.owner else None
    if found is None:
        raise WrongState
    return found


def preview(work: Work, sharing_id: str, state: str) -> str:
    """Where somebody who was invited may look at what is shared. Raises NoSharing, WrongState, NoMember, AlreadyAccepted."""
    if not state or not keeping.fetch(work, sharing_id).owner:
        raise WrongState
    guest = invited(work, sharing_id, state)
    return inviting.link(work, guest.sharing, guest.index)
