"""Google Photos: each picture once, with its albums and what its sidecar says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...model import Entry, Format, Item, Match, NotUnderstood, Photo, Tree
from .. import reasons
from ..making import loaded
from . import albums
from .pairs import pair

PICTURES = {
    ".jpg", ".jpeg", ".png", ".gif", ".heic", ".heif", ".webp", ".tif", ".tiff", ".bmp", ".dng", ".raw", ".cr2", ".cr3",
    ".nef", ".arw", ".orf", ".rw2", ".raf", ".avif", ".jxl", ".mp4", ".mov", ".m4v", ".mp", ".mv", ".3gp", ".avi", ".mkv",
    ".mpg", ".mpeg", ".mts", ".m2ts", ".webm", ".wmv", ".flv", ".ico", ".svg", "",
}  # fmt: skip
_BIN = "Google Photos (bin)"
_TRIED = 3  # sidecars of a folder that are opened to know what they are
_CUT = 46  # letters of a picture's name from which on it may have been cut


@dataclass(slots=True)
class _Folder:
    """A folder of Google Photos."""

    name: str
    pictures: dict[str, Entry] = field(default_factory=dict)
    sidecars: dict[str, Entry] = field(default_factory=dict)
    others: list[Entry] = field(default_factory=list)
    title: str | None = None

    @property
    def album(self) -> str:
        return (self.title or self.name) if albums.is_album(self.name, self.title) else ""


@dataclass(slots=True)
class _Run:
    """One reading of a service's folders."""

    tree: Tree
    in_albums: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    kept: set[tuple[str, int, str]] = field(default_factory=set)


def recognise(tree: Tree) -> Match | None:
    """The service that holds a folder with a picture whose sidecar says when it was taken, whatever it is called."""
    folders = _folders(tree.entries)
    for path, folder in folders.items():
        pairs = list(pair(folder.pictures, folder.sidecars).values()) if folder.sidecars else []
        if any(albums.is_sidecar(loaded(tree, folder.sidecars[name])) for name in pairs[:_TRIED]):
            return Match(under=_around(path, folders))
    return None


def _around(path: str, folders: Mapping[str, _Folder]) -> tuple[str, ...]:
    """All of the service, where Takeout's own folders are still around it; else the folders beside that have sidecars, too."""
    around = path.rpartition("/")[0]
    if "Takeout" in around.split("/")[:-1]:
        return (f"{around}/",)
    beside = [
        name for name, folder in folders.items() if name.rpartition("/")[0] == around and folder.sidecars
    ]
    loose = folders[""] if "" in beside else _Folder("")
    return (
        *(f"{name}/" for name in beside if name),
        *(entry.name for entry in (*loose.pictures.values(), *loose.sidecars.values())),
    )


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """The pictures, those of albums joined to their copies among the years; then what tells of no picture that is here."""
    folders = list(_folders(tree.entries).values())
    run = _Run(tree)
    for folder in folders:
        _name(tree, folder)
        for name, entry in folder.pictures.items() if folder.album else ():
            run.in_albums.setdefault((name, entry.size), []).append(folder.album)
    for folder in sorted(folders, key=lambda one: bool(one.album)):
        yield from _pictures(run, folder)


def _folders(entries: Sequence[Entry]) -> dict[str, _Folder]:
    found: dict[str, _Folder] = {}
    for entry in entries:
        folder = found.setdefault(entry.folder, _Folder(entry.folder.rpartition("/")[2]))
        if entry.extension == ".json":
            folder.sidecars[entry.base] = entry
        elif entry.extension in PICTURES:
            folder.pictures[entry.base] = entry
        else:
            folder.others.append(entry)
    return found


def _name(tree: Tree, folder: _Folder) -> None:
    """Learn the title of an album from the file that tells it."""
    for name in [name for name in folder.sidecars if albums.is_album_file(name)]:
        title = albums.album_title(loaded(tree, folder.sidecars[name]))
        if title is not None:
            folder.title = title
            del folder.sidecars[name]


def _pictures(run: _Run, folder: _Folder) -> Iterator[Item]:
    pairs = pair(folder.pictures, folder.sidecars)
    for name, entry in folder.pictures.items():
        said = loaded(run.tree, folder.sidecars[pairs[name]]) if name in pairs else None
        facts = albums.facts(said)
        facts.is_trashed = facts.is_trashed or albums.is_bin(folder.name)
        known = (name, entry.size, facts.taken)
        if folder.album and known in run.kept:
            continue  # its copy among the years has the album already
        run.kept |= {known, (name, entry.size, "")}  # a copy in an album may have no sidecar
        is_in = [folder.album] if folder.album else run.in_albums.get((name, entry.size), [])
        yield _photo(entry, folder, facts, is_in)
    for name in sorted(set(folder.sidecars) - set(pairs.values())):
        said = loaded(run.tree, folder.sidecars[name])
        why = reasons.NO_SUCH_PICTURE if albums.is_sidecar(said) else reasons.NOT_OF_A_PICTURE
        yield NotUnderstood(name=folder.sidecars[name].name, why=why)
    for entry in folder.others:
        yield NotUnderstood(name=entry.name, why=reasons.NO_PICTURE)


def _photo(entry: Entry, folder: _Folder, facts: albums.Facts, is_in: Sequence[str]) -> Photo:
    whole = _whole(entry.base, facts.title)
    place = _BIN if facts.is_trashed else facts.taken[:4] or folder.name
    return Photo(
        source=f"{folder.name}/{entry.base}",
        name=entry.name,
        path=f"{place}/{whole}",
        content=entry.name,
        modified=facts.taken or entry.modified,
        created=facts.taken,
        albums=() if facts.is_trashed else tuple(dict.fromkeys(is_in)),
        metadata=_metadata(facts),
        is_favourite=facts.is_favorite,
    )


def _metadata(facts: albums.Facts) -> dict[str, Any]:
    keywords = [*facts.people, *(["archive"] if facts.is_archived else [])]
    gps = {"lat": facts.lat, "long": facts.long} if facts.lat is not None else None
    said = {"datetime": facts.taken, "description": facts.description, "keywords": keywords, "gps": gps}
    return {name: value for name, value in said.items() if value}


def _whole(name: str, title: str) -> str:
    """The name that a picture had before Takeout cut it."""
    stem, _, ending = name.rpartition(".")
    is_cut = len(stem) >= _CUT and title.startswith(stem) and title.lower().endswith(f".{ending.lower()}")
    return title if is_cut and "/" not in title else name


FORMAT = Format(name="google.photos", title="Google Photos", recognise=recognise, items=items)
