"""Apple's privacy export: pictures with tables of their dates and albums, iCloud Drive, notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ...model import Entry, Format, Item, Match, NotUnderstood, Photo, Tree
from .. import reasons
from ..making import copied, written
from ..notebooks.front import noted
from ..reading import moments, tables
from ..reading.texts import as_name, decoded
from ..takeout.photos import PICTURES

_DETAILS = re.compile(r"^Photo Details(-\d+)?\.csv$", re.IGNORECASE)
_ALBUM = re.compile(r"(^|/)(?:Albums|Shared Albums|Memories)/([^/]+)\.csv$")
_DRIVE = re.compile(r"^(?:.*/)?iCloud Drive(?: Part \d+ of \d+)?/(?:iCloud Drive/)?(.+)$")
_NOTES = re.compile(r"^(?:.*/)?iCloud Notes(?: Part \d+ of \d+)?/(?:Notes/)?(.+)$")
_PARTS = re.compile(r" Part \d+ of \d+(?=/|$)")


@dataclass(slots=True)
class _Said:
    """What the tables say."""

    details: dict[str, dict[str, str]] = field(default_factory=dict)
    albums: dict[str, list[str]] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)


def _recognise_photos(tree: Tree) -> Match | None:
    """The folders that hold pictures with their details, of all parts."""
    tops = {_top(entry.folder) for entry in tree.ending(".csv") if _DETAILS.match(entry.base)}
    return Match(under=tuple(sorted(f"{top}/" if top else "" for top in tops))) if tops else None


def _top(folder: str) -> str:
    """`iCloud Photos Part 1 of 3` of `iCloud Photos Part 1 of 3/Photos`."""
    return folder.rpartition("/")[0] if folder.rpartition("/")[2] == "Photos" else folder


def _photo_items(tree: Tree, match: Match) -> Iterator[Item]:
    """Each picture with its day, its star and its albums; what was deleted, in a folder of its own."""
    said = _read(tree)
    for entry in tree.entries:
        if entry.name in said.read:
            continue
        if entry.extension not in PICTURES or not entry.extension:
            yield NotUnderstood(name=entry.name, why=reasons.NO_PICTURE)
            continue
        yield _photo(entry, said.details.get(entry.base, {}), said.albums.get(entry.base, []))


def _read(tree: Tree) -> _Said:
    said = _Said()
    for entry in tree.ending(".csv"):
        album = _ALBUM.search(entry.name)
        if not album and not _DETAILS.match(entry.base):
            continue
        with tree.open(entry.name) as stream:
            rows = list(tables.rows(stream))
        said.read.add(entry.name)
        if album:
            for row in rows[1:]:
                said.albums.setdefault(row[0], []).append(album[2])
        else:
            for row in rows[1:]:
                cells = dict(zip(rows[0], row, strict=False))
                said.details[cells.get("imgName", "")] = cells
    return said


def _photo(entry: Entry, said: Mapping[str, str], albums: list[str]) -> Photo:
    taken = moments.from_words(said.get("originalCreationDate", ""))
    is_deleted = said.get("deleted") == "yes"
    return Photo(
        source=f"{said.get('fileChecksum', '')}/{entry.base}",
        name=entry.name,
        path=f"{'iCloud (deleted)' if is_deleted else taken[:4] or 'iCloud'}/{entry.base}",
        content=entry.name,
        modified=taken or entry.modified,
        created=taken,
        albums=tuple(dict.fromkeys(albums)),
        metadata={"datetime": taken} if taken else {},
        is_favourite=said.get("favorite") == "yes",
    )


def _recognise_rest(tree: Tree) -> Match | None:
    """The folders of iCloud Drive and of its notes."""
    found = {
        entry.name.partition("iCloud ")[0] + "iCloud "
        for entry in tree.entries
        if _DRIVE.match(entry.name) or _NOTES.match(entry.name)
    }
    marks = tuple(f"{top}{name}" for top in sorted(found) for name in ("Drive", "Notes"))
    return Match(under=marks) if found else None


def _rest_items(tree: Tree, match: Match) -> Iterator[Item]:
    """Files at their place; a note, which Apple writes as a text in a folder of its name, as Markdown."""
    for entry in tree.entries:
        drive, note = _DRIVE.match(entry.name), _NOTES.match(entry.name)
        if drive:
            yield copied(entry, f"iCloud Drive/{drive[1]}")
        elif note and entry.extension == ".txt":
            title = as_name(re.sub(r"(-\d{4}-\d\d-\d\dT[\d_:]+Z)?\.txt$", "", entry.base))
            text = noted(decoded(tree.read(entry.name)), title=title)
            yield written(
                entry,
                f"note/{_PARTS.sub('', entry.name)}",
                f"iCloud Notes/{title}.md",
                text,
                entry.modified,
                mime="text/markdown",
            )
        elif note:
            yield copied(entry, f"iCloud Notes/{note[1]}")


PHOTOS = Format(name="apple.photos", title="iCloud Photos", recognise=_recognise_photos, items=_photo_items)
REST = Format(
    name="apple.icloud", title="iCloud Drive and Notes", recognise=_recognise_rest, items=_rest_items
)
