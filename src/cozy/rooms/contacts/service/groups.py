"""Groups, for pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.model import Binned, original_of
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document
from cozy.rooms.permissions import service as permissions

from .. import store
from ..errors import BadGroupName, GroupNameTaken, NoGroup
from ..model import CONTACTS, GROUPS, cards, names
from ..model.people import Group, group_ids, is_trashed
from . import members

_NAME_LIMIT = 200
_PEOPLE = "people"  # of a group in the bin that a page deleted: the ids of who was in it


def all_(work: Work) -> list[Group]:
    """Every group with how many people are in it, sorted by name. Raises NobodyIn, NotAllowed."""
    permissions.guard(work, "GET", GROUPS, None, None)
    there = members.living(work)
    numbers = Counter(
        id_
        for person in (store.people(work) if there else ())
        if not is_trashed(person.body)
        for id_ in group_ids(person.body)
    )
    found = [_group(group, numbers[group.id]) for group in there]
    return sorted(found, key=lambda group: (names.plain(group.name), group.id))


def _group(document: Document, number: int = 0) -> Group:
    name = names.text(document.body, "name")
    return Group(document.id, document.rev, name or document.id, number, members.has_card(document))


def one(work: Work, id_: str) -> Group:
    """One group. Raises NoGroup, NobodyIn, NotAllowed."""
    document = _document(work, id_)
    permissions.guard(work, "GET", GROUPS, {id_}, document.body)
    return _group(document, len(store.in_group(work, id_)))


def _document(work: Work, id_: str) -> Document:
    found = documents.fetch_many(work, GROUPS, [id_]).get(id_)
    if found is None or is_trashed(found.body):
        raise NoGroup(id=id_)
    return found


def inside(work: Work, id_: str) -> list[Document]:
    """Who is in a group, by id. Asks nothing of the caller."""
    return store.in_group(work, id_)


def create(work: Work, name: str) -> Group:
    """A new group. Raises BadGroupName, GroupNameTaken, NobodyIn, NotAllowed."""
    clean = _clean(work, name)
    permissions.guard(work, "POST", GROUPS, set(), {"name": clean})
    return _group(members.create(work, clean))


def _clean(work: Work, name: str, but: str = "") -> str:
    clean = " ".join(name.split())[:_NAME_LIMIT]
    if not clean:
        raise BadGroupName
    _check_free(work, clean, but)
    return clean


def _check_free(work: Work, name: str, but: str = "") -> None:
    for group in members.living(work):
        if group.id != but and names.plain(names.text(group.body, "name")) == names.plain(name):
            raise GroupNameTaken(name=name)


def rename(work: Work, id_: str, name: str) -> Group:
    """Give a group another name. Raises NoGroup, BadGroupName, GroupNameTaken, NobodyIn, NotAllowed."""
    current = _document(work, id_)
    clean = _clean(work, name, but=id_)
    permissions.guard(work, "PUT", GROUPS, {id_}, current.body)
    documents.update(work, current, members.touched(work, {**current.body, "name": clean}))
    collections.follow(work, GROUPS, [id_])
    members.refresh(work, id_)
    return one(work, id_)


def put_into(work: Work, id_: str, people: Sequence[str]) -> None:
    """Let these people be in a group, and nobody else. people: their ids. Raises NoGroup, NobodyIn, NotAllowed."""
    _document(work, id_)
    wanted = set(people)
    inside = {person.id: person for person in store.in_group(work, id_)}
    new = documents.fetch_many(work, CONTACTS, [each for each in dict.fromkeys(people) if each not in inside])
    leaving = [person for person in inside.values() if person.id not in wanted]
    for person in [*leaving, *new.values()]:
        permissions.guard(work, "PUT", CONTACTS, {person.id}, person.body)
    members.put_all(
        work, [(person, [each for each in group_ids(person.body) if each != id_]) for person in leaving]
    )
    members.put_all(work, [(person, [*group_ids(person.body), id_]) for person in new.values()])


def delete(work: Work, id_: str) -> str:
    """Put a group into the bin; its people stay. What is there for it, for `restore`. Raises NoGroup, NobodyIn, NotAllowed."""
    current = _document(work, id_)
    permissions.guard(work, "DELETE", GROUPS, {id_}, current.body)
    inside = [person.id for person in store.in_group(work, id_)]
    kept = collections.binned.keep(
        work, Document(GROUPS, id_, current.rev, {**current.body, _PEOPLE: inside})
    )
    members.leave(work, id_)
    documents.delete(work, documents.fetch(work, GROUPS, id_))
    collections.follow(work, GROUPS, [id_])
    return kept.id


def number_in(binned: Binned) -> int:
    """How many people were in a group that is in the bin."""
    said = _ids_in(binned)
    return len(cards.people_of_text(original_of(binned.body)) if said is None else said)


def _ids_in(binned: Binned) -> list[str] | None:
    """The ids of who was in a group; None: a device deleted its card, which names them."""
    said = binned.body.get(_PEOPLE)
    return said if isinstance(said, list) else None


def restore(work: Work, binned: Binned) -> Document:
    """Bring a group back out of the bin, and into it whoever was there. Raises GroupNameTaken, NotInBin, NobodyIn, NotAllowed."""
    if name := names.text(binned.body, "name"):
        _check_free(work, name)
    people = _people_in(work, binned)
    for person in people:
        permissions.guard(work, "PUT", CONTACTS, {person.id}, person.body)
    id_ = collections.binned.restore(work, binned.id).id
    group = documents.fetch(work, GROUPS, id_)
    documents.update(work, group, {name: value for name, value in group.body.items() if name != _PEOPLE})
    members.put_all(
        work,
        [(person, list(dict.fromkeys([*group_ids(person.body), id_]))) for person in people],
    )
    collections.follow(work, GROUPS, [id_])
    return documents.fetch(work, GROUPS, id_)


def _people_in(work: Work, binned: Binned) -> list[Document]:
    ids = _ids_in(binned)
    if ids is not None:
        return list(documents.fetch_many(work, CONTACTS, ids).values())
    uids = cards.people_of_text(original_of(binned.body))
    return [person for uid in uids for person in members.with_uid(work, uid)]
