"""The open folder: everything in a home as files that programs of every kind read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import msgspec

from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.calendars import service as calendars
from cozy.rooms.collections import service as collections
from cozy.rooms.contacts import service as contacts
from cozy.rooms.documents.model import Document
from cozy.rooms.files import service as files

from .. import store
from ..model import BIN, CALENDARS, CONTACTS, DATA, FILES, VERSIONS, LeftOut, Line
from . import leaving, pages
from .names import Names, plain
from .schema import Shape, described
from .sidecars import sidecar
from .spool import Spool

_ALBUMS = "io.cozy.photos.albums"
_CALENDARS, _CONTACTS = "calendars", "contacts"
_NOTE = ".cozy-note"
_encode = msgspec.json.Encoder().encode


class Note(msgspec.Struct, frozen=True):
    """A note whose text is still to be read. path: below `Files`."""

    path: str
    modified: str
    sha256: str
    size: int


@dataclass(slots=True)
class Gathered:
    """What one look at a home found that is needed afterwards."""

    at: str
    seq: int
    notes: list[Note] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)  # documents by doctype


def gather(work: Work, spool: Spool) -> Gathered:
    """Write the lines of everything in a home, as it is at this moment; reads only."""
    found = Gathered(iso(work.now), store.last_seq(work))
    guide = pages.Guide(work, found.at)
    tree = _tree(work, spool, found, guide)
    _versions(work, spool, tree)
    for name, path, text in _people(work):
        guide.name(CONTACTS, name, spool.made(path, found.at, text).path)
    for name, path, text in _dates(work):
        guide.name(CALENDARS, name, spool.made(path, found.at, text).path)
    _documents(work, spool, found)
    guide.finish(spool, found.counts)
    return found


def _tree(work: Work, spool: Spool, found: Gathered, guide: pages.Guide) -> dict[str, str]:
    """Files and sidecars, folder by folder; the paths of all folders, by id."""
    paths: dict[str, str] = {}
    names: dict[str, Names] = {}
    for folder in store.folders(work):
        above = str(folder.body.get("dir_id") or "")
        if folder.id == files.ROOT:
            path = FILES
        elif folder.id == files.TRASH:
            path = BIN
        elif above in paths:
            path = f"{paths[above]}/{names[above].free(str(folder.body['name']))}"
        else:
            continue
        paths[folder.id], names[folder.id] = path, Names()
        spool.add(Line(f"{path}/", str(folder.body.get("updated_at") or found.at), 0, ""))
        guide.folder(folder.id, above, path)
    albums = store.names(work, _ALBUMS)
    beside: list[
        tuple[str, Document, str]
    ] = []  # sidecars of this folder: its own files choose their names first
    here = ""
    for document in store.files(work):
        dir_id = str(document.body.get("dir_id") or "")
        if dir_id not in paths:
            spool.left_out.append(LeftOut(str(document.body.get("name")), "it is in no folder"))
            continue
        if dir_id != here:
            _write_beside(spool, names, beside)
            here = dir_id
        line = _file(
            work, spool, document, f"{paths[dir_id]}/{names[dir_id].free(str(document.body['name']))}"
        )
        if line is None:
            continue
        guide.file(spool, dir_id, line)
        if line.path.endswith(_NOTE):
            found.notes.append(Note(line.path, line.modified, line.sha256, line.size))
        if text := _sidecar(work, document, albums):
            beside.append((line.path, document, text))
    _write_beside(spool, names, beside)
    return paths


def _write_beside(spool: Spool, names: Mapping[str, Names], beside: list[tuple[str, Document, str]]) -> None:
    for path, document, text in beside:
        folder, _, name = path.rpartition("/")
        free = names[str(document.body["dir_id"])].free(f"{name}.xmp")
        spool.made(f"{folder}/{free}", str(document.body["updated_at"]), [text.encode()])
    beside.clear()


def _file(work: Work, spool: Spool, document: Document, path: str) -> Line | None:
    sha256 = str(document.body.get("sha256") or "")
    content = files.content_by_hash(work, sha256)
    if content is None:
        spool.left_out.append(LeftOut(path, "its content is missing in the home"))
        return None
    modified = str(document.body.get("updated_at") or iso(work.now))
    return spool.add(
        Line(path, modified, content.size, sha256, executable=bool(document.body.get("executable")))
    )


def _sidecar(work: Work, document: Document, albums: Mapping[str, str]) -> str:
    body = document.body
    if body.get("class") not in {"image", "video"}:
        return ""
    linked = body.get("referenced_by") or ()
    mine = [albums[each["id"]] for each in linked if isinstance(each, Mapping) and each.get("id") in albums]
    known = body.get("metadata")
    original = files.original(work, document.id)
    return sidecar(
        known if isinstance(known, Mapping) else {},
        [name for name in mine if name],
        [str(tag) for tag in body.get("tags") or ()],
        is_favourite=bool(body.get("cozyMetadata", {}).get("favorite")),
        original=f"{VERSIONS}/{original.id}{_ending(body)}" if original else "",
    )


def _versions(work: Work, spool: Spool, paths: Mapping[str, str]) -> None:
    """What files held before, `Versions/<file id>/<version>` with the end of the name that the file has."""
    endings: dict[str, str] = {}
    for version in store.each(work, "io.cozy.files.versions"):
        file_id = version.id.partition("/")[0]
        if file_id not in endings:
            file = store.one(work, "io.cozy.files", file_id)
            endings = {file_id: _ending(file.body) if file else ""}
        _file(work, spool, version, f"{VERSIONS}/{version.id}{endings[file_id]}")


def _ending(body: Mapping[str, Any]) -> str:
    ending = PurePosixPath(str(body.get("name") or "")).suffix
    return plain(ending) if ending else ""


def _people(work: Work) -> Iterator[tuple[str, str, Iterator[bytes]]]:
    """The cards of each address book, as one file."""
    names = Names()
    for book in collections.shelves.all_(work, _CONTACTS):
        yield book.name, f"{CONTACTS}/{names.free(book.name or CONTACTS, '.vcf')}", _cards(work, book.id)


def _cards(work: Work, book: str) -> Iterator[bytes]:
    after = ""
    while page := collections.items.page(work, _CONTACTS, book, after, 100):
        for item in page:
            yield contacts.text_of(item.text, "3.0").encode()
        after = page[-1].entry.name


def _dates(work: Work) -> Iterator[tuple[str, str, Iterator[bytes]]]:
    """The events and tasks of each calendar, as one file."""
    names = Names()
    for shelf in collections.shelves.all_(work, _CALENDARS):
        text = calendars.files.export(work, shelf.id)
        yield shelf.name, f"{CALENDARS}/{names.free(shelf.name or CALENDARS, '.ics')}", iter([text.encode()])


def _documents(work: Work, spool: Spool, found: Gathered) -> None:
    """Every document that may leave, a file for each doctype; what lost a conflict beside them; the schema."""
    shapes: dict[str, Shape] = {}
    with_values = collections.inline.doctypes(work)
    for doctype in leaving.doctypes(work):
        shape = shapes[doctype] = Shape()
        found.counts[doctype] = 0
        spool.made(f"{DATA}/{doctype}.json", found.at, _list(_each(work, doctype, shape, found, with_values)))
    spool.made(f"{DATA}/conflicts.json", found.at, _list(_conflicts(work, with_values)))
    schema = msgspec.json.format(_encode(described(shapes)), indent=2)
    spool.made(f"{DATA}/schema.json", found.at, [schema])


def _each(
    work: Work, doctype: str, shape: Shape, found: Gathered, with_values: Collection[str]
) -> Iterator[bytes]:
    for document in leaving.documents(work, doctype):
        body = _whole(work, doctype, document.body, with_values)
        said = told(doctype, document.id, document.rev, document.revisions, body)
        shape.saw(said)
        found.counts[doctype] += 1
        yield _encode(said)


def told(
    doctype: str, id_: str, rev: str, revisions: tuple[str, ...], held: Mapping[str, Any]
) -> dict[str, Any]:
    """A document as exports hold it: CouchDB's JSON of it, with the revisions before."""
    past = {"start": int(rev.partition("-")[0]), "ids": list(revisions)}
    return {"_id": id_, "_rev": rev, "_revisions": past, **leaving.body(doctype, held)}


def _whole(
    work: Work, doctype: str, body: Mapping[str, Any], with_values: Collection[str]
) -> Mapping[str, Any]:
    """The body with the large values of cards and events in their texts, which are kept beside them."""
    return collections.inline.filled(work, body) if doctype in with_values else body


def _conflicts(work: Work, with_values: Collection[str]) -> Iterator[bytes]:
    for doctype, id_, leaf in store.losers(work, sorted(leaving.WITHHELD)):
        if not leaving.may(doctype, leaf.body):
            continue
        body = _whole(work, doctype, leaf.body, with_values)
        yield _encode({"_type": doctype, **told(doctype, id_, leaf.rev, leaf.revisions, body)})


def _list(items: Iterator[bytes]) -> Iterator[bytes]:
    """A JSON list, an item a line."""
    start = b"[\n"
    for item in items:
        yield start + item
        start = b",\n"
    yield b"\n]\n" if start != b"[\n" else b"[]\n"
