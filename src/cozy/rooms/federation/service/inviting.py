"""Getting to know somebody at another server before anything is shared: some servers take shares from nobody else."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import msgspec
from msgspec.structs import replace

from cozy.kernel.caller import Caller
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import new_secret
from cozy.kernel.safe import CannotOpen, Safe
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.documents.model import Query
from cozy.rooms.documents.ports import Doctype
from cozy.rooms.homes import service as homes

from ..errors import (
    AcceptedAlready,
    BadAddress,
    Incomplete,
    InviteOver,
    InviteRefused,
    NoInvite,
    TooManyInvites,
    Yourself,
)
from ..model.addresses import Address, address_of, origin_of, own_address, server_of
from ..model.invites import (
    DAYS,
    INVITES,
    TOKEN,
    Accepted,
    Invite,
    Known,
    body_of,
    from_body,
    read,
    written,
)
from . import noticing
from .discovering import discover
from .speaking import post

LIMIT = 200  # of a home, answered ones too
NAME_LIMIT = 200
DOCTYPES = [Doctype(INVITES, is_readable=False, is_writable=False, veiled=(TOKEN,))]


def listed(work: Work) -> list[Invite]:
    """All of them, the newest first."""
    found = documents.find(work, INVITES, Query(selector={}, limit=LIMIT)).documents
    return sorted(
        (from_body(each.id, each.body) for each in found), key=lambda each: each.created_at, reverse=True
    )


def make(work: Work) -> str:
    """A new invitation, as it is handed on to one person. Raises TooManyInvites."""
    for each in listed(work):
        if not each.who and _is_over(work, each):
            forget(work, each.id)
    if len(listed(work)) >= LIMIT:
        raise TooManyInvites(limit=LIMIT)
    token = new_secret()
    invite = Invite(id=_id_of(token), direction="made", created_at=iso(work.now), locked=_lock(work, token))
    documents.create(work, INVITES, body_of(invite), id_=invite.id)
    return text_of(work, invite)


def text_of(work: Work, invite: Invite) -> str:
    """An invitation as it is handed on; "" where it cannot be read any more."""
    try:
        safe: Safe = work.plugged(Safe)[0]
        token = safe.unlock(work.settings, work.home, INVITES, invite.locked).decode()
    except CannotOpen:
        return ""
    return written(token, _provider(work))


def forget(work: Work, invite_id: str) -> None:
    """Let an invitation lead nowhere any more, or forget who answered it. Raises NoInvite."""
    try:
        documents.delete(work, documents.fetch(work, INVITES, invite_id))
    except NoDocument as error:
        raise NoInvite from error


def hear(work: Work, told: Accepted) -> Known:
    """Somebody accepted an invitation: who they are is noted, and told who the owner is.

    Raises Incomplete, NoInvite, InviteOver, AcceptedAlready.
    """
    try:
        found = documents.fetch(work, INVITES, _id_of(told.token))
    except NoDocument as error:
        raise NoInvite from error
    invite = from_body(found.id, found.body)
    if invite.direction != "made":
        raise NoInvite
    if invite.who:
        raise AcceptedAlready
    if _is_over(work, invite):
        raise InviteOver
    address = _address(work, told.user_id, told.recipient_provider)
    known = replace(invite, who=address.text, called=_short(told.name), locked="")
    documents.update(work, found, body_of(known))
    noticing.known(work, known.who, known.called or known.who)
    return _me(work)


async def take(house: House, home: Home, caller: Caller, text: str) -> Invite:
    """Accept an invitation that somebody gave the owner. Raises NoInvite, Yourself, NoServer, InviteRefused."""
    token, server, told = await house.read(home, caller, _taking, text)
    provider = await discover(house, server)
    reply = await post(house, f"{provider.endpoint}/invite-accepted", msgspec.to_builtins(told))
    if reply.status not in {200, 201, 409}:
        raise InviteRefused(parameter="invitation", status=reply.status)
    try:
        known = msgspec.json.decode(reply.body, type=Known) if reply.status != 409 else Known()
    except (msgspec.DecodeError, RecursionError) as error:
        raise InviteRefused(parameter="invitation") from error
    return await house.write(home, caller, _taken, token, server, known)


def _taking(work: Work, text: str) -> tuple[str, str, Accepted]:
    found = read(text)
    if found is None:
        raise NoInvite(parameter="invitation")
    try:
        server = server_of(found[1], plain=work.origin.startswith("http:"))
    except BadAddress as error:
        raise NoInvite(parameter="invitation") from error
    if origin_of(server) == work.origin:
        raise Yourself(parameter="invitation")
    me = _me(work)
    return found[0], server, Accepted(_provider(work), found[0], me.user_id, me.email, me.name)


def _taken(work: Work, token: str, server: str, known: Known) -> Invite:
    id_ = _id_of(f"{token}@{server}")
    who = Address(known.user_id, server).text if known.user_id else ""
    invite = Invite(id=id_, direction="taken", created_at=iso(work.now), who=who, called=_short(known.name))
    if id_ not in documents.fetch_many(work, INVITES, [id_]):
        documents.create(work, INVITES, body_of(invite), id_=id_)
    return invite


def _address(work: Work, user_id: str, provider: str) -> Address:
    try:
        return address_of(f"{user_id}@{provider}", plain=work.origin.startswith("http:"))
    except BadAddress as error:
        raise Incomplete(parameter="userID") from error


def _me(work: Work) -> Known:
    profile = homes.profile(work)
    return Known(own_address(work.origin).partition("@")[0], profile.email, profile.public_name)


def _provider(work: Work) -> str:
    return own_address(work.origin).partition("@")[2]


def _short(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:NAME_LIMIT]


def _id_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def _is_over(work: Work, invite: Invite) -> bool:
    return invite.created_at < iso(work.now - timedelta(days=DAYS))


def _lock(work: Work, token: str) -> str:
    safe: Safe = work.plugged(Safe)[0]
    return safe.lock(work.settings, work.home, INVITES, token.encode())
