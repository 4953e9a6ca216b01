"""People who are there twice: found by what they have in common, made one, and taken apart again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import msgspec

from cozy.dav import lines
from cozy.dav.lines import Component, Line
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.model import COLLECTION, DELETED
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document
from cozy.rooms.permissions import service as permissions

from ..errors import CannotMerge, NothingToUndo
from ..model import CONTACTS, MEMBERS, cards, names
from ..model.people import Reason, Twins, group_ids, in_groups, is_favourite
from . import people

_AT_MOST = 200  # pairs that are shown at a time
_CROWD = 12  # as many with something in common have it by trade: the number of a switchboard, a mailing list
_LISTS = {
    "email": "address",
    "phone": "number",
    "address": "formattedAddress",
    "impp": "uri",
    "website": "url",
    "cozy": "url",
}
_ONCE = {
    "VERSION", "PRODID", "UID", "REV", "FN", "N", "NICKNAME", "BDAY", "ANNIVERSARY", "GENDER", "NOTE", "ORG", "TITLE", "KIND",
    "TEL", "EMAIL", "ADR", "IMPP", "URL", "CATEGORIES", "PHOTO", "X-ABDATE", "X-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY",
}  # fmt: skip
_MERGES = "io.cozy.contacts.merges"  # in the bin: what it takes to undo a merge
_NOT_SHARED = {"cozyMetadata", "indexes", "displayName", "relationships", "me", "trashed", COLLECTION}
_APART = "apart"  # the member of `cozyMetadata` that names who is somebody else


def duplicates(work: Work) -> list[Twins]:
    """Pairs of people who seem to be one, those with most in common first. Raises NobodyIn, NotAllowed."""
    everybody = people.all_(work)
    by_id = {person.id: person for person in everybody}
    common: dict[tuple[str, str], dict[Reason, str]] = {}
    for reason, shared in _shared(everybody):
        for ids, said in shared:
            for first, second in combinations(ids, 2):
                common.setdefault((first, second), {}).setdefault(reason, said)
    found = [
        Twins([by_id[first], by_id[second]], list(reasons.items()))
        for (first, second), reasons in common.items()
        if not _are_apart(by_id[first], by_id[second])
    ]
    return sorted(found, key=lambda twins: -len(twins.reasons))[:_AT_MOST]


def _shared(everybody: Sequence[Document]) -> Iterator[tuple[Reason, list[tuple[list[str], str]]]]:
    """For each reason: who has the same, and how it is spelt."""
    reasons: tuple[Reason, ...] = ("email", "phone", "name")
    for reason in reasons:
        groups: dict[str, tuple[list[str], str]] = {}
        for person in everybody:
            for key, said in _keys(person.body, reason):
                ids, _ = groups.setdefault(key, ([], said))
                if person.id not in ids:
                    ids.append(person.id)
        yield reason, [group for group in groups.values() if 1 < len(group[0]) <= _CROWD]


def _keys(body: Mapping[str, Any], reason: Reason) -> Iterator[tuple[str, str]]:
    if reason == "email":
        for entry in names.entries(body, "email"):
            if said := names.text(entry, "address"):
                yield said.casefold(), said
    elif reason == "phone":
        for entry in names.entries(body, "phone"):
            said = names.text(entry, "number")
            digits = "".join(c for c in said if c.isdecimal())[
                -9:
            ]  # so much of a number is the same with a code and without
            if len(digits) >= 7:
                yield digits, said
    else:
        whole = names.display(body)
        if (said := names.plain(whole)) and " " in said:
            yield " ".join(sorted(said.split())), whole


def _are_apart(first: Document, second: Document) -> bool:
    return second.id in _apart_from(first.body) or first.id in _apart_from(second.body)


def _apart_from(body: Mapping[str, Any]) -> list[str]:
    metadata = body.get("cozyMetadata")
    said = metadata.get(_APART) if isinstance(metadata, Mapping) else None
    return [str(each) for each in said] if isinstance(said, list) else []


def keep_apart(work: Work, ids: Sequence[str]) -> None:
    """Remember that these are different people. Raises NoContact, NobodyIn, NotAllowed."""
    if not ids:
        return
    first, *others = [people.fetch(work, id_) for id_ in dict.fromkeys(ids)]
    permissions.guard(work, "PUT", CONTACTS, {first.id}, first.body)
    apart = list(dict.fromkeys([*_apart_from(first.body), *(other.id for other in others)]))
    _write(
        work, first, {**first.body, "cozyMetadata": {**(first.body.get("cozyMetadata") or {}), _APART: apart}}
    )


def merge(work: Work, ids: Sequence[str]) -> str:
    """Make one of these people; what it takes to undo it.

    The first one stays, or the owner's own card where it is among them; it gets whatever only the others say, and the
    lines of their cards that nobody here knows; the others go into the bin.
    Raises CannotMerge, NoContact, NobodyIn, NotAllowed.
    """
    found = [people.fetch(work, id_) for id_ in dict.fromkeys(ids)]
    if len(found) < 2 or sum(each.body.get("me") is True for each in found) > 1:
        raise CannotMerge
    found.sort(key=lambda each: each.body.get("me") is not True)
    first, *others = found
    body = _united(first.body, [each.body for each in others])
    text = _united_text(work, first, others)
    binned = [people.remove(work, other.id) for other in others]
    written = _save(work, first, body, text)
    undo = {"before": first.body, "rev": written.rev, "binned": binned}
    return collections.binned.keep(work, Document(_MERGES, first.id, "", undo)).id


def unmerge(work: Work, undo: str) -> Document:
    """Take people apart whom `merge` made one: all are as they were. Raises NothingToUndo, NobodyIn, NotAllowed."""
    kept = documents.fetch_many(work, DELETED, [undo]).get(undo)
    if kept is None or kept.body.get("doctype") != _MERGES:
        raise NothingToUndo
    said = kept.body["body"]
    found = documents.fetch_many(work, CONTACTS, [kept.body["item"]])
    first = next(iter(found.values()), None)
    if first is None or first.rev != said["rev"]:
        raise NothingToUndo
    permissions.guard(work, "PUT", CONTACTS, {first.id}, first.body)
    for binned in said["binned"]:
        collections.binned.restore(work, binned)
    documents.delete(work, kept)
    return _write(work, first, said["before"])


def _united(body: Mapping[str, Any], others: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The members of several people: of one, filled up and lengthened by those of the others."""
    made = dict(body)
    for other in others:
        for member in MEMBERS - {"fullname", "note"} - set(_LISTS):
            if not made.get(member) and other.get(member):
                made[member] = other[member]
        for member, value in _LISTS.items():
            made[member] = _lengthened(names.entries(made, member), names.entries(other, member), value)
        made["note"] = _both(names.text(made, "note"), names.text(other, "note"))
        made = in_groups(made, list(dict.fromkeys([*group_ids(made), *group_ids(other)])))
        if is_favourite(other):
            made["cozyMetadata"] = {**(made.get("cozyMetadata") or {}), "favorite": True}
        relationships = {**(other.get("relationships") or {}), **(made.get("relationships") or {})}
        more = {member: said for member, said in other.items() if member not in _NOT_SHARED}
        made = {**more, **made, "relationships": relationships}
    return {member: said for member, said in made.items() if said not in (None, "", [])}


def _lengthened(
    ours: list[Mapping[str, Any]], theirs: Iterable[Mapping[str, Any]], value: str
) -> list[Mapping[str, Any]]:
    there = {_spelt(each, value) for each in ours}
    new = [each for each in theirs if _spelt(each, value) not in there]
    has_first = any(each.get("primary") for each in ours)
    return [*ours, *({k: v for k, v in each.items() if k != "primary" or not has_first} for each in new)]


def _spelt(entry: Mapping[str, Any], value: str) -> str:
    said = names.text(entry, value)
    if value == "number":
        return "".join(c for c in said if c.isdecimal() or c == "+") or said
    return names.plain(said) or msgspec.json.encode(entry).decode()


def _both(ours: str, theirs: str) -> str:
    return ours if theirs in ours else "\n\n".join(filter(None, [ours, theirs]))


def _united_text(work: Work, first: Document, others: Sequence[Document]) -> str:
    """The card of the first with the lines of the others that no member stands for, and a photo where it has none."""
    texts = {
        item.entry.id: item.text
        for item in collections.items.of_ids(work, CONTACTS, [each.id for each in [first, *others]])
    }
    if first.id not in texts:
        return ""
    card = lines.parse(texts[first.id])[0]
    parts = list(card.parts)
    for other in others:
        theirs = lines.parse(texts[other.id])[0] if other.id in texts else Component("VCARD")
        parts += _more(parts, theirs)
    return lines.write([Component(card.name, tuple(parts), card.begin, card.end)])


def _more(ours: Sequence[Line | Component], theirs: Component) -> list[Line]:
    """Lines of another card that ours does not have; their groups get names that are free."""
    there = {(line.name, line.value) for line in ours if type(line) is Line}
    has_photo = any(name == "PHOTO" for name, _ in there)
    dated = cards.apple_anniversary(theirs)
    mine = {
        line.group.lower()
        for line in theirs.lines()
        if line.name in _ONCE and line is not dated and line.name != "X-ABDATE"
    }
    new = [
        line
        for line in theirs.lines()
        if (line.name == "X-ABDATE" or line.name not in _ONCE or (line.name == "PHOTO" and not has_photo))
        and line is not dated
        and (line.name == "X-ABLABEL" or (line.name, line.value) not in there)
        and not (line.name.startswith("X-AB") and line.group and line.group.lower() in mine)
    ]
    return [_regrouped(line) for line in new]


def _regrouped(line: Line) -> Line:
    if not line.group:
        return line
    group = f"{line.group}-m"
    return Line(line.name, line.value, line.parameters, group, 0, f"{group}.{line.raw.partition('.')[2]}")


def _save(work: Work, first: Document, body: Mapping[str, Any], text: str) -> Document:
    if text:
        (item,) = collections.items.of_ids(work, CONTACTS, [first.id])
        collections.items.put(work, "contacts", item.entry.collection, item.entry.name, text)
        current = people.fetch(work, first.id)
        metadata = {**(body.get("cozyMetadata") or {}), **(current.body.get("cozyMetadata") or {})}
        body = {**body, "cozyMetadata": metadata}
    return people.save(work, body, first.id)


def _write(work: Work, person: Document, body: Mapping[str, Any]) -> Document:
    written = documents.update(work, person, body)
    collections.follow(work, CONTACTS, [person.id])
    return written
