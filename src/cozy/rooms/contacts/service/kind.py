"""Address books as a kind of collections: what cards say of documents, and documents of cards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.dav import lines
from cozy.dav.lines import Component
from cozy.dav.problems import BadLine
from cozy.kernel.clock import iso
from cozy.kernel.ids import new_id
from cozy.kernel.work import Work
from cozy.rooms.collections.errors import BadText
from cozy.rooms.collections.model import Collection, Entry, Reading, is_untouched, original_of, uid_of
from cozy.rooms.homes import service as homes

from ..model import BOOKS, CONTACTS, GROUPS, MEMBERS, cards, keeping, names, versions, writing
from ..model.people import in_groups, is_trashed
from . import members

VCARD = "VCARD"
DEFAULT_BOOK = "contacts"
_FIRST_NAMES = {"fr": "Contacts"}


class Contacts:
    """The kind `contacts`."""

    name = "contacts"
    collections = BOOKS
    doctypes = (CONTACTS, GROUPS)
    members = MEMBERS
    extension = ".vcf"
    media_type = "text/vcard"
    default = DEFAULT_BOOK
    components = (VCARD,)

    def first(self, work: Work) -> dict[str, Any]:
        """The address book that is always there."""
        return {"name": _FIRST_NAMES.get(homes.profile(work).locale, "Contacts")}

    def parse(self, text: str) -> Reading:
        """A card from outside, of version 3.0 or 4.0. Raises BadText."""
        return reading_of(card_of(text), lines.normal(text))

    def settle(self, work: Work, reading: Reading, current: Mapping[str, Any] | None) -> Reading:
        """The same, with the groups that the card names, the names that apps list people by, and when it changed."""
        if reading.doctype == GROUPS:
            return _with_body(reading, _settled_group(reading, current))
        said = keeping.kept(reading.body, current) if current else reading.body
        body = {**said, "relationships": (current or {}).get("relationships")}
        body = in_groups(body, members.said_by_card(work, reading.parsed, current))
        return _with_body(reading, settled(work, body, current, reading.text))

    def read(self, work: Work, doctype: str, id_: str, body: Mapping[str, Any]) -> Reading | None:
        """The card of a document as it is now; None for whoever waits for removal, and for groups that apps made.

        Groups without a card of their own are CATEGORIES in the cards of their people.
        """
        if is_trashed(body):
            return None
        original, uid = original_of(body), uid_of(body) or id_
        if doctype == GROUPS:
            return _group(work, id_, body, original) if original else None
        rev = _moment(body)
        wanted = members.categories(work, body)
        if not original:
            return _written(writing.fresh(uid, body, wanted, rev))
        card = _parsed(original)
        said = cards.categories(card)
        is_same = len(said) > cards.MOST_CATEGORIES or set(wanted) == set(said)
        if is_same and is_untouched(body, MEMBERS):
            return reading_of(card, original)
        return _written(writing.merged(card, body, wanted, rev))

    def is_copy(self, work: Work, collection: Collection) -> bool:
        """None is."""
        return False

    def closed(self, work: Work, collection: str) -> None:
        """Nobody else looks at a book as a whole."""

    def indexed(self, work: Work, entry: Entry, reading: Reading | None) -> None:
        """Groups with cards of their own, and their people, agree."""
        if entry.doctype == GROUPS:
            members.follow_card(work, entry.id, reading.parsed if reading else None)
        elif reading is not None:
            members.follow_person(work, entry)


def card_of(text: str, first: int = 1) -> Component:
    """The one card of a text; it gets a UID where it has none. first: the number of its first line. Raises BadText."""
    try:
        found = lines.parse(text, first)
    except BadLine as error:
        raise BadText(**error.facts) from error
    if len(found) != 1 or found[0].name != VCARD:
        at = found[1].number if len(found) > 1 else first
        raise BadText(line=at, reason="one vCard is expected")
    version = found[0].line("VERSION")
    if version is None or version.value.strip() not in {"3.0", "4.0"}:
        raise BadText(
            line=version.number if version else first, reason="a vCard of version 3.0 or 4.0 is expected"
        )
    return found[0]


def reading_of(card: Component, text: str) -> Reading:
    """What a card says. text: the same card as it is kept."""
    said = cards.read(card)
    if not said.uid:
        said_uid = new_id()
        card = Component(card.name, (*card.parts, lines.make("UID", said_uid)), card.begin, card.end)
        return reading_of(card, lines.write([card]))
    return Reading(GROUPS if said.is_group else CONTACTS, said.uid, VCARD, said.members, text, card)


def _written(card: Component) -> Reading:
    return reading_of(card, lines.write([card]))


def _parsed(text: str) -> Component:
    try:
        return lines.parse(text)[0]
    except (BadLine, IndexError) as error:
        raise BadText(line=1) from error


def _with_body(reading: Reading, body: Mapping[str, Any]) -> Reading:
    return Reading(reading.doctype, reading.uid, reading.component, body, reading.text, reading.parsed)


def settled(
    work: Work, body: Mapping[str, Any], current: Mapping[str, Any] | None, text: str = ""
) -> dict[str, Any]:
    """The members of a contact with those that apps list it by; when it changed, unless its card is what it was."""
    made = {
        **{name: value for name, value in body.items() if value is not None},
        "displayName": names.display(body),
        "indexes": {"byFamilyNameGivenNameEmailCozyUrl": names.index(body)},
    }
    metadata = {**_mapping(current or {}, "cozyMetadata"), **_mapping(body, "cozyMetadata")}
    if not (text and current and original_of(current) == text):
        metadata |= {"updatedAt": iso(work.now)}
        metadata.setdefault("createdAt", iso(work.now))
        metadata.setdefault("metadataVersion", 1)
        metadata.setdefault("doctypeVersion", 1)
    known = {**_mapping(current or {}, "metadata"), **_mapping(body, "metadata")}
    return {**made, "cozyMetadata": metadata, "metadata": {"version": 1, **known}}


def _mapping(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A member that is to be an object, whatever somebody put there."""
    value = body.get(name)
    return value if isinstance(value, Mapping) else {}


def _settled_group(reading: Reading, current: Mapping[str, Any] | None) -> dict[str, Any]:
    return {**reading.body, "metadata": {"version": 1, **_mapping(current or {}, "metadata")}}


def _group(work: Work, id_: str, body: Mapping[str, Any], original: str) -> Reading:
    card = _parsed(original)
    people = members.uids_in(work, id_)
    said = cards.people(card)
    strangers = [uid for uid in said if not members.is_known(work, uid)]
    return _written(
        writing.merged_group(card, names.text(body, "name"), [*people, *strangers], _moment(body))
    )


def _moment(body: Mapping[str, Any]) -> str:
    """When a document changed, for REV; "" where it does not say."""
    metadata = body.get("cozyMetadata")
    said = names.text(metadata, "updatedAt") if isinstance(metadata, Mapping) else ""
    return f"{said[:19]}Z" if len(said) >= 20 and said.endswith("Z") else ""


def text_of(text: str, version: str) -> str:
    """The text of a card in version 3.0 or 4.0."""
    card = _parsed(text)
    if versions.version_of(card) == version:
        return text
    return lines.write([versions.of(card, version)])


KIND = Contacts()
