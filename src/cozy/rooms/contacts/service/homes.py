"""The homes of people: who has which, and whom the owner trusts to share."""

from __future__ import annotations

from typing import Any

from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

from .. import store
from ..model import CONTACTS, names
from ..model.people import is_trashed
from .kind import settled

TRUSTED = "trustedForSharing"  # cozy-stack's


def with_email(work: Work, email: str) -> Document | None:
    """Somebody with this mail address; the first by id, were there several."""
    return _with(work, "email", "address", email)


def at(work: Work, address: str) -> Document | None:
    """Somebody whose home is at this address: `https://ana.example.org`."""
    return _with(work, "cozy", "url", address)


def _with(work: Work, member: str, part: str, value: str) -> Document | None:
    wanted = _plain(value)
    if not wanted:
        return None
    found = (person for person in store.mentioning(work, wanted) if not is_trashed(person.body))
    return next(
        (
            person
            for person in found
            if any(_plain(names.text(entry, part)) == wanted for entry in names.entries(person.body, member))
        ),
        None,
    )


def _plain(value: str) -> str:
    return value.strip().rstrip("/").lower()


def learn(
    work: Work,
    email: str,
    address: str,
    *,
    name: str = "",
    adds: bool = False,
    trusts: bool = False,
    before: str = "",
) -> None:
    """Note the address of somebody's home, and their name where it is not known.

    adds: whether somebody who is nobody here is made a contact; trusts: whether what they share next is taken unasked;
    before: the address that this one takes the place of.
    """
    person = with_email(work, email) or at(work, before or address)
    if person is None and not adds:
        return
    body: dict[str, Any] = dict(person.body) if person else {}
    if email and not names.entries(body, "email"):
        body["email"] = [{"address": email, "primary": True}]
    if name and not names.text(body, "fullname") and not body.get("name"):
        body["fullname"] = name
    body["cozy"] = _homes(body, address, before)
    if trusts:
        body[TRUSTED] = True
    if not names.display(body) or (person and body == person.body):
        return
    held = settled(work, body, person.body if person else None)
    kept = documents.update(work, person, held) if person else documents.create(work, CONTACTS, held)
    collections.follow(work, CONTACTS, [kept.id])


def _homes(body: dict[str, Any], address: str, before: str) -> list[dict[str, Any]]:
    known = [dict(entry) for entry in names.entries(body, "cozy")]
    kept = [each for each in known if not before or _plain(names.text(each, "url")) != _plain(before)]
    if not address or any(_plain(names.text(each, "url")) == _plain(address) for each in kept):
        return kept
    is_first = not any(each.get("primary") for each in kept)
    return [*kept, {"url": address, **({"primary": True} if is_first else {})}]


def is_trusted(person: Document) -> bool:
    """Whether the owner said yes to somebody before, so that what they share next is taken unasked."""
    return person.body.get(TRUSTED) is True
