"""People, for pages: who there is, looked up, written, thrown away."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.model import COLLECTION
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument, UpdateConflict
from cozy.rooms.documents.model import Document
from cozy.rooms.permissions import service as permissions

from .. import store
from ..errors import NobodyKnown, NoContact
from ..model import CONTACTS, dates, names
from ..model.people import Birthday, is_favourite, is_trashed
from .kind import DEFAULT_BOOK, settled

Order = Literal["family", "given"]
name_of = names.display
_NEAR = 59  # days that end within three months
_LOOKED_AT = ("fullname", "displayName", "nickname", "company", "department", "jobTitle", "note")
_LISTS_LOOKED_AT = (
    ("phone", "number"), ("email", "address"), ("address", "formattedAddress"), ("address", "street"),
    ("address", "postcode"), ("address", "city"), ("impp", "uri"), ("cozy", "url"),
)  # fmt: skip


def all_(
    work: Work,
    group: str = "",
    query: str = "",
    *,
    favourites: bool = False,
    book: str = "",
    order: Order = "family",
) -> list[Document]:
    """Everybody, sorted as people are: by family name or by given name, whatever the case and the accents.

    group: only who is in it; query: words that must all be found in a name, a mail address, a number, a company…;
    favourites: only those; book: the id of an address book, "" for all; who is in none that is there counts to the first one.
    Raises NobodyIn, NotAllowed.
    """
    permissions.guard(work, "GET", CONTACTS, None, None)
    found = store.in_group(work, group) if group else store.people(work)
    wanted = query_words(query)
    books = {each.id for each in collections.shelves.all_(work, "contacts")} if book else set()
    chosen = [
        each
        for each in found
        if not is_trashed(each.body)
        and (not favourites or is_favourite(each.body))
        and (not book or _book_of(each.body, books) == book)
        and (not wanted or _has(each.body, wanted))
    ]
    by_given = order == "given"
    keys = {each.id: (names.sort_key(each.body, by_given=by_given), each.id) for each in chosen}
    return sorted(chosen, key=lambda each: _letters_first(keys[each.id]))


def book_of(work: Work, body: Mapping[str, Any]) -> str:
    """The address book that somebody is in. Raises NobodyIn, NotAllowed."""
    return _book_of(body, {each.id for each in collections.shelves.all_(work, "contacts")})


def _book_of(body: Mapping[str, Any], books: Container[str]) -> str:
    """The address book that somebody is in: the first one, where they say another that is not there."""
    said = body.get(COLLECTION)
    return said if isinstance(said, str) and said in books else DEFAULT_BOOK


def _letters_first(key: tuple[str, str]) -> tuple[bool, str, str]:
    """Those without a letter come last."""
    return names.letter(key[0]) == names.OTHERS, *key


def letter(body: Mapping[str, Any], order: Order = "family") -> str:
    """The letter under which somebody stands in that order."""
    return names.letter(names.sort_key(body, by_given=order == "given"))


def query_words(query: str) -> list[str]:
    """What is looked for, as it is compared."""
    return names.plain(query).split()


def _has(body: Mapping[str, Any], words: Sequence[str]) -> bool:
    """Whether all of these are somewhere in what is known of somebody; numbers however they are spaced."""
    said = [names.text(body, each) for each in _LOOKED_AT]
    said += [names.of_parts(body)]
    said += [
        names.text(entry, part) for member, part in _LISTS_LOOKED_AT for entry in names.entries(body, member)
    ]
    held = names.plain(" ".join(filter(None, said)))
    if all(word in held for word in words):
        return True
    digits = _digits("".join(words))
    numbers = (_digits(names.text(entry, "number")) for entry in names.entries(body, "phone"))
    return (
        len(digits) > 2
        and not "".join(words).strip("+0123456789.-/()")
        and any(digits in each for each in numbers)
    )


def _digits(said: str) -> str:
    """The digits of a number, without the zero or the code of a country that comes before."""
    return "".join(c for c in said if c.isdecimal()).lstrip("0")


def fetch(work: Work, id_: str) -> Document:
    """One person. Raises NoContact, NobodyIn, NotAllowed."""
    try:
        found = documents.fetch(work, CONTACTS, id_)
    except NoDocument as error:
        raise NoContact(id=id_) from error
    permissions.guard(work, "GET", CONTACTS, {id_}, found.body)
    return found


def save(work: Work, body: Mapping[str, Any], id_: str = "", rev: str = "", book: str = "") -> Document:
    """Write somebody: all their members; their card follows, with all in it that nobody here knows.

    id_: who it is, "" for somebody new; rev: the revision that was looked at, "" for any; book: where they go.
    Raises NobodyKnown, NoContact, UpdateConflict, NobodyIn, NotAllowed.
    """
    current = fetch(work, id_) if id_ else None
    if current is not None and rev and current.rev != rev:
        raise UpdateConflict(doctype=CONTACTS, id=id_)
    held = _named(body, current.body if current else {})
    if not names.display(held):
        raise NobodyKnown
    members = settled(work, held, current.body if current else None)
    return collections.items.save(
        work, "contacts", members, doctype=CONTACTS, id_=id_, rev=rev, collection=book
    )


def _named(body: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The members with the whole name that they make, where the parts are what was changed."""
    made, was = names.of_parts(body), names.of_parts(before)
    said = names.text(body, "fullname")
    if made != was and said == names.text(before, "fullname"):
        said = made
    others = {
        name: value
        for name, value in body.items()
        if name not in {"fullname", "displayName"} and value is not None
    }
    full = said or made or names.display(others)
    return {**others, "fullname": full} if full else others


def favour(work: Work, id_: str) -> bool:
    """Put somebody among the favourites, or take them out; whether they are one now. Raises NoContact."""
    current = fetch(work, id_)
    is_one = not is_favourite(current.body)
    metadata = {**(current.body.get("cozyMetadata") or {}), "favorite": is_one}
    permissions.guard(work, "PUT", CONTACTS, {id_}, current.body)
    documents.update(work, current, {**current.body, "cozyMetadata": metadata})
    collections.follow(work, CONTACTS, [id_])
    return is_one


def remove(work: Work, id_: str) -> str:
    """Put somebody into the bin; the id of what is there, for `bins.restore`. Raises NoContact, NobodyIn, NotAllowed."""
    fetch(work, id_)
    collections.items.remove(work, "contacts", CONTACTS, id_)
    return next(each.id for each in collections.binned.all_(work, "contacts") if each.item == id_)


def birthdays(work: Work, today: date, days: int = 30) -> list[Birthday]:
    """The birthdays from today on, the nearest first. today: where the owner is; days: how far."""
    permissions.guard(work, "GET", CONTACTS, None, None)
    found: list[Birthday] = []
    for person in _born_within(work, today, days):
        born = names.text(person.body, "birthday")
        coming, known = dates.next_time(born, today), dates.parts(born)
        if coming is not None and known is not None and (coming - today).days <= days:
            age = coming.year - known[0] if known[0] else None
            found.append(
                Birthday(person, dates.day_of(born), coming, age if age is not None and age > 0 else None)
            )
    return sorted(found, key=lambda each: each.on)


def _born_within(work: Work, today: date, days: int) -> list[Document]:
    """Who may have a birthday in these days: of a large address book a few are read rather than all."""
    months = sorted({(today + timedelta(days=ahead)).month for ahead in range(min(days, _NEAR) + 1)})
    near = store.born_in(work, months) if days <= _NEAR else store.people(work)
    return [each for each in near if not is_trashed(each.body)]
