"""Persons: the same somebody in several sharings, what they see of this home, what they share with it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cozy.kernel.text import sort_key
from cozy.kernel.work import Work
from cozy.rooms.contacts import service as contacts
from cozy.rooms.contacts.model import names
from cozy.rooms.documents.model import Document

from ..errors import NoMember
from ..model import Member, Sharing
from ..model.addresses import host_of
from . import inviting, keeping


class Membership(Struct, frozen=True):
    """Somebody in a sharing. index: which of its members they are."""

    sharing: Sharing
    index: int

    @property
    def member(self) -> Member:
        """What the sharing says of them."""
        return self.sharing.members[self.index]

    @property
    def handles(self) -> set[str]:
        """By what they are known. Of who shares with this home that is the address of theirs alone: their mail address is only said."""
        is_said = not self.sharing.owner and self.index == 0 and self.member.instance
        return _handles(replace(self.member, email="") if is_said else self.member)


class Person(Struct, frozen=True, kw_only=True):
    """Somebody with whom something is shared. contact: their card in this home, where there is one.

    sees: what of this home was shared with them; gives: what they share with it; beside: what others share with both.
    """

    key: str
    name: str
    address: str  # of their home, else for mail; "" where neither is known
    contact: Document | None = None
    sees: tuple[Membership, ...] = ()
    gives: tuple[Membership, ...] = ()
    beside: tuple[Membership, ...] = ()

    @property
    def taken(self) -> int:
        """How much of what was shared with them they have said yes to."""
        return sum(not each.member.is_waiting for each in self.sees)


def everybody(work: Work) -> list[Person]:
    """All of them, by name. Raises NobodyIn, NotAllowed."""
    found = _gathered(keeping.all_(work), contacts.people.all_(work))
    return sorted(found, key=lambda person: (sort_key(person.name), person.key))


def one(work: Work, key: str) -> Person:
    """The person of that key. Raises NoMember, NobodyIn, NotAllowed."""
    for person in _gathered(keeping.all_(work), contacts.people.all_(work), key):
        return person
    raise NoMember(id=key)


def of_contact(work: Work, contact: Document) -> Person | None:
    """Who somebody of the address book is here; None when nothing is shared with them. Raises NobodyIn, NotAllowed."""
    handles = _handles_of_contact(contact)
    there = [
        sharing for sharing in keeping.all_(work) if any(handles & _handles(each) for each in sharing.members)
    ]
    return next((person for person in _gathered(there, [contact]) if person.contact is not None), None)


def is_over(sharing: Sharing) -> bool:
    """Whether nothing is shared by it any more."""
    return not sharing.active and not sharing.is_waiting


def waiting(work: Work) -> int:
    """How many invitations wait for an answer of the owner of this home."""
    return sum(each.is_waiting for each in keeping.all_(work))


def arrived(work: Work, sharing: Sharing) -> int:
    """How many files of a sharing are in this home."""
    return inviting.count_files(work, sharing)


def may_invite(sharing: Sharing) -> bool:
    """Whether the owner of this home may bring others in: into what is theirs, or is open to all who may change it."""
    if is_over(sharing) or sharing.is_waiting:
        return False
    return sharing.owner or (sharing.open_sharing and not sharing.is_read_only(sharing.me))


def cards(work: Work) -> dict[str, Document]:
    """The address book, by the keys of those whom it knows. Raises NobodyIn, NotAllowed."""
    people = contacts.people.all_(work)
    return {_key(handle): card for card in reversed(people) for handle in _handles_of_contact(card)}


def key_of(member: Member) -> str:
    """The key of the person that a member is."""
    return _key(min(_handles(member), default=""))


# --- who is the same ---


def _gathered(sharings: Sequence[Sharing], people: Sequence[Document], key: str = "") -> Iterator[Person]:
    """The persons in these sharings. key: only the one of that key."""
    memberships = [Membership(each, n) for each in sharings for n in _others(each)]
    cards = {handle: card for card in reversed(people) for handle in _handles_of_contact(card)}
    groups = _same([*(each.handles for each in memberships), *(_handles_of_contact(card) for card in people)])
    held: dict[str, list[Membership]] = defaultdict(list)
    for each in memberships:
        held[groups[min(each.handles)]].append(each)
    handles: dict[str, set[str]] = defaultdict(set)
    for handle, group in groups.items():
        handles[group].add(handle)
    for group, mine_ in held.items():
        if not key or key in map(_key, handles[group]):
            card = next((cards[handle] for handle in sorted(handles[group]) if handle in cards), None)
            yield _person(mine_, card)


def _others(sharing: Sharing) -> Iterable[int]:
    """Which members are somebody else and have not left."""
    if is_over(sharing):
        return ()
    here = sharing.me
    return [n for n, each in enumerate(sharing.members) if n != here and each.status != "revoked"]


def _person(memberships: Sequence[Membership], card: Document | None) -> Person:
    members = [each.member for each in memberships]
    named = (contacts.people.name_of(card.body) if card else "") or max(members, key=_fullness).called
    address = next((_host(each.instance) for each in members if each.instance), "")
    mail = next((each.email for each in members if each.email), "")
    return Person(
        key=key_of(members[0]), name=named, address=address or mail, contact=card,
        sees=tuple(each for each in memberships if each.sharing.owner),
        gives=tuple(each for each in memberships if not each.sharing.owner and not each.index),
        beside=tuple(each for each in memberships if not each.sharing.owner and each.index),
    )  # fmt: skip


def _fullness(member: Member) -> tuple[bool, bool]:
    return bool(member.name), bool(member.public_name)


def _same(sets: Iterable[set[str]]) -> dict[str, str]:
    """For each handle, the one that stands for all that are of the same person."""
    stands: dict[str, str] = {}

    def root(handle: str) -> str:
        while stands.setdefault(handle, handle) != handle:
            handle = stands[handle]
        return handle

    for handles in sets:
        roots = {root(handle) for handle in handles}
        for each in roots:
            stands[each] = min(roots)
    return {handle: root(handle) for handle in list(stands)}


def _handles(member: Member) -> set[str]:
    """By what a member is known: the mail address, the home, else the name alone."""
    found = {f"mail:{member.email.lower()}"} if member.email else set()
    if member.instance:
        found.add(f"home:{_host(member.instance)}")
    return found or {f"name:{member.called}"}


def _handles_of_contact(contact: Document) -> set[str]:
    mails = {f"mail:{address.lower()}" for address in _texts(contact.body, "email", "address")}
    homes = {f"home:{host}" for url in _texts(contact.body, "cozy", "url") if (host := _host(url))}
    return mails | homes


def _host(address: str) -> str:
    """The host of a home, however its address was written."""
    return host_of(address if "://" in address else f"https://{address}").lower()


def _texts(body: Mapping[str, Any], name: str, member: str) -> list[str]:
    return [said for each in names.entries(body, name) if (said := names.text(each, member))]


def _key(handle: str) -> str:
    return hashlib.sha256(handle.encode()).hexdigest()[:24]
