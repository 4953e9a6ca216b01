"""The homes of people: who has which, and whom the owner trusts to share."""

from __future__ import annotations

from collections.abc import Mapping
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


def learn(work: Work, email: str, address: str, *, name: str = "") -> None:
    """Note where the home of somebody is whom the owner invited at this mail address, and their name where it is not known.

    For what the owner typed and what was answered to it; what people say of themselves is for `meet`.
    """
    person = with_email(work, email) or at(work, address)
    if person is not None:
        _keep(work, person, _living_at(person.body, address), name=name, email=email)


def meet(work: Work, address: str, *, name: str, email: str) -> None:
    """Somebody whose home is at this address is known from now on, and what they share next may be taken unasked.

    name, email: as they say. Nobody becomes another contact by naming that contact's mail address.
    """
    person = at(work, address)
    email = "" if with_email(work, email) else email
    body = {**(person.body if person else {}), TRUSTED: True}
    _keep(work, person, _living_at(body, address), name=name, email=email)


def follow(work: Work, before: str, address: str) -> None:
    """Whoever's home was at one address has it at another."""
    person = at(work, before)
    if person is not None:
        _keep(work, person, _living_at(person.body, address, before))


def _living_at(body: Mapping[str, Any], address: str, before: str = "") -> dict[str, Any]:
    return {**body, "cozy": _homes(body, address, before)}


def _keep(
    work: Work, person: Document | None, body: dict[str, Any], *, name: str = "", email: str = ""
) -> None:
    """Keep somebody as they are known by now; a name and a mail address only where there was none."""
    if email and not names.entries(body, "email"):
        body["email"] = [{"address": email, "primary": True}]
    if name and not names.text(body, "fullname") and not body.get("name"):
        body["fullname"] = name
    if not names.display(body) or (person and body == person.body):
        return
    held = settled(work, body, person.body if person else None)
    kept = documents.update(work, person, held) if person else documents.create(work, CONTACTS, held)
    collections.follow(work, CONTACTS, [kept.id])


def _homes(body: Mapping[str, Any], address: str, before: str) -> list[dict[str, Any]]:
    known = [dict(entry) for entry in names.entries(body, "cozy")]
    kept = [each for each in known if not before or _plain(names.text(each, "url")) != _plain(before)]
    if not address or any(_plain(names.text(each, "url")) == _plain(address) for each in kept):
        return kept
    is_first = not any(each.get("primary") for each in kept)
    return [*kept, {"url": address, **({"primary": True} if is_first else {})}]


def is_trusted(person: Document) -> bool:
    """Whether the owner said yes to somebody before, so that what they share next is taken unasked."""
    return person.body.get(TRUSTED) is True
