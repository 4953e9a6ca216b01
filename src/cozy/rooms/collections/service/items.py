"""Items: documents whose truth for phones is a text, and for apps their members. Each write keeps both in step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cozy.kernel.ids import new_id
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import UpdateConflict
from cozy.rooms.documents.model import Document
from cozy.rooms.permissions import service as permissions

from .. import store
from ..errors import (
    AlreadyHere,
    BadName,
    NoItem,
    NotExpected,
    ReadOnly,
    TextTooLarge,
    UidTaken,
    WrongComponent,
)
from ..model import (
    COLLECTION,
    NAME_LIMIT,
    TEXT_LIMIT,
    Collection,
    Entry,
    Expected,
    Item,
    Reading,
    digest,
    item_of,
    with_item,
)
from ..ports import Kind
from . import binned, inline, kinds, shelves
from .discarding import discard
from .following import keep, lose, place

PAGE = 1000
_ANYTHING = Expected()


def entries(work: Work, kind_name: str, collection: str, after: str = "", limit: int = PAGE) -> list[Entry]:
    """A page of what is in a collection, by name, without texts. Raises NoCollection, NobodyIn, NotAllowed."""
    _open(work, kind_name, collection)
    return store.entries(work, kind_name, collection, after, limit)


def page(work: Work, kind_name: str, collection: str, after: str = "", limit: int = PAGE) -> list[Item]:
    """The same, with texts."""
    _open(work, kind_name, collection)
    return [whole(work, item) for item in store.page(work, kind_name, collection, after, limit)]


def kept(work: Work, kind_name: str, collection: str, after: str = "", limit: int = PAGE) -> list[Item]:
    """The same, with texts as they are kept: markers in the place of large values (`whole` puts those back)."""
    _open(work, kind_name, collection)
    return store.page(work, kind_name, collection, after, limit)


def many(work: Work, kind_name: str, collection: str, names: Sequence[str]) -> list[Item]:
    """Those of these names that are there, in any order."""
    _open(work, kind_name, collection)
    return [whole(work, item) for item in store.many(work, kind_name, collection, names)]


def of_ids(work: Work, doctype: str, ids: Sequence[str]) -> list[Item]:
    """The items that these documents are, in any order."""
    permissions.guard(work, "GET", doctype, None, None)
    return [whole(work, item) for item in store.of_ids(work, doctype, ids)]


def one(work: Work, kind_name: str, collection: str, name: str) -> Item:
    """One item. Raises NoCollection, NoItem, NobodyIn, NotAllowed."""
    _open(work, kind_name, collection)
    found = store.many(work, kind_name, collection, [name])
    if not found:
        raise NoItem
    return whole(work, found[0])


def entry(work: Work, kind_name: str, collection: str, name: str) -> Entry:
    """The same, without its text."""
    _open(work, kind_name, collection)
    found = store.named(work, kind_name, collection, name)
    if found is None:
        raise NoItem
    return found


def with_uid(work: Work, kind_name: str, uid: str) -> list[Entry]:
    """What has this UID, in whatever collection."""
    kinds.guard(work, "GET", kinds.named(work, kind_name))
    return store.anywhere(work, kind_name, uid)


def counts(work: Work, kind_name: str, collection: str) -> dict[str, int]:
    """How many items a collection holds, by component: `{"VEVENT": 3, "VTODO": 1}`."""
    return store.counts(work, kind_name, collection)


def _open(work: Work, kind_name: str, collection: str) -> None:
    kind = kinds.named(work, kind_name)
    kinds.guard(work, "GET", kind)
    shelves.here(work, kind, collection)


def whole(work: Work, item: Item) -> Item:
    """An item with its large values in the text."""
    text = inline.put_back(work, item.text)
    return item if text is item.text else Item(item.entry, text)


def put(
    work: Work, kind_name: str, collection: str, name: str, text: str, expected: Expected = _ANYTHING,
    *, by_source: bool = False,
) -> tuple[Entry, bool]:  # fmt: skip
    """Make this the text of a name; whether it is new.

    by_source: the copy of another place follows it. Raises BadName, BadText, NoCollection, NotExpected, ReadOnly,
    TextTooLarge, UidTaken, WrongComponent, NobodyIn, NotAllowed.
    """
    kind = kinds.named(work, kind_name)
    shelf = _writable(work, kind, collection, by_source)
    there = store.named(work, kind_name, collection, _checked(name))
    check(expected, there)
    size = len(text.encode())
    if size > TEXT_LIMIT:
        raise TextTooLarge(limit=TEXT_LIMIT)
    reading = kind.parse(inline.taken_out(work, text))
    _check_fits(work, kind, shelf, reading, there)
    current = documents.fetch(work, there.doctype, there.id) if there else None
    reading = kind.settle(work, reading, current.body if current else None)
    document = _written(work, kind, shelf, reading, current)
    if there is not None and document.rev == there.rev:
        return there, False
    if there is not None and there.doctype != reading.doctype:
        lose(work, kind, there, document.seq)
    return keep(work, kind, document, reading, collection, name, size), there is None


def _checked(name: str) -> str:
    if not name or len(name) > NAME_LIMIT or "/" in name or name in {".", ".."} or not name.isprintable():
        raise BadName(name=name[:NAME_LIMIT])
    return name


def _writable(work: Work, kind: Kind, collection: str, by_source: bool = False) -> Collection:
    shelf = shelves.here(work, kind, collection)
    if shelf.is_read_only and not by_source:
        raise ReadOnly(collection=collection)
    return shelf


def check(expected: Expected, there: Entry | None) -> None:
    """What is at a name is as it should be. Raises NotExpected."""
    if expected.if_match and not _names(expected.if_match, there):
        raise NotExpected
    if expected.if_none_match and _names(expected.if_none_match, there):
        raise NotExpected


def _names(tags: str, there: Entry | None) -> bool:
    if there is None:
        return False
    return tags.strip() == "*" or there.etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))


def _check_fits(work: Work, kind: Kind, shelf: Collection, reading: Reading, there: Entry | None) -> None:
    if reading.component not in shelf.components:
        raise WrongComponent(component=reading.component)
    other = store.with_uid(work, kind.name, shelf.id, reading.uid)
    if other is not None and (there is None or other.name != there.name):
        raise UidTaken(uid=reading.uid, name=other.name)


def _written(
    work: Work, kind: Kind, shelf: Collection, reading: Reading, current: Document | None
) -> Document:
    """The document of a text; what the text does not speak of stays."""
    kept = {k: v for k, v in current.body.items() if k not in kind.members} if current else {}
    body = _owned(kind, shelf.id, reading, {**kept, **reading.body})
    if current is None:
        id_ = new_id()
        permissions.guard(work, "POST", reading.doctype, {id_}, body)
        return documents.create(work, reading.doctype, body, id_=id_)
    permissions.guard(work, "PUT", current.doctype, {current.id}, current.body)
    permissions.guard(work, "PUT", reading.doctype, {current.id}, body)
    if current.doctype == reading.doctype:
        return current if current.body == body else documents.update(work, current, body)
    documents.delete(work, current)
    return documents.create(work, reading.doctype, body, id_=current.id)


def _owned(kind: Kind, collection: str, reading: Reading, body: Mapping[str, Any]) -> dict[str, Any]:
    """A document that says where it is, and which text speaks of its members as they are."""
    item = {"uid": reading.uid, "text": reading.text, "of": digest(body, kind.members)}
    owned = with_item({k: v for k, v in body.items() if k != COLLECTION}, item)
    return owned if collection == kind.default else {**owned, COLLECTION: collection}


def save(
    work: Work, kind_name: str, body: Mapping[str, Any], *, doctype: str = "", id_: str = "", rev: str = "",
    collection: str = "", by_source: bool = False,
) -> Document:  # fmt: skip
    """Write an item by its members, as pages do: its text is made, or merged with the one that there was.

    id_: of the document to change, a new one where it is empty; rev: the one that was looked at, "" for any.
    collection: where it goes; "" for where it is, or the default one.
    Raises BadText, NoCollection, NoDocument, ReadOnly, UpdateConflict, WrongComponent, NobodyIn, NotAllowed.
    """
    kind = kinds.named(work, kind_name)
    doctype = doctype or kind.doctypes[0]
    current = documents.fetch(work, doctype, id_) if id_ else None
    if current is not None and rev and current.rev != rev:
        raise UpdateConflict(doctype=doctype, id=id_)
    was = store.of_document(work, doctype, id_) if current else None
    shelf = _shelf(work, kind, was, current, collection, by_source)
    held = _held(body, current)
    id_ = id_ or new_id()
    reading = kind.read(work, doctype, id_, held)
    if reading is None or reading.component not in shelf.components:
        raise WrongComponent(component=reading.component if reading else "")
    document = _saved(work, current, doctype, id_, _owned(kind, shelf.id, reading, held))
    if was is not None and was.collection != shelf.id:
        lose(work, kind, was, document.seq)
    keep(work, kind, document, reading, shelf.id, _free_name(work, kind, shelf.id, was, id_))
    return document


def _shelf(
    work: Work, kind: Kind, was: Entry | None, current: Document | None, wanted: str, by_source: bool
) -> Collection:
    """Where an item goes; both there and where it was may be written."""
    said = str(current.body.get(COLLECTION) or "") if current else ""
    old = was.collection if was else place(work, kind, said or kind.default)
    if wanted and wanted != old and current is not None:
        _writable(work, kind, old, by_source)
    return _writable(work, kind, wanted or old, by_source)


def _held(body: Mapping[str, Any], current: Document | None) -> dict[str, Any]:
    """The members of an item, with the UID and the text that it has."""
    return with_item(body, item_of(current.body) if current else {})


def _free_name(work: Work, kind: Kind, collection: str, was: Entry | None, id_: str) -> str:
    """The name that an item had, or its id; another one where that is taken."""
    name = was.name if was else f"{id_}{kind.extension}"
    there = store.named(work, kind.name, collection, name)
    return name if there is None or there.id == id_ else f"{new_id()}{kind.extension}"


def _saved(work: Work, current: Document | None, doctype: str, id_: str, body: Mapping[str, Any]) -> Document:
    if current is None:
        permissions.guard(work, "POST", doctype, {id_}, body)
        return documents.create(work, doctype, body, id_=id_)
    permissions.guard(work, "PUT", doctype, {id_}, current.body)
    permissions.guard(work, "PUT", doctype, {id_}, body)
    return current if current.body == body else documents.update(work, current, body)


def delete(
    work: Work, kind_name: str, collection: str, name: str, expected: Expected = _ANYTHING,
    *, by_source: bool = False,
) -> None:  # fmt: skip
    """Put an item into the bin. Raises NoItem, NotExpected, ReadOnly, NobodyIn, NotAllowed."""
    kind = kinds.named(work, kind_name)
    _writable(work, kind, collection, by_source)
    there = store.named(work, kind_name, collection, name)
    check(expected, there)
    if there is None:
        raise NoItem
    discard(work, kind, there, is_binned=not by_source)


def remove(work: Work, kind_name: str, doctype: str, id_: str) -> None:
    """The same, for the item that a document is. Raises NoDocument, ReadOnly, NobodyIn, NotAllowed."""
    kind = kinds.named(work, kind_name)
    found = store.of_document(work, doctype, id_)
    if found is None:
        document = documents.fetch(work, doctype, id_)
        permissions.guard(work, "DELETE", doctype, {id_}, document.body)
        binned.keep(work, document)
        documents.delete(work, document)
        return
    _writable(work, kind, found.collection)
    discard(work, kind, found)


def move(
    work: Work, kind_name: str, source: tuple[str, str], target: tuple[str, str], *, overwrites: bool,
    expected: Expected = _ANYTHING,
) -> bool:  # fmt: skip
    """Give an item another name, perhaps in another collection; whether nothing was there.

    source, target: collection and name. Raises NoItem, NotExpected, ReadOnly, AlreadyHere, UidTaken, WrongComponent.
    """
    kind = kinds.named(work, kind_name)
    _writable(work, kind, source[0])
    shelf = _writable(work, kind, target[0])
    there, other = (
        store.named(work, kind_name, *source),
        store.named(work, kind_name, target[0], _checked(target[1])),
    )
    check(expected, there)
    if there is None:
        raise NoItem
    if source == target:
        return False
    if other is not None and not overwrites:
        raise AlreadyHere(name=target[1])
    if there.component not in shelf.components:
        raise WrongComponent(component=there.component)
    same = store.with_uid(work, kind_name, target[0], there.uid)
    if same is not None and same.name not in {target[1], *([source[1]] if source[0] == target[0] else [])}:
        raise UidTaken(uid=there.uid, name=same.name)
    if other is not None:
        discard(work, kind, other)
    _moved(work, kind, there, target)
    return other is None


def _moved(work: Work, kind: Kind, there: Entry, target: tuple[str, str]) -> None:
    current = documents.fetch(work, there.doctype, there.id)
    permissions.guard(work, "PUT", there.doctype, {there.id}, current.body)
    body = {k: v for k, v in current.body.items() if k != COLLECTION}
    if target[0] != kind.default:
        body[COLLECTION] = target[0]
    document = documents.update(work, current, body)
    reading = kind.read(work, document.doctype, document.id, document.body)
    lose(work, kind, there, document.seq)
    if reading is not None:
        keep(work, kind, document, reading, *target)
