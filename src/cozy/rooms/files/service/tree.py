"""Making folders, renaming, moving: changes of the tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from cozy.kernel.work import Work

from .. import access
from ..errors import AlreadyInTrash, BadDate, BadPath, Changed, NameTaken, NoFile, NotThere
from ..model import DEPTH_LIMIT, NAME_LIMIT, File, clean_name, join, kind_after_rename
from ..store import tree
from .metadata import (
    NO_DETAILS,
    Details,
    allowed_metadata,
    date_of,
    dates,
    new_cozy_metadata,
    touched,
    unique,
)

LONGEST_EXTENSION = 32  # characters; what follows a dot beyond that is no extension
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


def create_folder(work: Work, dir_id: str, name: str, details: Details = NO_DETAILS) -> File:
    """Make a folder. Raises NoParent, ParentInTrash, NotAllowed, BadName, NameTaken, BadDate, BadPath."""
    parent = access.parent(work, dir_id, "POST")
    return insert_folder(work, parent, clean_name(name), details)


def insert_folder(work: Work, parent: File, name: str, details: Details, id_: str | None = None) -> File:
    """Make a folder whose parent and name were checked. Raises NameTaken, BadDate, BadPath."""
    body: dict[str, Any] = {
        "type": "directory", "name": name, "dir_id": parent.id, "path": checked_path(join(parent.path, name)),
        **dates(work, details), "tags": unique(details.tags or ()), **details.extra,
        "cozyMetadata": new_cozy_metadata(work, details, uploaded=False),
    }  # fmt: skip
    if details.metadata:
        body["metadata"] = allowed_metadata(work, details.metadata)
    return tree.insert(work, body, id_)


def create_path(work: Work, path: str, details: Details = NO_DETAILS) -> File:
    """The folder at a path, made with every folder on the way that is missing. Raises BadPath, as create_folder."""
    if not path.startswith("/"):
        raise BadPath(path=path, parameter="path")
    folder = access.root(work)
    for name in filter(None, checked_path(path).split("/")):
        known = tree.child_named(work, folder.id, clean_name(name))
        if known is not None and not known.is_folder:
            access.on_the_way(work, known)
            raise NameTaken(name=name, dir_id=folder.id)
        if known is None:
            access.on_the_way(work, folder)
            known = create_folder(work, folder.id, name, details)
        folder = known
    access.on_the_way(work, folder)
    return access.folder(work, folder.id, "GET")


def create_folder_at(work: Work, path: str, details: Details = NO_DETAILS) -> File:
    """Make the folder at a path, in a folder that is there. Raises BadPath, as create_folder."""
    above, slash, name = path.rstrip("/").rpartition("/")
    if not slash or above[:1] not in {"", "/"}:
        raise BadPath(path=path, parameter="path")
    parent = tree.folder_at(work, above or "/")
    access.on_the_way(work, parent)
    return create_folder(work, parent.id if parent else "", name, details)


def checked_path(path: str) -> str:
    """Raises BadPath when a path goes through too many folders."""
    if path.count("/") > DEPTH_LIMIT:
        raise BadPath(path=path[:200], depth=DEPTH_LIMIT, parameter="path")
    return path


def check_rev(file: File, rev: str) -> None:
    """rev: what the client last saw, "" when it does not say. Raises Changed."""
    if rev and rev != file.rev:
        raise Changed(id=file.id, rev=file.rev, parameter="If-Match")


def change(work: Work, id_: str, wanted: Change, rev: str = "") -> File:
    """Rename, move, tag… Moving into a folder needs the name to be free there. What is in the bin does not move.

    Raises NoFile, NotAllowed, Untouchable, Changed, BadName, NameTaken, NoParent, ParentInTrash, AlreadyInTrash,
    NotThere, BadDate, BadPath.
    """
    file = access.movable(work, id_, "PATCH")
    check_rev(file, rev)
    body = {**file.body, **wanted.members, **_plain(work, file, wanted)}
    if wanted.name is not UNSET:
        body["name"] = clean_name(wanted.name)
        body.update({} if file.is_folder else kind_after_rename(file, body["name"]))
    if wanted.dir_id is not UNSET and wanted.dir_id != file.dir_id:
        body["dir_id"] = _destination(work, file, wanted.dir_id).id
    body["cozyMetadata"] = {**touched(work, body), **_given(wanted.cozy_metadata)}
    return place(work, file, body)


def _given(members: Mapping[str, Any] | UnsetType) -> Mapping[str, Any]:
    return {} if members is UNSET else members


def _plain(work: Work, file: File, wanted: Change) -> dict[str, Any]:
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
        body["metadata"] = allowed_metadata(work, wanted.metadata)
    return body


def _updated_at(file: File, text: str) -> str:
    date = date_of(text, "UpdatedAt")
    if date < file.body["created_at"]:
        raise BadDate("A file cannot have changed before it was made.", date=text, parameter="UpdatedAt")
    return date


def _destination(work: Work, file: File, dir_id: str) -> File:
    """The folder to move into. A folder does not go into itself.

    Raises AlreadyInTrash, NotThere, NoParent, ParentInTrash, NotAllowed.
    """
    if file.is_trashed:
        raise AlreadyInTrash(id=file.id)
    folder = access.parent(work, dir_id, "PATCH")
    if file.is_folder and (folder.id == file.id or folder.path.startswith(file.path + "/")):
        raise NotThere(id=file.id, dir_id=dir_id, parameter="dir-id")
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
        tree.replace(
            work, folder, {**folder.body, "path": checked_path(path + folder.path[len(file.path) :])}
        )
    return moved


def free_name(work: Work, dir_id: str, name: str, *, is_folder: bool = False) -> str:
    """This name, or `name (2).ext`, `name (3).ext`… one that is free in a folder; the first, where no number before it was given up."""
    stem, dot, extension = name.rpartition(".")
    if is_folder or not stem or len(extension) > LONGEST_EXTENSION:
        stem, dot, extension = name, "", ""
    numbered = _NUMBERED.match(stem)
    base, number = (numbered[1], int(numbered[2])) if numbered else (stem, 1)

    def named(number: int) -> str:
        return fitted(base, f" ({number}){dot}{extension}")

    def is_taken(name: str) -> bool:
        return tree.child_named(work, dir_id, name) is not None

    if not is_taken(name):
        return name
    taken, step = number, 1
    while is_taken(named(taken + step)):  # a folder may hold many thousands of one name
        taken, step = taken + step, step * 2
    free = taken + step
    while free - taken > 1:
        middle = (taken + free) // 2
        taken, free = (middle, free) if is_taken(named(middle)) else (taken, middle)
    return named(free)


def fitted(base: str, tail: str) -> str:
    """A name that is not too long: its base gives way, its extension stays."""
    room = NAME_LIMIT - len(tail.encode())
    return base.encode()[:room].decode(errors="ignore") + tail
