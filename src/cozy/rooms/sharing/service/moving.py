"""A home has another address by now, and says so to those it shares with (cozy-stack docs/sharing.md, `moved`)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM, Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.contacts import service as contacts
from cozy.rooms.neighbours import service as neighbours

from ..errors import NoSharing, PeerGone, WrongState
from ..events import MoveDue, SharingEnded
from ..model import MOVED, Peer
from ..model.addresses import home_address
from ..model.exchange import LONGEST, Moved
from . import asking, inviting, keeping, making, others


async def moved(house: House, home: Home, caller: Caller, sharing_id: str, told: Moved) -> None:
    """The home of the member who asks is at another address, where this one is let in otherwise. One that is known by its key
    has to be there.

    Raises NoSharing, NotAllowed, NotSigned, WrongState, BadHomeAddress, BadMove, PeerAway.
    """
    before = await house.read(home, caller, _where, sharing_id, told)
    await asking.sure_of_move(house, home, before, told.new_instance)
    await house.write(home, caller, _moved, sharing_id, told)


def _where(work: Work, sharing_id: str, told: Moved) -> str:
    """Where the home of the member who asks is known to be."""
    index = others.member_who_asks(work, sharing_id)
    home_address(told.new_instance, plain=work.origin.startswith("http:"))
    return keeping.fetch(work, sharing_id).members[index].instance


def _moved(work: Work, sharing_id: str, told: Moved) -> None:
    index = others.member_who_asks(work, sharing_id)
    sharing = keeping.fetch(work, sharing_id)
    secrets = sharing.secrets_of(index)
    if secrets is None or secrets.access_token is None:
        raise WrongState
    address = home_address(told.new_instance, plain=work.origin.startswith("http:"))
    if address == work.origin or max(len(told.access_token), len(told.refresh_token)) > LONGEST:
        raise WrongState
    token = replace(
        secrets.access_token,
        access_token=told.access_token or secrets.access_token.access_token,
        refresh_token=told.refresh_token or secrets.access_token.refresh_token,
    )
    before = sharing.members[index]
    sharing = keeping.with_secrets(sharing, index, replace(secrets, access_token=token))
    keeping.put(work, keeping.with_member(sharing, index, instance=address))
    contacts.homes.follow(keeping.unasked(work), before.instance, address)
    if neighbours.known(work, before.instance) is not None:
        neighbours.moved(work, before.instance, address)


def follow_neighbour(work: Work, before: str, address: str) -> None:
    """The home that was at one address is at another, as its key proves: whoever lives there does, in every sharing."""
    for sharing in keeping.all_(work):
        for index, member in enumerate(sharing.members):
            if member.instance == before:
                sharing = keeping.with_member(sharing, index, instance=address)
                contacts.homes.follow(keeping.unasked(work), before, address)
        keeping.put(work, sharing)


def follow_own(work: Work, before: str) -> None:
    """This home is at another address: its sharings know it. Publishes MoveDue for each home that is to know."""
    for sharing in keeping.all_(work):
        for index, member in enumerate(sharing.members):
            if member.instance == before:
                sharing = keeping.with_member(sharing, index, instance=work.origin)
        kept = keeping.put(work, sharing)
        for peer in others.peers(work, kept):
            work.publish(MoveDue(kept.id, peer.index))


def gone(work: Work, to: str) -> None:
    """This home goes on elsewhere, with its sharings, which those it shares with hear from there: here they are over, and what was
    shared stays. Publishes SharingEnded.

    to: the address there. cozy-stack tells each home once (model/move, `NotifySharings`). One that was away then asks here, is sent
    there, and shows its token from here, of which the new home asks this one whether it is good (`TryTokenForMovedSharing`): so
    whoever is let in stays so for a while (`ending.sweep_clients`), and hears of nothing else.
    """
    for sharing in keeping.active(work):
        ended = keeping.put(work, replace(sharing, active=False, moved_to=to))
        inviting.withdraw_codes(work, ended)
        if ended.owner:
            making.unmark_root(work, ended)
        work.publish(SharingEnded(sharing.id, keep=True))


async def tell_move(house: House, home: Home, due: MoveDue) -> None:
    """Tell the home of a member where this one is by now. Raises what `asking.ask` does, but nothing where it is over."""
    found = await house.write(home, SYSTEM, _letter, due)
    if found is None:
        return
    peer, document = found
    headers = {"content-type": asking.JSONAPI}
    path = f"/sharings/{due.sharing}/recipients/self/moved"
    with suppress(PeerGone):
        await asking.ask(house, home, peer, "POST", path, json=document, headers=headers)


def _letter(work: Work, due: MoveDue) -> tuple[Peer, dict[str, Any]] | None:
    """Whom to tell what: with tokens that name the new address, as cozy-stack wants them."""
    try:
        sharing = keeping.fetch(work, due.sharing)
    except NoSharing:
        return None
    peer, secrets = others.peer_of(sharing, due.index), sharing.secrets_of(due.index)
    if not sharing.active or peer is None or secrets is None or not secrets.inbound_client_id:
        return None
    tokens = auth.other_homes.fresh_tokens(work, secrets.inbound_client_id)
    attributes = {"new_instance": work.origin, "access_token": tokens.access, "refresh_token": tokens.refresh}
    return peer, {"data": {"type": MOVED, "id": sharing.id, "attributes": attributes}}
