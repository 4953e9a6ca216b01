"""What another Cozy has as well, under another id: known by its name or by what it says, so that it is not here twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.model import COLLECTION, METADATA, item_of, original_of, uid_of, with_item
from cozy.rooms.contacts import service as contacts
from cozy.rooms.contacts.model import BOOKS, CONTACTS, GROUPS
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document
from cozy.rooms.photos.model import ALBUMS

from ... import store
from ...model import Copy
from ...store import Taken
from .outcomes import digest_of, key_of

COZY = "cozy"  # the format that the sources of another Cozy are known by
BANK_ACCOUNTS = "io.cozy.bank.accounts"
CALENDARS = "io.cozy.calendars"
# What others are put into: one of each name is enough, and what is in the other comes into it.
SHELVES = frozenset({CALENDARS, BOOKS, GROUPS, ALBUMS, BANK_ACCOUNTS})
# What nothing else names by its id, or by a member that is looked at below.
_ALIKE = SHELVES | {
    CONTACTS, "io.cozy.calendar.events", "io.cozy.calendar.journals", "io.cozy.todos", "io.cozy.bookmarks",
    "io.cozy.bank.operations",
}  # fmt: skip
_sorted = msgspec.json.Encoder(order="sorted").encode
ByLikeness = dict[str, list[str]]


def source_of(doctype: str, id_: str) -> str:
    """The source of a document of another Cozy."""
    return f"{doctype}/{id_}"


def here(work: Work, doctype: str, id_: str) -> str:
    """The id that a document of another Cozy has here; its own where it is not known to have another one."""
    key = key_of(COZY, source_of(doctype, id_))
    found = store.taken(work, [key]).get(key)
    return found.id if found is not None and found.id else id_


def can_be_alike(doctype: str) -> bool:
    """Whether there may be twins of this type."""
    return doctype in _ALIKE


def all_here(work: Work, doctype: str) -> ByLikeness:
    """The ids of what is here, by what twins have in common."""
    found: ByLikeness = {}
    for each in store.all_of(work, doctype):
        if like := _likeness(doctype, each.body):
            found.setdefault(like, []).append(each.id)
    return found


def _likeness(doctype: str, body: Mapping[str, Any]) -> str:
    """What twins have in common; "" where nothing can be told. Events are known by their UID."""
    if doctype == BANK_ACCOUNTS and (number := body.get("iban") or body.get("number")):
        return digest_of(f"{number}".replace(" ", "").upper())
    if doctype in SHELVES:
        said = [body.get(each) for each in ("name", "label", "source", "is_read_only")]
        return digest_of(_sorted(said).decode()) if said[0] or said[1] else ""
    if doctype == CONTACTS and (text := original_of(body)):
        said = [contacts.moving.said(text), body.get("relationships")]
        return digest_of(_sorted(said).decode()) if said[0] else ""
    return "" if uid_of(body) else digest_of(_sorted(_without(body, METADATA)).decode())


def _without(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


def says_the_same(body: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two documents differ at most in when, and by which program, they were written."""
    return _bare(body) == _bare(other)


def _bare(body: Mapping[str, Any]) -> dict[str, Any]:
    return with_item(_without(body, METADATA), item_of(body))


def find(work: Work, item: Copy, body: Mapping[str, Any], known: ByLikeness) -> Document | None:
    """What is here and is the same thing: nothing that the other Cozy has too, and nobody else's twin there."""
    like = _likeness(item.doctype, body)
    ids = [id_ for id_ in known.get(like, ()) if id_ not in item.among] if like else []
    for id_, each in documents.fetch_many(work, item.doctype, ids).items():
        if _likeness(item.doctype, each.body) == like and not _is_anothers(work, item, id_):
            return each
    return None


def _is_anothers(work: Work, item: Copy, id_: str) -> bool:
    key = _key(item.doctype, id_)
    taken = store.taken(work, [key]).get(key)
    return taken is not None and taken.id != item.id and taken.id in item.among


def remember(work: Work, item: Copy, twin: Document, digest: str) -> None:
    """Two things there that are alike stay two here."""
    store.remember(work, Taken(_key(item.doctype, twin.id), digest, item.doctype, item.id, ""))


def _key(doctype: str, id_: str) -> str:
    return key_of("twin", source_of(doctype, id_))


def with_ids_here(work: Work, doctype: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A document that names what it is part of as that is called here: its collection, groups, account, albums."""
    changed = dict(body)
    kind = collections.kinds.of_doctype(work, doctype)
    shelf = body.get(COLLECTION)
    if kind is not None and isinstance(shelf, str) and shelf != kind.default:
        changed[COLLECTION] = here(work, kind.collections, shelf)
    if doctype == CONTACTS:
        changed |= _with_groups(work, body)
    if doctype == "io.cozy.bank.operations" and isinstance(account := body.get("account"), str):
        changed["account"] = here(work, BANK_ACCOUNTS, account)
    if isinstance(links := body.get("referenced_by"), list):
        changed["referenced_by"] = [_named_here(work, each, "type", "id") for each in links]
    return body if changed == body else changed


def _with_groups(work: Work, body: Mapping[str, Any]) -> dict[str, Any]:
    related = body.get("relationships")
    groups = related.get("groups") if isinstance(related, Mapping) else None
    data = groups.get("data") if isinstance(groups, Mapping) else None
    if not isinstance(related, Mapping) or not isinstance(groups, Mapping) or not isinstance(data, list):
        return {}
    named = [_named_here(work, each, "_type", "_id") for each in data]
    return {"relationships": {**related, "groups": {**groups, "data": named}}}


def _named_here(work: Work, link: Any, type_: str, id_: str) -> Any:
    """A link to something that stands for a thing of the other Cozy."""
    if not isinstance(link, Mapping) or link.get(type_) not in SHELVES or not isinstance(link.get(id_), str):
        return link
    return {**link, id_: here(work, str(link[type_]), str(link[id_]))}
