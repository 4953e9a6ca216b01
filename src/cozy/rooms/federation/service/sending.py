"""A folder or file is shared with somebody at another server."""

from __future__ import annotations

import secrets
import string
from typing import Any

import msgspec
from msgspec import Struct

from cozy.kernel.caller import SYSTEM, VERBS, Caller, Verb
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import new_id
from cozy.kernel.outside import Reply
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NoFile
from cozy.rooms.files.model import RESERVED, File
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule

from ..errors import NoShare, NoThing, NotTaken, SentAlready, Yourself
from ..events import Answered
from ..model import FILES, WEBDAV, Share
from ..model.addresses import Address, address_of, origin_of, own_address
from ..model.ocm import UNSHARED, protocol_for
from . import keeping
from .discovering import Provider, discover
from .speaking import post

ID_DIGITS = 32
_ALPHABET = string.ascii_letters + string.digits
_SECRET = 32  # letters behind the id: 190 bits; Nextcloud keeps 64 of all
_NAME_LIMIT = 200
_READING: tuple[Verb, ...] = ("GET",)


class Wish(Struct, frozen=True):
    """What the owner wants: what is shared, with whom, and whether they may change it."""

    thing: str
    who: str
    may_write: bool


async def send(house: House, home: Home, caller: Caller, wish: Wish) -> Share:
    """Share it, and tell their server. Nothing is left of it where that server takes it not.

    Raises BadAddress, Yourself, NoThing, SentAlready, NoServer, NotTaken, NotAllowed.
    """
    address = await house.read(home, caller, _checked, wish)
    provider = await discover(house, address.server)
    share, secret = await house.write(home, caller, prepare, wish, address, provider)
    try:
        letter = await house.read(home, SYSTEM, _letter, share, provider)
        reply = await _delivered(house, share, secret, provider, letter)
    except BaseException:
        await house.write(home, SYSTEM, _undo, share)
        raise
    return await house.write(home, SYSTEM, _taken, share, reply)


def _checked(work: Work, wish: Wish) -> Address:
    address = address_of(wish.who, plain=work.origin.startswith("http:"))
    if origin_of(address.server) == work.origin:
        raise Yourself(parameter="who")
    thing_of(work, wish.thing)
    known = keeping.listed(work, direction="sent", thing=wish.thing, who=address.text)
    if any(each.is_open for each in known):
        raise SentAlready(parameter="who")
    return address


def thing_of(work: Work, file_id: str) -> File:
    """A folder or file that may be shared. Raises NoThing, NotAllowed."""
    try:
        found = files.fetch(work, file_id)
    except NoFile as error:
        raise NoThing(id=file_id[:100]) from error
    if found.is_trashed or found.id in RESERVED:
        raise NoThing(id=file_id[:100])
    return found


def prepare(work: Work, wish: Wish, address: Address, provider: Provider) -> tuple[Share, str]:
    """A share that is open from now on, and what opens it. Raises NoThing, NotAllowed."""
    thing = thing_of(work, wish.thing)
    id_ = new_id()
    secret = id_ + "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET))
    share = Share(
        id=id_, direction="sent", state="waiting", name=thing.name, is_folder=thing.is_folder, may_write=wish.may_write,
        who=address.text, server=address.server, endpoint=provider.endpoint, thing=thing.id, created_at=iso(work.now),
    )  # fmt: skip
    _let_in(work, share)
    return keeping.add(work, share, secret), secret


def _let_in(work: Work, share: Share) -> None:
    verbs = VERBS if share.may_write else _READING
    permissions.grant(
        work, "federated", share.id, {"files": Rule(FILES, verbs, (share.thing,))}, title=share.who
    )


def _letter(work: Work, share: Share, provider: Provider) -> dict[str, Any]:
    """What their server is told, but for what opens the share."""
    own, name = own_address(work.origin), homes.profile(work).public_name
    return {
        "name": share.name, "description": "", "providerId": share.id, "owner": own, "sender": own,
        "sharedBy": own, "ownerDisplayName": name, "senderDisplayName": name, "sharedByDisplayName": name, "shareType": "user",
        "resourceType": "folder" if share.is_folder and provider.takes_folders else "file",
        "uri": f"{work.origin}{WEBDAV}/",
    }  # fmt: skip


async def _delivered(
    house: House, share: Share, secret: str, provider: Provider, letter: dict[str, Any]
) -> Reply:
    """The answer of a server that took it, in the words of one version or, where it does not know them, of the other."""
    uri = letter.pop("uri")
    for is_old in (provider.is_old, not provider.is_old):
        protocol = protocol_for(secret, uri, may_write=share.may_write, is_old=is_old)
        said = {**letter, "shareWith": _whom(share, is_old=is_old), "protocol": protocol}
        reply = await post(house, f"{provider.endpoint}/shares", said)
        if reply.status in {200, 201}:
            return reply
        if reply.status not in {400, 422, 501}:
            break
    raise NotTaken(parameter="who", status=reply.status, host=share.server.partition("://")[2])


def _whom(share: Share, *, is_old: bool) -> str:
    """Who is meant: `bob@cloud.example.org`, or `bob@https://cloud.example.org` as Nextcloud writes it, and Seafile wants it."""
    user = share.who.removesuffix(f"@{share.server.partition('://')[2]}")
    return f"{user}@{share.server}" if is_old else share.who


def _undo(work: Work, share: Share) -> None:
    grant = permissions.of_source(work, "federated", share.id)
    if grant is not None:
        permissions.withdraw(work, grant)
    keeping.remove(work, share)


class _Taken(Struct, frozen=True):
    recipient: str | None = msgspec.field(default=None, name="recipientDisplayName")


def _taken(work: Work, share: Share, reply: Reply) -> Share:
    """The share, with the name that their server gives them. It may have been answered meanwhile."""
    try:
        name = msgspec.json.decode(reply.body, type=_Taken).recipient or ""
    except (msgspec.DecodeError, RecursionError):
        name = ""
    try:
        return call_them(work, keeping.fetch(work, share.id), name)
    except NoShare:
        return share


def call_them(work: Work, share: Share, name: str) -> Share:
    """The share, with the name of who is on the other side; the ledger knows them by it, too."""
    called = " ".join(name.split())[:_NAME_LIMIT]
    grant = permissions.of_source(work, "federated", share.id)
    if not called or called == share.called:
        return share
    if grant is not None:
        permissions.grant(
            work,
            "federated",
            share.id,
            grant.rules,
            title=f"{called} ({share.who})",
            expires_at=grant.expires_at,
        )
    return keeping.put(work, share, called=called)


def change(work: Work, share_id: str, *, may_write: bool) -> Share:
    """Let them change it, or only look, from now on. Raises NoShare."""
    share = sent(work, share_id)
    if not share.is_open:
        raise NoShare(id=share_id[:100])
    kept = keeping.put(work, share, may_write=may_write)
    grant = permissions.of_source(work, "federated", share.id)
    if grant is None:
        raise NoShare(id=share_id[:100])
    verbs = VERBS if may_write else _READING
    rules = {"files": Rule(FILES, verbs, (share.thing,))}
    permissions.grant(work, "federated", share.id, rules, title=grant.title, expires_at=grant.expires_at)
    return kept


def stop(work: Work, share_id: str) -> Share:
    """End it now. Raises NoShare. Publishes GrantEnded, of which `grant_ended` hears."""
    share = sent(work, share_id)
    grant = permissions.of_source(work, "federated", share.id)
    if grant is None:
        raise NoShare(id=share_id[:100])
    permissions.withdraw(work, grant)
    return keeping.put(work, share, state="ended")


def sent(work: Work, share_id: str) -> Share:
    """A share of this home's. Raises NoShare."""
    share = keeping.fetch(work, share_id)
    if share.direction != "sent":
        raise NoShare(id=share_id[:100])
    return share


def grant_ended(work: Work, share_id: str) -> None:
    """The owner, or time, took back what let somebody in: their server hears of it. Publishes Answered."""
    try:
        share = sent(work, share_id)
    except NoShare:
        return
    if share.state == "declined":
        return
    keeping.put(work, share, state="ended")
    work.publish(Answered(share.id, UNSHARED))
