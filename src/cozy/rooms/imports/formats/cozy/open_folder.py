"""Our open folder: whoever reads it back goes by `Data/` and the sums alone; the rest of it is there for people and other programs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from ...model import Entry, File, Format, Item, Match, NotUnderstood, Tree
from .. import reasons
from ..making import head, loaded
from .documents import FILES, NAME, OWN_FOLDERS, VERSIONS, Staying, copy, is_document, rank, stays

_FORMAT, _VERSION = "cozy-open-folder", 1
_MANIFEST, _SUMS, _DATA = "manifest.json", "manifest-sha256.txt", "Data/"
_HELD = ("Files/", "Bin/", "Versions/")  # what documents may hold
_BESIDE = frozenset({"schema.json", "conflicts.json"})
_LONGEST = 64 * 1024 * 1024  # bytes of a document
_decode = msgspec.json.Decoder().decode


def recognise(tree: Tree) -> Match | None:
    """A manifest that says so, at the top or in a folder."""
    for entry in tree.entries:
        if entry.base == _MANIFEST and entry.name.count("/") <= 1 and _FORMAT.encode() in head(tree, entry):
            said = loaded(tree, entry)
            if isinstance(said, dict) and said.get("format") == _FORMAT and said.get("version") == _VERSION:
                return Match((entry.name.removesuffix(_MANIFEST),))
    return None


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """Every document, what is put into something after it; then what lost a conflict, and files that somebody laid beside."""
    top = match.under[0]
    sums = _sums(tree, f"{top}{_SUMS}")
    held = {
        digest: f"{top}{path}"
        for path, digest in sums.items()
        if path.startswith(_HELD) and tree.find(f"{top}{path}")
    }
    staying = Staying()
    for entry in _doctypes(tree, top):
        yield from _copies(tree, entry, held, staying)
    yield from _losers(tree, f"{top}{_DATA}conflicts.json")
    yield from _beside(tree, top, sums)
    yield from staying.items()


def _sums(tree: Tree, name: str) -> dict[str, str]:
    """The hashes of all files, by path."""
    found: dict[str, str] = {}
    if tree.find(name) is not None:
        with tree.open(name) as stream:
            for row in stream:
                digest, gap, path = row.decode(errors="replace").rstrip("\n").partition("  ")
                if gap and len(digest) == 64:
                    found[path] = digest
    return found


def _doctypes(tree: Tree, top: str) -> list[Entry]:
    """The files of documents, in the order in which they are to come."""
    start = f"{top}{_DATA}"
    found = [
        each
        for each in tree.entries
        if each.folder == start[:-1] and each.extension == ".json" and each.base not in _BESIDE
    ]
    return sorted(found, key=lambda each: (rank(_doctype(each)), each.name))


def _doctype(entry: Entry) -> str:
    return entry.base.removesuffix(".json")


def _copies(tree: Tree, entry: Entry, held: Mapping[str, str], staying: Staying) -> Iterator[Item]:
    doctype = _doctype(entry)
    if doctype == FILES:
        yield from _folders(tree, entry)
    among = frozenset() if doctype in {FILES, VERSIONS} else _ids(tree, entry)
    for row, told in _each(tree, entry):
        if not is_document(told):
            digest = hashlib.sha256(row).hexdigest()[:8]
            yield NotUnderstood(name=f"{entry.name} ({digest}).txt", why=reasons.LINES, content=row)
        elif why := stays(doctype, told["_id"]):
            staying.saw(doctype, told["_id"], why)
        elif doctype == FILES and told.get("type") == "directory":
            continue
        else:
            sha256 = str(told.get("sha256")) if doctype in {FILES, VERSIONS} else ""
            yield copy(doctype, told, held.get(sha256, entry.name), held.get(sha256), among=among)


def _ids(tree: Tree, entry: Entry) -> frozenset[str]:
    return frozenset(told["_id"] for _, told in _each(tree, entry) if is_document(told))


def _folders(tree: Tree, entry: Entry) -> Iterator[Item]:
    """Folders before what is in them."""
    found = [told for _, told in _each(tree, entry) if is_document(told) and told.get("type") == "directory"]
    for told in sorted(found, key=lambda told: str(told.get("path"))):
        if told["_id"] not in OWN_FOLDERS:
            yield copy(FILES, told, entry.name)


def _each(tree: Tree, entry: Entry) -> Iterator[tuple[bytes, Any]]:
    """The documents of a file, a line each; None for a line that is none. Raises Damaged."""
    with tree.open(entry.name) as stream:
        while row := stream.readline(_LONGEST):
            if row.startswith(b"{"):
                yield row, _told(row)


def _told(row: bytes) -> Any:
    try:
        return _decode(row.rstrip(b",\n"))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _losers(tree: Tree, name: str) -> Iterator[Item]:
    entry = tree.find(name)
    for _, told in _each(tree, entry) if entry else ():
        if is_document(told) and not stays(doctype := str(told.get("_type")), told["_id"]):
            yield copy(doctype, told, name, is_loser=True)


def _beside(tree: Tree, top: str, sums: Mapping[str, str]) -> Iterator[Item]:
    """Files that nobody took along, and somebody put among those that were."""
    start = f"{top}Files/"
    for entry in tree.entries:
        if entry.name.startswith(start) and entry.name.removeprefix(top) not in sums:
            path = entry.name.removeprefix(start)
            yield File(
                source=entry.name, name=entry.name, path=path, content=entry.name, modified=entry.modified
            )


FORMAT = Format(NAME, "Cozy", recognise, items)
