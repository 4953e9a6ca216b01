"""Nextcloud: the export that a person makes (`user.nextcloud_export`), and the data folder of a server as it lies on disk."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...model import Entry, File, Format, Item, Match, NotUnderstood, Tree
from .. import reasons
from ..making import copied, loaded

_EXPORT, _VERSIONS, _BIN = "files/files/", "files/files_versions/", "files_trashbin/"
_FAVOURITE = "_$!<Favorite>!$_"
_DATA = re.compile(r"^([^/]+)/(files_trashbin/files|files_trashbin/versions|files_versions|files|uploads)/")
_DELETED = re.compile(r"\.d\d{9,}(?=/|$)")


def _recognise_export(tree: Tree) -> Match | None:
    """The export of one person; its calendars and address books are files of their own kinds, beside."""
    for entry in tree.entries:
        if entry.base == "migrator_versions.json" and entry.name.count("/") <= 1:
            top = f"{entry.folder}/" if entry.folder else ""
            return Match(
                under=tuple(top + name for name in ("files/", _BIN, "migrator_versions.json", "user.json")),
                facts={"top": top},
            )
    return None


def _export_items(tree: Tree, match: Match) -> Iterator[Item]:
    """Every file with its tags, its stars and what was said about it; versions of before in a folder of their own."""
    top = str(match.facts.get("top", ""))
    tags = _table(tree, f"{top}files/tags.json")
    system_tags = _table(tree, f"{top}files/systemtags.json")
    comments = _table(tree, f"{top}files/comments.json")
    for entry in tree.entries:
        name = entry.name.removeprefix(top)
        if name.startswith(_EXPORT):
            path = name.removeprefix(_EXPORT)
            yield _file(
                entry,
                path,
                [*_of(tags, path), *_of(system_tags, path)],
                _of(comments, path),
            )
        elif name.startswith(_VERSIONS):
            yield copied(entry, f"Nextcloud (versions)/{name.removeprefix(_VERSIONS)}")
        elif name.startswith(f"{_BIN}files/"):
            rest = name.removeprefix(f"{_BIN}files/")
            yield copied(entry, f"Nextcloud (bin)/{_DELETED.sub('', rest)}", source=f"bin/{rest}")


def _of(table: Mapping[str, Any], path: str) -> list[Any]:
    """What a table says of a file: a list, or an object by numbers, which is what PHP makes of a list with gaps."""
    found = table.get(f"/{path}", table.get(path))
    return list(found.values()) if isinstance(found, dict) else found if isinstance(found, list) else []


def _file(entry: Entry, path: str, tags: list[Any], comments: list[Any]) -> File:
    labels = list(dict.fromkeys(str(tag) for tag in tags))
    said = [
        f"{one.get('actorId', '')}, {one.get('creationDateTime', '')}: {one.get('message', '')}"
        for one in comments
        if isinstance(one, dict)
    ]
    return copied(
        entry, path, tags=tuple(label for label in labels if label != _FAVOURITE), is_favourite=_FAVOURITE in labels,
        metadata={"comments": said} if said else {},
    )  # fmt: skip


def _table(tree: Tree, name: str) -> Mapping[str, Any]:
    entry = tree.find(name)
    said = loaded(tree, entry) if entry else None
    return said if isinstance(said, dict) else {}


def _recognise_data(tree: Tree) -> Match | None:
    """The data folder of a server: `.ocdata` or `.ncdata` beside the folders of its people."""
    mark = next((entry for entry in tree.entries if entry.base in {".ocdata", ".ncdata"}), None)
    if mark is None:
        return None
    return Match(under=(f"{mark.folder}/" if mark.folder else "",))


def _data_items(tree: Tree, match: Match) -> Iterator[Item]:
    """The files of each person, in a folder of that name where there are several; the bin in a folder; nothing of the server's own."""
    top = len(match.under[0])
    people = {
        found[1] for entry in tree.entries if (found := _DATA.match(entry.name[top:])) and found[2] == "files"
    }
    for entry in tree.entries:
        found = _DATA.match(entry.name[top:])
        if not found or found[1].startswith("appdata_"):
            continue
        rest = entry.name[top + found.end() :]
        person = f"{found[1]}/" if len(people) > 1 else ""
        if found[2] == "files":
            yield copied(entry, f"{person}{rest}")
        elif found[2] == "files_trashbin/files":
            yield copied(
                entry, f"{person}Nextcloud (bin)/{_DELETED.sub('', rest)}", source=f"bin/{found[1]}/{rest}"
            )
        elif found[2] == "uploads":
            yield NotUnderstood(name=entry.name, why=reasons.PART_OF_AN_UPLOAD)


EXPORT = Format(
    name="nextcloud.export", title="Nextcloud export", recognise=_recognise_export, items=_export_items
)
DATA = Format(
    name="nextcloud.data", title="Nextcloud data folder", recognise=_recognise_data, items=_data_items
)
