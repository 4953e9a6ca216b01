"""Who is in which group: what cards say and what documents say, in step.

The truth is in the documents of people (`relationships.groups`). A group that an app or a page made is a category in the
cards of its people; a group that a device made has a card of its own, which names its people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cozy.dav.lines import Component
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.model import Entry, original_of, uid_of
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

from .. import store
from ..model import CONTACTS, GROUPS, cards, names
from ..model.people import group_ids, in_groups, is_trashed


def living(work: Work) -> list[Document]:
    """Every group but those that wait for removal."""
    return [group for group in store.groups(work) if not is_trashed(group.body)]


def has_card(group: Document) -> bool:
    """Whether devices know a group by a card of its own."""
    return bool(original_of(group.body))


def categories(work: Work, body: Mapping[str, Any]) -> list[str]:
    """The names of the groups of a person that are categories in their card."""
    ids = group_ids(body)
    if not ids:
        return []
    found = documents.fetch_many(work, GROUPS, ids)
    there = [found[id_] for id_ in ids if id_ in found and not is_trashed(found[id_].body)]
    said = [names.text(group.body, "name") for group in there if not has_card(group)]
    return list(dict.fromkeys(filter(None, said)))


def said_by_card(work: Work, card: Component, current: Mapping[str, Any] | None) -> list[str]:
    """The ids of the groups of a person whose card came: those that it names, made where there are none.

    Groups with cards of their own stay as they were; a new person is in those that name them already. Of a card that names
    more than a hundred, the further ones make nobody enter a group.
    """
    wanted = cards.categories(card)
    before = group_ids(current or {})
    there = living(work) if wanted or before or current is None else []
    if current is None:
        uid = card.value("UID").strip()
        before = [group.id for group in there if cards.names_person(original_of(group.body), uid)]
    kept = [group.id for group in there if has_card(group) and group.id in before]
    by_name = {names.text(group.body, "name"): group.id for group in there if not has_card(group)}
    entered = [by_name.get(name) or create(work, name).id for name in wanted[: cards.MOST_CATEGORIES]]
    further = [by_name[name] for name in wanted[cards.MOST_CATEGORIES :] if by_name.get(name) in before]
    return [*entered, *further, *kept]


def create(work: Work, name: str) -> Document:
    """A new group."""
    body = {
        "name": name,
        "metadata": {"version": 1},
        "cozyMetadata": {"createdAt": iso(work.now), "updatedAt": iso(work.now)},
    }
    return documents.create(work, GROUPS, body)


def uids_in(work: Work, group_id: str) -> list[str]:
    """The UIDs of who is in a group."""
    inside = store.in_group(work, group_id)
    return [uid_of(person.body) or person.id for person in inside if not is_trashed(person.body)]


def is_known(work: Work, uid: str) -> bool:
    """Whether there is somebody with this UID."""
    return bool(collections.items.with_uid(_unasked(work), "contacts", uid))


def _unasked(work: Work) -> Work:
    """The same work, for what follows from a change that was allowed: whoever made it may not see groups, or people."""
    return replace(work, caller=SYSTEM)


def follow_card(work: Work, group_id: str, card: Component | None) -> None:
    """Let those be in a group whom its card names, and nobody else; None: the group is gone or waits for removal."""
    if card is None:
        if not documents.fetch_many(work, GROUPS, [group_id]):
            leave(work, group_id)
        return
    people = cards.people(card)
    wanted = set(people)
    inside = store.in_group(work, group_id)
    there = {uid_of(person.body) or person.id for person in inside}
    leaving = [person for person in inside if (uid_of(person.body) or person.id) not in wanted]
    entering = [person for uid in people if uid not in there for person in with_uid(work, uid)]
    put_all(
        work, [(person, [id_ for id_ in group_ids(person.body) if id_ != group_id]) for person in leaving]
    )
    put_all(work, [(person, [*group_ids(person.body), group_id]) for person in entering])


def with_uid(work: Work, uid: str) -> list[Document]:
    """The people of this UID."""
    found = collections.items.with_uid(_unasked(work), "contacts", uid)
    return [documents.fetch(work, CONTACTS, entry.id) for entry in found if entry.doctype == CONTACTS]


def follow_person(work: Work, entry: Entry) -> None:
    """Let the cards of groups name a person who is in them."""
    with_cards = [group for group in store.groups(work) if has_card(group)]
    if not with_cards:
        return
    person = documents.fetch(work, CONTACTS, entry.id)
    mine = group_ids(person.body)
    stale = [
        group.id
        for group in with_cards
        if (group.id in mine) != cards.names_person(original_of(group.body), entry.uid)
    ]
    if stale:
        rewrite(work, stale)


def rewrite(work: Work, ids: Iterable[str]) -> None:
    """Write the cards of groups anew, from who is in them."""
    for id_ in ids:
        group = documents.fetch(work, GROUPS, id_)
        if has_card(group) and not is_trashed(group.body):
            collections.items.save(
                _unasked(work), "contacts", touched(work, group.body), doctype=GROUPS, id_=id_
            )


def put_all(work: Work, wanted: Sequence[tuple[Document, list[str]]]) -> None:
    """Let people be in these groups and no other; the card of a group is written once for all of them."""
    changed = [(person, ids) for person, ids in wanted if ids != group_ids(person.body)]
    for person, ids in changed:
        documents.update(work, person, touched(work, in_groups(person.body, ids)))
    if changed:
        collections.follow(work, CONTACTS, [person.id for person, _ in changed])


def leave(work: Work, group_id: str) -> None:
    """Let nobody be in a group any more."""
    inside = store.in_group(work, group_id)
    put_all(work, [(person, [id_ for id_ in group_ids(person.body) if id_ != group_id]) for person in inside])


def refresh(work: Work, group_id: str) -> None:
    """Let the cards of the people of a group say what it is called now."""
    for person in store.in_group(work, group_id):
        said = categories(work, person.body)
        if set(said) != set(cards.categories_of_text(original_of(person.body))):
            documents.update(work, person, touched(work, person.body))
            collections.follow(work, CONTACTS, [person.id])


def touched(work: Work, body: Mapping[str, Any]) -> dict[str, Any]:
    """The same members, changed now."""
    metadata = body.get("cozyMetadata")
    said = dict(metadata) if isinstance(metadata, Mapping) else {}
    return {**body, "cozyMetadata": {**said, "updatedAt": iso(work.now)}}
