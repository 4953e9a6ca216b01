"""Somebody says yes: two homes let each other in."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM, Caller
from cozy.kernel.clock import iso, parse
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.contacts import service as contacts
from cozy.rooms.homes import service as homes

from ..errors import AlreadyAccepted, NoMember, PeerAway, RequestFailed, WrongState
from ..events import MemberReady, MembersChanged, SharingBegan
from ..model import Credentials, Sharing
from ..model.addresses import is_part_of
from ..model.exchange import Answer, answer_in, document
from ..model.ids import key_in
from . import asking, borders, keeping, letting_in, noticing, passwords, shortcuts

AGAIN_WITHIN = timedelta(
    hours=1
)  # that an answer may come a second time, when the first one's end was not heard
_ANSWER_S = 30.0


async def accept(house: House, home: Home, caller: Caller, sharing_id: str, state: str = "") -> Sharing:
    """Say yes to an invitation: the home of whoever shares is told, and both let each other in. Nothing is left when that fails.

    state: of the invitation, "" for the one that came with it; one that was accepted already is as it is.
    Raises NoSharing, NobodyIn, NotAllowed, WrongState, ReachesIn, NoMember, AlreadyAccepted, OtherKey, PeerAway, RequestFailed.
    """
    begun = await house.write(home, caller, _begin, sharing_id, state)
    if begun is None:
        return await house.read(home, caller, keeping.fetch, sharing_id)
    address, body, client_id = begun
    try:
        await asking.met(house, home, address)
        reply = await asking.tell(
            house, "POST", f"{address}/sharings/{sharing_id}/answer", body, timeout_s=_ANSWER_S
        )
        _check(reply.status)
        answer = _answer(reply.body)
        return await house.write(home, caller, _accepted, sharing_id, answer, client_id)
    except BaseException:
        await house.write(home, SYSTEM, letting_in.show_out, client_id)
        raise


def _begin(work: Work, sharing_id: str, state: str) -> tuple[str, dict[str, Any], str] | None:
    """Where to send the answer, and the client that the owner's home is here; None when it was sent before."""
    sharing = keeping.fetch(work, sharing_id)
    if sharing.active and not sharing.owner:
        return None
    if not sharing.is_waiting or len(sharing.credentials) != 1:
        raise WrongState
    state = state or sharing.credentials[0].state
    owner = sharing.members[0]
    if not state or not owner.instance:
        raise WrongState
    borders.check(work, sharing)
    answer, client_id = letting_in.let_in(
        work, sharing_id, name=owner.public_name, address=owner.instance, writes=True
    )
    said = replace(answer, state=state, public_name=homes.profile(work).public_name)
    return owner.instance, document(sharing_id, said), client_id


def _check(status: int) -> None:
    """Raises what another home answers to an answer that it cannot take."""
    if status == 404:
        raise NoMember
    if status == 409:
        raise AlreadyAccepted
    if status >= 400:
        raise WrongState
    if status >= 300:
        raise RequestFailed(status=status)


def _answer(body: bytes) -> Answer:
    try:
        return answer_in(msgspec.json.decode(body)["data"]["attributes"])
    except (msgspec.DecodeError, RecursionError, LookupError, TypeError) as error:
        raise RequestFailed from error


def _accepted(work: Work, sharing_id: str, answer: Answer, client_id: str) -> Sharing:
    """The home is in. Publishes SharingBegan."""
    sharing = keeping.fetch(work, sharing_id)
    if not sharing.is_waiting or len(sharing.credentials) != 1:
        raise WrongState
    before = sharing.credentials[0]
    borders.check(work, sharing, key_in(answer.xor_key))
    secrets = Credentials(
        client=answer.client, access_token=answer.access_token, xor_key=answer.xor_key, inbound_client_id=client_id,
        drive_token=before.drive_token, answered_at=iso(work.now),
    )  # fmt: skip
    sharing = keeping.with_member(sharing, sharing.me, status="ready")
    sharing = replace(
        sharing, active=True, credentials=(secrets,),
        initial_sync=sharing.initial_number_of_files_to_sync > 0 and not sharing.drive,
    )  # fmt: skip
    kept = keeping.put(work, sharing)
    _trust(work, kept)
    if not kept.drive and kept.files_rule is None:
        kept, _ = shortcuts.take_away(work, kept)
    work.publish(SharingBegan(kept.id))
    return kept


def _trust(work: Work, sharing: Sharing) -> None:
    """Whoever shares is known from now on, and trusted."""
    owner = sharing.members[0]
    contacts.homes.meet(keeping.unasked(work), owner.instance, name=owner.public_name, email=owner.email)


def answered(work: Work, sharing_id: str, answer: Answer) -> Answer:
    """On the owner: somebody said yes. What their home is let in by. Publishes SharingBegan, MemberReady, MembersChanged.

    The same answer may come again for an hour, when its end was not heard; later the invitation opens nothing any more.
    Raises NoSharing, WrongState, NoMember, AlreadyAccepted.
    """
    sharing = keeping.fetch(work, sharing_id)
    if not sharing.owner or not answer.state or len(sharing.members) != len(sharing.credentials) + 1:
        raise WrongState
    index = index_of_state(sharing, answer.state)
    member, secrets = sharing.members[index], sharing.credentials[index - 1]
    if member.status == "revoked" or not member.instance:
        raise NoMember
    if member.status == "ready" and not _is_again(work, secrets):
        raise AlreadyAccepted
    letting_in.show_out(work, secrets.inbound_client_id)
    name = " ".join(answer.public_name.split())[:200]
    writes = not sharing.is_read_only(index)
    given, client_id = letting_in.let_in(
        work, sharing.id, name=name, address=member.instance, writes=writes, xor_key=secrets.xor_key
    )
    is_first = not any(each.status == "ready" for each in sharing.members)
    kept_secrets = replace(
        secrets, client=answer.client, access_token=answer.access_token, inbound_client_id=client_id,
        answered_at=secrets.answered_at or iso(work.now),
    )  # fmt: skip
    sharing = keeping.with_member(sharing, index, status="ready", public_name=name)
    keeping.put(work, replace(keeping.with_secrets(sharing, index, kept_secrets), active=True))
    if not secrets.by:
        contacts.homes.learn(keeping.unasked(work), member.email, member.instance, name=name)
    if answer.bitwarden is not None:
        passwords.keep(work, keeping.fetch(work, sharing.id), index, answer.bitwarden)
    if member.is_waiting:
        noticing.accepted(work, sharing, index)
    if is_first:
        work.publish(SharingBegan(sharing.id))
    work.publish(MemberReady(sharing.id, index))
    work.publish(MembersChanged(sharing.id))
    return given


def _is_again(work: Work, secrets: Credentials) -> bool:
    return bool(secrets.answered_at) and parse(secrets.answered_at) + AGAIN_WITHIN > work.now


def index_of_state(sharing: Sharing, state: str) -> int:
    """The index of the member whose invitation has this state. Raises WrongState on a member's home, NoMember."""
    if not sharing.owner:
        raise WrongState
    for at, secrets in enumerate(sharing.credentials):
        is_it = secrets.state and hmac.compare_digest(secrets.state.encode(), state.encode())
        if is_it and at + 1 < len(sharing.members):
            return at + 1
    raise NoMember


def decline(work: Work, sharing_id: str) -> None:
    """Say no to an invitation: nothing is left of it here, and nobody is told. Raises NoSharing, WrongState."""
    sharing = keeping.fetch(work, sharing_id)
    if not sharing.is_waiting:
        raise WrongState
    sharing, _ = shortcuts.take_away(work, sharing)
    keeping.remove(work, sharing)


async def preview_url(house: House, home: Home, sharing_id: str, state: str) -> str:
    """Where the owner's home shows what is shared, for an invitation that waits here; "" when it does not say.

    Raises NoSharing, WrongState.
    """
    sharing = await house.read(home, SYSTEM, keeping.fetch, sharing_id)
    if not sharing.is_waiting:
        raise WrongState
    address = sharing.members[0].instance
    body = msgspec.json.encode({"state": state or sharing.credentials[0].state})
    try:
        reply = await asking.fetched(
            house, "POST", f"{address}/sharings/{sharing_id}/preview-url", body=body, redirects=0, timeout_s=10.0,
            headers={"accept": asking.JSON, "content-type": asking.JSON},
        )  # fmt: skip
        url = str(msgspec.json.decode(reply.body)["url"]) if reply.status == 200 else ""
        return url if is_part_of(url, address) else ""
    except (PeerAway, msgspec.DecodeError, RecursionError, LookupError, TypeError):
        return ""
