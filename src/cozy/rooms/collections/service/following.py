"""Items follow the documents that apps write through `/data`, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cozy.kernel.clock import iso
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

from .. import store
from ..model import COLLECTION, Entry, Reading
from ..ports import Kind
from . import inline, kinds

_PAGE = 500


def follow(work: Work, doctype: str, ids: Sequence[str] | None) -> None:
    """Documents of a doctype were written or deleted, all of it where there are no ids: items are as they are now."""
    kind = kinds.of_doctype(work, doctype)
    if kind is None:
        return
    if ids is None:
        _forget(work, kind, doctype)
        return
    wanted = list(dict.fromkeys(ids))
    for document in documents.latest(work, doctype, wanted).values():
        _follow_one(work, kind, document, document.seq)


def _forget(work: Work, kind: Kind, doctype: str) -> None:
    """All of a doctype is gone without a trace, so that no seq tells of it: whoever synchronises asks for everything anew."""
    for entry in store.of_doctype(work, doctype):
        lose(work, kind, entry, entry.seq)
    store.begin_epoch(work)


def follow_collections(work: Work, doctype: str, ids: Sequence[str] | None) -> None:
    """The same for collections themselves: what was in one that is gone is in the default one."""
    for kind in work.plugged(Kind):
        if kind.collections == doctype:
            for id_ in store.used(work, kind.name) if ids is None else dict.fromkeys(ids):
                _empty(work, kind, id_)


def _empty(work: Work, kind: Kind, collection: str) -> None:
    if place(work, kind, collection) == collection:
        return
    while found := store.entries(work, kind.name, collection, "", _PAGE):
        for entry in found:
            document = documents.fetch(work, entry.doctype, entry.id)
            _follow_one(work, kind, document, documents.last_seq(work))


def _follow_one(work: Work, kind: Kind, document: Document, seq: int) -> None:
    """seq: of the change by which it is as it is."""
    reading = None if document.deleted else _read(work, kind, document)
    was = store.of_document(work, document.doctype, document.id)
    if reading is None:
        if was is not None:
            lose(work, kind, was, seq)
        return
    collection = place(work, kind, str(document.body.get(COLLECTION) or kind.default))
    stays = was is not None and was.collection == collection
    name = was.name if was and stays else _name(work, kind, collection, document)
    if was is not None and not stays:
        lose(work, kind, was, seq)
    keep(work, kind, document, reading, collection, name, seq=seq)


def place(work: Work, kind: Kind, collection: str) -> str:
    """A collection; the default one where there is none of that id."""
    is_there = collection == kind.default or documents.fetch_many(work, kind.collections, [collection])
    return collection if is_there else kind.default


def _read(work: Work, kind: Kind, document: Document) -> Reading | None:
    """What phones are to see of a document; nothing where nothing can be made of it."""
    try:
        return kind.read(work, document.doctype, document.id, document.body)
    except Problem:
        return None


def _name(work: Work, kind: Kind, collection: str, document: Document) -> str:
    """The name of what an app made: its id, unless somebody gave that to something else."""
    name = f"{document.id}{kind.extension}"
    taken = store.named(work, kind.name, collection, name)
    return f"{document.id}-{document.doctype}{kind.extension}" if taken else name


def keep(
    work: Work, kind: Kind, document: Document, reading: Reading, collection: str, name: str, size: int = 0,
    *, seq: int = 0,
) -> Entry:  # fmt: skip
    """Make a document the item of this name. size: bytes of the text, where it is known; seq: where it is not its own."""
    size = size or len(inline.put_back(work, reading.text).encode())
    entry = Entry(
        name, document.doctype, document.id, reading.uid, reading.component, document.rev, size, seq or document.seq,
        iso(work.now), collection,
    )  # fmt: skip
    store.write(work, kind.name, entry, reading.text)
    kind.indexed(work, entry, reading)
    return entry


def lose(work: Work, kind: Kind, entry: Entry, seq: int) -> None:
    """Nothing has the name of this item any more, since the change of this seq."""
    store.drop(work, kind.name, entry, seq)
    kind.indexed(work, entry, None)


def follow_all(work: Work) -> None:
    """Let every document that came without anybody telling be an item too."""
    for doctype, ids in _unnoticed(work):
        follow(work, doctype, ids)


def unlisted(work: Work) -> Iterator[tuple[str, str]]:
    """Doctype and id of the documents that should be items and are none."""
    for doctype, ids in _unnoticed(work):
        kind = kinds.of_doctype(work, doctype)
        for document in documents.fetch_many(work, doctype, ids).values():
            if kind and _read(work, kind, document) is not None:
                yield doctype, document.id


def _unnoticed(work: Work) -> Iterator[tuple[str, list[str]]]:
    """Documents that are no items at their revision, a page of ids at a time; some are not to be seen by phones."""
    for kind in work.plugged(Kind):
        for doctype in kind.doctypes:
            after = ""
            while ids := store.unnoticed(work, doctype, after, _PAGE):
                yield doctype, ids
                after = ids[-1]
