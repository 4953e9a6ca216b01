"""Fetch and check: the only way to a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cozy.kernel.caller import Verb
from cozy.kernel.text import nfc
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NobodyIn, NotAllowed

from .errors import AlreadyInTrash, IsFile, IsFolder, NoFile, NoParent, NotInTrash, ParentInTrash, Untouchable
from .model import FILES, RESERVED, ROOT, File
from .store import tree

_SEES: tuple[Verb, ...] = ("GET", "POST")


def file(work: Work, id_: str, verb: Verb) -> File:
    """A file or folder that the caller may use so. Raises NoFile, NotAllowed."""
    return _allowed(work, tree.by_id(work, id_), verb)


def file_at(work: Work, path: str, verb: Verb) -> File:
    """The same, by its path. Raises NoFile, NotAllowed."""
    return _allowed(work, _walk(work, path), verb)


def file_numbered(work: Work, number: int, verb: Verb) -> File:
    """The same, by the number that clients of Nextcloud know it by. Raises NoFile, NotAllowed."""
    return _allowed(work, tree.numbered(work, number), verb)


def found_at(work: Work, path: str, verb: Verb) -> File | None:
    """The same; None where there is nothing. Raises NotAllowed."""
    found = _walk(work, path)
    if found is None:
        return None
    try:
        return _allowed(work, found, verb)
    except NoFile:
        return None


def _walk(work: Work, path: str) -> File | None:
    if path == "/":
        return tree.by_id(work, ROOT)
    folder_path, slash, name = nfc(path).removesuffix("/").rpartition("/")
    if not slash or not name or (folder_path and not folder_path.startswith("/")):
        return None
    folder_id = tree.id_at(work, folder_path) if folder_path else ROOT
    return tree.child_named(work, folder_id, name) if folder_id else None


def _allowed(work: Work, found: File | None, verb: Verb) -> File:
    """What the caller may not even see is not found."""
    if found is None:
        raise NoFile
    if permissions.may_all(work.caller, verb, FILES):
        return found
    around = folders_around(work, found)
    if _may(work, verb, found, around):
        return found
    if found.id in RESERVED or _may(work, "GET", found, around):
        raise NotAllowed(verb=verb, doctype=FILES)
    raise NoFile


def _may(work: Work, verb: Verb, found: File, around: Sequence[File]) -> bool:
    """A grant covers a file by its id or what its members hold, or by those of a folder around it."""
    ids = {found.id, *(folder.id for folder in around)}
    own, *others = map(seen_by_grants, (found, *around))
    return permissions.may_use(work.caller, verb, FILES, ids, own, others)


def seen_by_grants(file: File) -> Mapping[str, Any]:
    """The members that a grant may pick. The root is covered by its id alone: what is said of it is true of everything."""
    return {} if file.id == ROOT else file.body


def on_the_way(work: Work, found: File | None) -> None:
    """Raises NotAllowed when the caller may not see this, be it there or not: no path tells which folders there are."""
    if found is not None:
        around = folders_around(work, found)
        if any(_may(work, verb, found, around) for verb in _SEES):
            return
    elif any(permissions.may_all(work.caller, verb, FILES) for verb in _SEES):
        return
    raise NotAllowed(verb="POST", doctype=FILES)


def root(work: Work) -> File:
    """The root, which holds everything that anybody may see: knowing it tells nothing."""
    found = tree.by_id(work, ROOT)
    if found is None:
        raise NoFile(id=ROOT)
    return found


def every(work: Work, verb: Verb) -> None:
    """Leave to use every file of the home. Raises NotAllowed."""
    if not permissions.may_all(work.caller, verb, FILES):
        raise NotAllowed(verb=verb, doctype=FILES)


def target(work: Work, verb: Verb, doctype: str, id_: str, files_verb: Verb) -> None:
    """Leave to use a document that files are part of: its own, or that of every file. Raises NobodyIn, NotAllowed."""
    if work.caller.kind == "nobody":
        raise NobodyIn
    if permissions.may_use(work.caller, verb, doctype, {id_}) or permissions.may_all(
        work.caller, files_verb, FILES
    ):
        return
    raise NotAllowed(verb=verb, doctype=doctype)


def readable(work: Work, found: Iterable[File]) -> list[File]:
    """Those of these files and folders that the caller may read."""
    if permissions.may_all(work.caller, "GET", FILES):
        return list(found)
    return [file for file in found if _may(work, "GET", file, folders_around(work, file))]


def folders_around(work: Work, found: File) -> list[File]:
    """The folders that a file or folder is in, the nearest first."""
    folders: list[File] = []
    seen = {found.id}
    while found.dir_id and found.dir_id not in seen:
        seen.add(found.dir_id)
        parent = tree.by_id(work, found.dir_id)
        if parent is None:
            break
        folders.append(parent)
        found = parent
    return folders


def chain(work: Work, found: File) -> set[str]:
    """The ids of a file and of the folders around it."""
    return {found.id, *(folder.id for folder in folders_around(work, found))}


def content_file(work: Work, id_: str, verb: Verb) -> File:
    """A file, not a folder. Raises NoFile, NotAllowed, IsFolder."""
    return only_content(file(work, id_, verb))


def only_content(found: File) -> File:
    """The same, when it is a file and not a folder. Raises IsFolder."""
    if found.is_folder:
        raise IsFolder(id=found.id)
    return found


def folder(work: Work, id_: str, verb: Verb) -> File:
    """A folder. Raises NoFile, NotAllowed, IsFile."""
    return only_folder(file(work, id_, verb))


def only_folder(found: File) -> File:
    """The same, when it is a folder. Raises IsFile."""
    if not found.is_folder:
        raise IsFile(id=found.id)
    return found


def parent(work: Work, id_: str, verb: Verb) -> File:
    """A folder to put something into. Raises NoParent, ParentInTrash, NotAllowed."""
    try:
        found = file(work, id_, verb)
    except NoFile as error:
        raise NoParent(dir_id=id_, parameter="dir_id") from error
    if not found.is_folder:
        raise NoParent(dir_id=id_, parameter="dir_id")
    if found.is_trashed:
        raise ParentInTrash(dir_id=id_, parameter="dir_id")
    return found


def movable(work: Work, id_: str, verb: Verb) -> File:
    """A file or folder that belongs to people, not to the home itself. Raises NoFile, NotAllowed, Untouchable."""
    found = file(work, id_, verb)
    if found.id in RESERVED:
        raise Untouchable(id=id_)
    return found


def untrashed(work: Work, id_: str, verb: Verb) -> File:
    """One that is not in the trash. Raises NoFile, NotAllowed, Untouchable, AlreadyInTrash."""
    found = movable(work, id_, verb)
    if found.is_trashed:
        raise AlreadyInTrash(id=id_)
    return found


def trashed(work: Work, id_: str, verb: Verb) -> File:
    """One that is in the trash. Raises NoFile, NotAllowed, Untouchable, NotInTrash."""
    found = movable(work, id_, verb)
    if not found.is_trashed:
        raise NotInTrash(id=id_)
    return found


def for_good(work: Work) -> None:
    """Let the caller remove anything for good: guests of a link put it into the bin. Raises NotAllowed."""
    if work.caller.kind == "share":
        raise NotAllowed(verb="DELETE", doctype=FILES)
