"""Who is meant by what somebody types: a person or a group of the address book, a mail address, the address of a home."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from cozy.kernel.work import Work
from cozy.rooms.contacts import service as contacts
from cozy.rooms.contacts.model import names
from cozy.rooms.contacts.model.people import Group
from cozy.rooms.documents.model import Document
from cozy.rooms.homes import service as homes

from ..errors import NoAddress, Unknown, Yourself
from ..model.addresses import home_address

_MAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_HOME = re.compile(r"(https?://\S+|[\w-]+(\.[\w-]+)+(:\d+)?/?)")
_LABELLED = re.compile(r".*<([^<>]+)>\s*")
SHOWN = 20  # suggestions


class Choice(Struct, frozen=True):
    """Somebody who can be meant. address: where the invitation goes; of a group, how many are in it."""

    kind: Literal["contact", "group"]
    id: str
    name: str
    address: str = ""
    number: int = 0

    @property
    def label(self) -> str:
        """How it is written into the field: `Théo Le Gall <theo@example.org>`, `Family`."""
        return f"{self.name} <{self.address}>" if self.address and self.address != self.name else self.name


def suggestions(work: Work, typed: str) -> list[Choice]:
    """Who may be meant so far: people who can be reached, and groups, whose words begin like those that were typed."""
    people = [choice for each in contacts.people.all_(work, query=typed) if (choice := _choice(each))]
    wanted = names.plain(typed)
    groups = [
        _group(each)
        for each in contacts.groups.all_(work)
        if each.number and wanted in names.plain(each.name)
    ]
    return [*groups[: SHOWN // 4], *people][:SHOWN]


def meant(work: Work, typed: str) -> list[Choice]:
    """Who is meant: one, or several to choose from. A mail address, or that of a home, of nobody known makes a contact.

    Raises Unknown, NoAddress, Yourself, BadHomeAddress, NotAHome, NobodyIn, NotAllowed.
    """
    said = " ".join(typed.split())
    if labelled := _LABELLED.fullmatch(said):
        said = labelled[1].strip()
    if _MAIL.fullmatch(said):
        return [_by_mail(work, said)]
    if found := _named(work, said):
        return found
    if _HOME.fullmatch(said):
        return [_by_home(work, said)]
    raise Unknown(parameter="who", name=said[:200])


def chosen(work: Work, kind: str, id_: str) -> Choice:
    """The person or group of that id. Raises NoContact, NoGroup, NoAddress, Yourself."""
    if kind == "group":
        return _group(contacts.groups.one(work, id_))
    return _reachable(contacts.people.fetch(work, id_))


def _named(work: Work, said: str) -> list[Choice]:
    """Those who are called so, or, where there are none, whose words are like it."""
    if not said:
        return []
    groups = [
        _group(each) for each in contacts.groups.all_(work) if names.plain(each.name) == names.plain(said)
    ]
    people = contacts.people.all_(work, query=said)
    same = [each for each in people if names.plain(contacts.people.name_of(each.body)) == names.plain(said)]
    if len(same or people) == 1 and not groups:
        return [_reachable((same or people)[0])]
    reachable = [choice for each in same or people if (choice := _choice(each))]
    if people and not groups and not reachable:
        raise NoAddress(parameter="who")
    return [*groups, *reachable][:SHOWN]


def _choice(person: Document) -> Choice | None:
    """Somebody who can be reached, and is not the owner."""
    address = _address(person)
    if not address or person.body.get("me") is True:
        return None
    return Choice("contact", person.id, contacts.people.name_of(person.body), address)


def _reachable(person: Document) -> Choice:
    if person.body.get("me") is True:
        raise Yourself(parameter="who")
    found = _choice(person)
    if found is None:
        raise NoAddress(parameter="who")
    return found


def _address(person: Document) -> str:
    """Where an invitation goes: to their home, where it is known, else to their mailbox."""
    return names.cozy_host(person.body) or names.first(person.body, "email", "address")


def _group(group: Group) -> Choice:
    return Choice("group", group.id, group.name, number=group.number)


def _by_mail(work: Work, address: str) -> Choice:
    if address.lower() == homes.profile(work).email.lower():
        raise Yourself(parameter="who")
    known = contacts.homes.with_email(work, address)
    return _reachable(known or contacts.people.save(work, {"email": [{"address": address, "primary": True}]}))


def _by_home(work: Work, typed: str) -> Choice:
    url = home_address(typed, plain=work.origin.startswith("http://"))
    if url == work.origin:
        raise Yourself(parameter="who")
    known = contacts.homes.at(work, url)
    return _reachable(known or contacts.people.save(work, {"cozy": [{"url": url, "primary": True}]}))
