"""The same done to several files at once, in one transaction: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cozy.kernel.work import Work

from .. import access
from ..errors import NameTaken, NotThere
from ..model import RESERVED, TRASH, File
from ..store import tree, views
from .content import copy
from .trash import destroy, restore, trash
from .tree import Change, change, create_folder, free_name

Clash = Literal["ask", "both", "skip"]


def trash_all(work: Work, ids: Sequence[str]) -> list[File]:
    """Put these into the bin, as `trash` does. What lies inside another one of them goes along with it."""
    return [trash(work, id_) for id_ in _outermost(work, ids)]


def _outermost(work: Work, ids: Sequence[str]) -> list[str]:
    """The ids without those of things that are inside another one of them."""
    chosen = set(ids)
    return [
        id_
        for id_ in dict.fromkeys(ids)
        if not access.chain(work, access.file(work, id_, "GET")) & (chosen - {id_})
    ]


def restore_all(work: Work, ids: Sequence[str]) -> list[File]:
    """Put these back where they were, as `restore` does."""
    return [restore(work, id_) for id_ in dict.fromkeys(ids)]


def restore_thrown_at(work: Work, moment: str) -> list[File]:
    """Put back everything that went into the bin at exactly this moment: the undoing of one `trash_all`."""
    access.file(work, TRASH, "GET")
    return restore_all(work, views.thrown_away_at(work, moment))


def destroy_all(work: Work, ids: Sequence[str]) -> int:
    """Remove these from the bin for good; returns how many. As `destroy`."""
    for id_ in dict.fromkeys(ids):
        destroy(work, id_)
    return len(set(ids))


def move_all(work: Work, ids: Sequence[str], dir_id: str, clash: Clash = "ask") -> list[File]:
    """Move these into a folder; returns those that moved. What is there already stays.

    clash: when a name is taken there, "ask" raises NameTaken, "both" gives a free name, "skip" leaves it where it is.
    Raises NoFile, NotAllowed, Untouchable, NoParent, ParentInTrash, NotThere.
    """
    folder = access.parent(work, dir_id, "PATCH")
    moved = []
    for id_ in dict.fromkeys(ids):
        file = access.movable(work, id_, "PATCH")
        if file.dir_id == folder.id:
            continue
        if file.id in access.chain(work, folder):
            raise NotThere(id=file.id, dir_id=folder.id)
        taken = tree.child_named(work, folder.id, file.name) is not None
        if taken and clash == "ask":
            raise NameTaken(name=file.name, dir_id=folder.id)
        if taken and clash == "skip":
            continue
        name = free_name(work, folder.id, file.name, is_folder=file.is_folder)
        moved.append(change(work, file.id, Change(name=name, dir_id=folder.id)))
    return moved


def may_receive(work: Work, ids: Sequence[str], folder: File) -> bool:
    """Whether these could be moved into a folder: it is not one of them, nor inside one, nor where they all are."""
    if access.chain(work, folder) & set(ids):
        return False
    known = tree.by_ids(work, list(ids)).values()
    return not known or any(file.dir_id != folder.id for file in known if file.id not in RESERVED)


def copy_all(work: Work, ids: Sequence[str], dir_id: str, *, quota: int | None = None) -> list[File]:
    """Copy these into a folder, folders with all that is in them, under names that are free there.

    quota: bytes that the home may hold. Raises NoFile, NotAllowed, Untouchable, NoParent, ParentInTrash, NotThere,
    OverQuota.
    """
    folder = access.parent(work, dir_id, "POST")
    around = access.chain(work, folder)
    made = []
    for id_ in dict.fromkeys(ids):
        file = access.movable(work, id_, "GET")
        if file.id in around:
            raise NotThere(id=file.id, dir_id=folder.id)
        name = "" if file.dir_id == folder.id and not file.is_folder else file.name
        free = free_name(work, folder.id, name, is_folder=file.is_folder) if name else name
        made.append(_copy(work, file, folder.id, free, quota))
    return made


def _copy(work: Work, file: File, dir_id: str, name: str, quota: int | None) -> File:
    if not file.is_folder:
        return copy(work, file.id, dir_id=dir_id, name=name, quota=quota)
    made = create_folder(work, dir_id, name)
    start = 0
    while batch := tree.children(work, file.id, skip=start, limit=500):
        for child in batch:
            _copy(work, child, made.id, child.name, quota)
        start += len(batch)
    return made
