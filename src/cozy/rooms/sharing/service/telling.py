"""The owner's home keeps those of members up to date: who is in, and how the sharing is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.contacts import service as contacts
from cozy.rooms.contacts.model import names
from cozy.rooms.permissions.errors import NotAllowed

from ..errors import NoSharing, PeerAway, PeerGone, PeerRefused, WrongState
from ..model import SHARINGS, Group, Member, Peer, Sharing, people
from . import asking, inviting, keeping, members, others

_TEXT_LIMIT = 300


class People(Struct, frozen=True):
    """Who is in a sharing, as the owner's home says."""

    data: tuple[Member, ...] = ()
    included: tuple[Group, ...] = ()


class _Round(Struct, frozen=True):
    """What is to be told, to the homes that are in, and to those that are only invited: address and code of each."""

    body: dict[str, Any]
    ready: list[Peer]
    invited: list[tuple[str, str]]


async def tell_members(house: House, home: Home, sharing_id: str) -> None:
    """Tell every home who is in. Each is told, whichever is away; raises PeerAway when one was, to be tried again."""
    found = await house.read(home, SYSTEM, _people, sharing_id)
    if found is None:
        return
    path = f"/sharings/{sharing_id}/recipients"
    headers = {"accept": asking.JSONAPI, "content-type": asking.JSONAPI}
    body = msgspec.json.encode(found.body)
    for address, code in found.invited:
        with_code = {**headers, "authorization": f"Bearer {code}"}
        try:
            await asking.fetched(house, "PUT", address + path, body=body, headers=with_code, redirects=0)
        except PeerAway:
            pass  # they are told when they say yes
    await _tell_all(house, home, found.ready, path, body, headers)


async def tell_description(house: House, home: Home, sharing_id: str) -> None:
    """Tell every home how a sharing is called. Raises PeerAway when one was away, to be tried again."""
    found = await house.read(home, SYSTEM, _description, sharing_id)
    if found is not None:
        path, headers = f"/sharings/{sharing_id}/metadata", {"content-type": asking.JSON}
        await _tell_all(house, home, found.ready, path, msgspec.json.encode(found.body), headers)


async def _tell_all(
    house: House, home: Home, to: Sequence[Peer], path: str, body: bytes, headers: Mapping[str, str]
) -> None:
    away: PeerAway | None = None
    for peer in to:
        try:
            await asking.ask(house, home, peer, "PUT", path, body=body, headers=headers)
        except PeerAway as error:
            away = error
        except (PeerGone, PeerRefused):
            pass  # its standing says so
    if away is not None:
        raise away


def _people(work: Work, sharing_id: str) -> _Round | None:
    sharing = _owned(work, sharing_id)
    if sharing is None:
        return None
    told = [
        replace(member, name="", instance="", only_in_groups=False, groups=()) for member in sharing.members
    ]
    body = {"data": people(told), "included": msgspec.to_builtins(sharing.groups)}
    return _Round(body, others.peers(work, sharing), _invited(work, sharing))


def _invited(work: Work, sharing: Sharing) -> list[tuple[str, str]]:
    """Homes that hold an invitation, and the code by which they know whose it is."""
    waiting = [
        (member.instance, inviting.code_of(work, sharing, index, "share-preview"))
        for index, member in enumerate(sharing.members)
        if index and member.status in {"pending", "seen"} and member.instance
    ]
    return [(address, code) for address, code in waiting if code]


def _description(work: Work, sharing_id: str) -> _Round | None:
    sharing = _owned(work, sharing_id)
    if sharing is None:
        return None
    return _Round({"description": sharing.description}, others.peers(work, sharing), [])


def _owned(work: Work, sharing_id: str) -> Sharing | None:
    try:
        sharing = keeping.fetch(work, sharing_id)
    except NoSharing:
        return None
    return sharing if sharing.owner and sharing.active else None


def told_members(work: Work, sharing_id: str, told: People, *, code: str = "") -> None:
    """On a member: the owner's home says who is in. code: of the preview, where this home has not said yes.

    Raises NoSharing, NotAllowed, WrongState.
    """
    sharing = keeping.fetch(work, sharing_id)
    if sharing.owner:
        raise WrongState
    if sharing.active:
        if others.writer_who_asks(work, sharing_id) != 0:
            raise NotAllowed(verb="PUT", doctype=SHARINGS)
    elif not code or not sharing.credentials or sharing.credentials[0].code != code:
        raise NotAllowed(verb="PUT", doctype=SHARINGS)
    if len(told.data) > 10 * members.MOST or len(told.included) > members.MOST:
        raise WrongState
    known = [*sharing.members, *(Member() for _ in told.data[len(sharing.members) :])]
    now = [_told(work, before, after) for before, after in zip(known, told.data, strict=False)]
    groups = tuple(replace(each, name=each.name[:_TEXT_LIMIT]) for each in told.included)
    changed = (*now, *known[len(now) :])
    keeping.put(work, replace(sharing, members=tuple(changed), groups=groups))


def _told(work: Work, before: Member, now: Member) -> Member:
    """A member as the owner's home knows them by now; who is the owner, and who this home is, stays."""
    name = before.name
    is_owner = before.status == "owner" or now.status == "owner"
    if now.email and now.email != before.email and not is_owner:
        person = contacts.homes.with_email(work, now.email)
        name = names.display(person.body) if person else ""
    return replace(
        before, name=name, email=now.email[:_TEXT_LIMIT], public_name=now.public_name[:_TEXT_LIMIT],
        read_only=now.read_only, status=before.status if is_owner or _is_own_end(before, now) else now.status,
    )  # fmt: skip


def _is_own_end(before: Member, now: Member) -> bool:
    """Whether a list says of this very home what only its own answer, or the end, decides."""
    return bool(before.instance) and (before.status == "ready") != (now.status == "ready")
