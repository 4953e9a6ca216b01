"""A share comes from another server: from anybody, as nobody there is known here.

So little is believed. Nothing is shown before the server that the sender's address names has told what it is, and has opened
what is shared to the secret that came: then it is that server who shares.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import new_id
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.contacts import service as contacts
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.documents.model import Document

from ..errors import (
    BadAddress,
    CannotTake,
    Closed,
    Incomplete,
    NoShare,
    NotReceiving,
    NotThere,
    TooManyWaiting,
)
from ..events import Answered, ShareArrived
from ..model import Item, Scheme, Share
from ..model.addresses import Address, address_of, origin_of
from ..model.ocm import ACCEPTED, DECLINED, RESOURCES, Access, NewShare, access_of
from . import keeping, noticing
from .discovering import Provider, discover
from .reaching import look, opened

SETTINGS, CHOICE = "io.cozy.settings", "io.cozy.settings.federation"
MOST_WAITING = 500  # shares that their servers vouched for, without an answer
MOST_OF_ONE = 10  # of these and of those that are looked into, from one server
MOST_UNVERIFIED = 50  # that are looked into: it takes seconds, so that none but made-up ones give way
NAME_LIMIT = 200  # characters
SECRET_LIMIT = 4096
UNVERIFIED_DAYS, OVER_DAYS = 1, 30


def is_on(work: Work) -> bool:
    """Whether the owner takes shares from other servers; so it is unless they said no."""
    try:
        return documents.fetch(work, SETTINGS, CHOICE).body.get("receives") is not False
    except NoDocument:
        return True


def choose(work: Work, *, receives: bool) -> None:
    """Take shares from other servers from now on, or none."""
    try:
        documents.update(work, documents.fetch(work, SETTINGS, CHOICE), {"receives": receives})
    except NoDocument:
        documents.create(work, SETTINGS, {"receives": receives}, id_=CHOICE)


def count(work: Work, visitor: Visitor) -> None:
    """Note that a share comes, before it is looked at. Raises TooManyAttempts."""
    auth.limits.count(work, "invitation", visitor)


def arrive(work: Work, told: NewShare) -> Share:
    """Keep what was told, until it is known whether it is so. The same told twice is one share.

    Raises NotReceiving, CannotTake, Incomplete, TooManyWaiting. Publishes ShareArrived.
    """
    if not is_on(work):
        raise NotReceiving
    access = _checked(work, told)
    owner = _address(work, told.owner, "owner")
    sender = _address(work, told.sender or told.shared_by or told.owner, "sender")
    remote_id = str(told.provider_id)
    known = keeping.listed(work, direction="received", server=owner.server, remote_id=remote_id)
    for each in known:
        if keeping.secret_of(work, each) == access.secret:
            return each
    _make_room(work, owner.server)
    called = told.sender_display_name or told.shared_by_display_name or told.owner_display_name or ""
    share = Share(
        id=new_id(), direction="received", state="unverified", name=_short(told.name), is_folder=told.resource_type == "folder",
        may_write=access.may_write, who=sender.text if sender.server == owner.server else owner.text, called=_short(called),
        server=owner.server, remote_id=remote_id, url=access.uri, created_at=iso(work.now),
    )  # fmt: skip
    work.publish(ShareArrived(share.id))
    return keeping.add(work, share, access.secret)


def _checked(work: Work, told: NewShare) -> Access:
    for name, value in (
        ("shareWith", told.share_with),
        ("name", told.name),
        ("providerId", told.provider_id),
        ("owner", told.owner),
    ):
        if value == "":
            raise Incomplete(parameter=name)
    if told.share_type != "user" or told.resource_type not in RESOURCES:
        raise CannotTake
    if _is_elsewhere(work, told.share_with):
        raise Incomplete(parameter="shareWith")
    name = _short(told.name)
    if not name or "/" in name or name in {".", ".."} or len(str(told.provider_id)) > NAME_LIMIT:
        raise Incomplete(parameter="name")
    access = access_of(told.protocol)
    if access is None or len(access.secret) > SECRET_LIMIT or not access.secret.isprintable():
        raise Incomplete(parameter="protocol")
    if access.requirements:
        raise CannotTake
    return access


def _is_elsewhere(work: Work, share_with: str) -> bool:
    """Whether somebody at another server is meant; Nextcloud may say a name alone."""
    if "@" not in share_with:
        return False
    try:
        meant = address_of(share_with, plain=work.origin.startswith("http:"))
    except BadAddress:
        return True
    return meant.host != work.origin.partition("://")[2]


def _address(work: Work, text: str, parameter: str) -> Address:
    try:
        found = address_of(text, plain=work.origin.startswith("http:"))
    except BadAddress as error:
        raise Incomplete(parameter=parameter) from error
    if origin_of(found.server) == work.origin:
        raise Incomplete(parameter=parameter)
    return found


def _short(text: str) -> str:
    """A name as it can be shown: one line of what can be printed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:NAME_LIMIT]


def _make_room(work: Work, server: str) -> None:
    """Let the oldest that nobody vouched for yet give way. Raises TooManyWaiting."""
    unverified = keeping.listed(work, direction="received", state="unverified")
    waiting = keeping.listed(work, direction="received", state="waiting")
    of_one = sum(each.server == server for each in (*unverified, *waiting))
    if of_one >= MOST_OF_ONE or len(waiting) >= MOST_WAITING:
        raise TooManyWaiting(retry_after_s=24 * 3600)
    for each in unverified[MOST_UNVERIFIED - 1 :]:
        keeping.remove(work, each)


class _Found(Struct, frozen=True):
    """A share as its server shows it."""

    url: str
    scheme: Scheme
    endpoint: str
    item: Item


async def verify(house: House, home: Home, share_id: str) -> None:
    """Find out whether the server that is named shares this; then it waits for the owner, else it is forgotten.

    Raises NoServer, Away, for another try.
    """
    try:
        share, secret = await house.read(home, SYSTEM, _unverified, share_id)
    except NoShare:
        return
    provider = await discover(house, share.server)
    url = _url_in(share, provider)
    found = await _shown(house, share, secret, provider, url) if url else None
    await house.write(home, SYSTEM, _verified, share_id, found)


def _unverified(work: Work, share_id: str) -> tuple[Share, str]:
    share = keeping.fetch(work, share_id)
    if share.state != "unverified":
        raise NoShare(id=share_id)
    return share, keeping.secret_of(work, share)


def _url_in(share: Share, provider: Provider) -> str:
    """Where it lies: as the share says, where that is at the same server, else where what is shared there begins; "" for nowhere."""
    if not share.url:
        return provider.webdav
    if "://" not in share.url:
        return f"{provider.webdav.rstrip('/')}/{share.url.lstrip('/')}"
    return share.url if origin_of(share.url) in provider.origins else ""


async def _shown(house: House, share: Share, secret: str, provider: Provider, url: str) -> _Found | None:
    schemes: tuple[Scheme, Scheme] = ("bearer", "basic") if share.url else ("basic", "bearer")
    for scheme in schemes:
        place = opened(replace(share, url=url, scheme=scheme, is_folder=False), secret)
        try:
            item, _ = await look(house, place, "")
            return _Found(url, scheme, provider.endpoint, item)
        except (Closed, NotThere):
            continue
    return None


def _verified(work: Work, share_id: str, found: _Found | None) -> None:
    try:
        share, _ = _unverified(work, share_id)
    except NoShare:
        return
    if found is None:
        keeping.remove(work, share)
        return
    may_write = share.may_write if found.item.may_write is None else found.item.may_write
    is_old_without_word = found.item.may_write is None and not share.url
    kept = keeping.put(
        work, share, state="waiting", url=found.url, scheme=found.scheme, endpoint=found.endpoint,
        is_folder=found.item.is_folder, may_write=may_write or is_old_without_word,
    )  # fmt: skip
    noticing.arrived(work, kept)


def received(work: Work, share_id: str) -> Share:
    """What came from elsewhere, and is known to be so. Raises NoShare."""
    share = keeping.fetch(work, share_id)
    if share.direction != "received" or share.state in {"unverified", "declined"}:
        raise NoShare(id=share_id[:100])
    return share


def accept(work: Work, share_id: str) -> Share:
    """Take it. Raises NoShare. Publishes Answered."""
    share = received(work, share_id)
    if share.state != "waiting":
        return share
    work.publish(Answered(share.id, ACCEPTED))
    return keeping.put(work, share, state="accepted")


def decline(work: Work, share_id: str) -> Share:
    """Do not take it, or no longer; of what is over already, nothing is left. Raises NoShare. Publishes Answered."""
    share = received(work, share_id)
    if share.state == "ended":
        keeping.remove(work, share)
        return share
    work.publish(Answered(share.id, DECLINED))
    return keeping.put(work, share, state="declined")


def contact_of(work: Work, share: Share) -> Document | None:
    """Who of the owner's contacts shares this, if any: by that address, or by a home at it."""
    return contacts.homes.with_email(work, share.who) or contacts.homes.at(work, share.server)


def tidy(work: Work) -> None:
    """Forget what no server vouched for, and what has been over for a while."""
    for share in keeping.listed(work):
        days = {"unverified": UNVERIFIED_DAYS, "ended": OVER_DAYS, "declined": OVER_DAYS}.get(share.state)
        if days and share.created_at < iso(work.now - timedelta(days=days)):
            keeping.remove(work, share)
