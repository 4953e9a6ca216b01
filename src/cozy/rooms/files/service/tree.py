"""Making folders, renaming, moving: changes of the tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from cozy.kernel.clock import iso, parse
from cozy.kernel.work import Work

from .. import access
from ..errors import BadDate, BadPath, Changed, NameTaken, NoFile, NotThere
from ..model import DEPTH_LIMIT, ROOT, File, clean_name, join
from ..store import tree
from .metadata import Details, dates, new_cozy_metadata, touched, unique

_NUMBERED = re.compile(r"^(.*) \((\d+)\)$", re.DOTALL)


class Change(Struct, frozen=True, kw_only=True):
    """What to change of a file or folder; what is UNSET stays. members: further ones of the document, as they come."""

    name: str | UnsetType = UNSET
    dir_id: str | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    updated_at: str | UnsetType = UNSET
    executable: bool | UnsetType = UNSET
    encrypted: bool | UnsetType = UNSET
    metadata: Mapping[str, Any] | UnsetType = UNSET
    cozy_metadata: Mapping[str, Any] | UnsetType = UNSET
    members: Mapping[str, Any] = {}


def create_folder(work: Work, dir_id: str, name: str, details: Details = Details()) -> File:
    """Make a folder. Raises NoParent, ParentInTrash, NotAllowed, BadName, NameTaken, BadDate, BadPath."""
    parent = access.parent(work, dir_id, "POST")
    return insert_folder(work, parent, clean_name(name), details)


def insert_folder(work: Work, parent: File, name: str, details: Details, id_: str | None = None) -> File:
    """Make a folder whose parent and name were checked. Raises NameTaken, BadDate, BadPath."""
    body: dict[str, Any] = {
        "type": "directory", "name": name, "dir_id": parent.id, "path": checked_path(join(parent.path, name)),
        **dates(work, details), "tags": unique(details.tags), **details.extra,
        "cozyMetadata": new_cozy_metadata(work, details, uploaded=False),
    }  # fmt: skip
    if details.metadata:
        body["metadata"] = dict(details.metadata)
    return tree.insert(work, body, id_)


def create_path(work: Work, path: str, details: Details = Details()) -> File:
    """The folder at a path, made with every folder on the way that is missing. Raises BadPath, as create_folder."""
    if not path.startswith("/"):
        raise BadPath(path=path, parameter="Path")
    folder = access.file(work, ROOT, "GET")
    for name in filter(None, path.split("/")):
        known = tree.child_named(work, folder.id, clean_name(name))
        if known is not None and not known.is_folder:
            raise NameTaken(name=name, dir_id=folder.id)
        folder = known or create_folder(work, folder.id, name, details)
    return folder


def checked_path(path: str) -> str:
    """Raises BadPath when a path goes through too many folders."""
    if path.count("/") > DEPTH_LIMIT:
        raise BadPath(path=path[:200], depth=DEPTH_LIMIT)
    return path


def check_rev(file: File, rev: str) -> None:
    """rev: what the client last saw, "" when it does not say. Raises Changed."""
    if rev and rev != file.rev:
        raise Changed(id=file.id, rev=file.rev)


def change(work: Work, id_: str, wanted: Change, rev: str = "") -> File:
    """Rename, move, tag… Moving into a folder needs the name to be free there.

    Raises NoFile, NotAllowed, Untouchable, Changed, BadName, NameTaken, NoParent, ParentInTrash, NotThere, BadDate,
    BadPath.
    """
    file = access.movable(work, id_, "PATCH")
    check_rev(file, rev)
    body = {**file.body, **wanted.members, **_plain(file, wanted)}
    if wanted.name is not UNSET:
        body["name"] = clean_name(wanted.name)
    if wanted.dir_id is not UNSET and wanted.dir_id != file.dir_id:
        body["dir_id"] = _destination(work, file, wanted.dir_id).id
    body["cozyMetadata"] = {**touched(work, body), **_given(wanted.cozy_metadata)}
    return place(work, file, body)


def _given(members: Mapping[str, Any] | UnsetType) -> Mapping[str, Any]:
    return {} if members is UNSET else members


def _plain(file: File, wanted: Change) -> dict[str, Any]:
    """The members that need no look at the rest of the tree."""
    body: dict[str, Any] = {}
    if wanted.tags is not UNSET:
        body["tags"] = unique(wanted.tags)
    if wanted.updated_at is not UNSET:
        body["updated_at"] = _updated_at(file, wanted.updated_at)
    if not file.is_folder and wanted.executable is not UNSET:
        body["executable"] = wanted.executable
    if not file.is_folder and wanted.encrypted is not UNSET:
        body["encrypted"] = wanted.encrypted
    if wanted.metadata is not UNSET:
        body["metadata"] = {**file.body.get("metadata", {}), **wanted.metadata}
    return body


def _updated_at(file: File, text: str) -> str:
    try:
        date = iso(parse(text))
    except (ValueError, OverflowError) as error:
        raise BadDate(date=text, pointer="/data/attributes/updated_at") from error
    if date < file.body["created_at"]:
        raise BadDate("A file cannot have changed before it was made.", date=text, pointer="/data/attributes/updated_at")
    return date


def _destination(work: Work, file: File, dir_id: str) -> File:
    """The folder to move into. A folder does not go into itself. Raises NotThere, NoParent, ParentInTrash."""
    folder = access.parent(work, dir_id, "PATCH")
    if file.is_folder and (folder.id == file.id or folder.path.startswith(file.path + "/")):
        raise NotThere(id=file.id, dir_id=dir_id)
    return folder


def place(work: Work, file: File, body: Mapping[str, Any]) -> File:
    """Store a changed body; a folder that has moved takes the paths of all folders in it along. Raises NameTaken."""
    if not file.is_folder or (body["name"] == file.name and body["dir_id"] == file.dir_id):
        return tree.replace(work, file, body)
    parent = tree.by_id(work, body["dir_id"])
    if parent is None:
        raise NoFile(id=body["dir_id"])
    path = checked_path(join(parent.path, body["name"]))
    below = tree.folders_below(work, file.path)
    moved = tree.replace(work, file, {**body, "path": path})
    for folder in below:
        tree.replace(work, folder, {**folder.body, "path": checked_path(path + folder.path[len(file.path) :])})
    return moved


def free_name(work: Work, dir_id: str, name: str, *, is_folder: bool = False) -> str:
    """This name, or `name (2).ext`, `name (3).ext`… the first that is free in a folder."""
    stem, dot, extension = name.rpartition(".")
    if is_folder or not stem:
        stem, dot, extension = name, "", ""
    numbered = _NUMBERED.match(stem)
    base, number = (numbered[1], int(numbered[2])) if numbered else (stem, 1)
    while tree.child_named(work, dir_id, name) is not None:
        number += 1
        name = f"{base} ({number}){dot}{extension}"
    return name
