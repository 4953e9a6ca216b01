"""What changes the tree: new folders, contents, deleting, copying, moving. Each looks at conditions and locks first."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from msgspec import Struct

from cozy.kernel.blobs import Content
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NoFile
from cozy.rooms.files.model import File
from cozy.rooms.permissions.errors import NotAllowed

from ..errors import AlreadyThere, IntoItself, OnlyFiles, Unfulfilled
from ..model import PROPERTIES, Expected, is_below, name_of
from . import conditions, locks, places, properties

FOLDER_METHODS = ("OPTIONS", "PROPFIND", "PROPPATCH", "DELETE", "COPY", "MOVE", "LOCK", "UNLOCK")


class Way(Struct, frozen=True):
    """From where to where, of COPY and MOVE. overwrites: whether what is there may go."""

    source: str
    target: str
    overwrites: bool


def make_folder(work: Work, expected: Expected, path: str) -> File:
    """A new folder (§9.3). Raises AlreadyThere, NoFolderAbove, Unfulfilled, IsLocked, and as files.create_folder."""
    there = places.found(work, path)
    conditions.check(work, expected, path, there)
    if there is not None:
        raise AlreadyThere(allowed=FOLDER_METHODS)
    folder = places.folder_above(work, path)
    locks.guard(work, expected, path, is_new=True)
    return files.create_folder(work, folder.id, name_of(path))


def expect(
    work: Work, expected: Expected, path: str, mime: str, size: int | None, details: files.Details, quota: int | None
) -> int | None:  # fmt: skip
    """Before the first byte of a content: the most bytes that it may hold, None for no limit. Raises as `put` will."""
    there = _may_be_written(work, expected, path)
    if there is not None:
        return files.expect_content(work, there.id, "", size, details, quota=quota)
    folder = places.folder_above(work, path)
    return files.expect_file(work, folder.id, name_of(path), mime, size, details, quota=quota)


def put(
    work: Work, expected: Expected, path: str, content: Content, mime: str, details: files.Details, quota: int | None
) -> tuple[File, bool]:  # fmt: skip
    """A file with this content, and whether it is new; what it held before becomes a version (§9.7).

    Raises NoFolderAbove, OnlyFiles, Unfulfilled, IsLocked, and as files.create_file and files.overwrite.
    """
    there = _may_be_written(work, expected, path)
    if there is not None:
        return files.overwrite(work, there.id, content, mime, details, quota=quota), False
    folder = places.folder_above(work, path)
    made = files.create_file(
        work, folder.id, name_of(path), content, mime, _from_before(details), quota=quota
    )
    return made, True


def _may_be_written(work: Work, expected: Expected, path: str) -> File | None:
    there = places.found(work, path)
    conditions.check(work, expected, path, there)
    if there is not None and there.is_folder:
        raise OnlyFiles(allowed=FOLDER_METHODS)
    locks.guard(work, expected, path, is_new=there is None)
    return there


def _from_before(details: files.Details) -> files.Details:
    """A file that last changed before it came here was made by then."""
    return files.Details(
        created_at=details.updated_at, updated_at=details.updated_at, dates_are_final=details.dates_are_final
    )


def delete(work: Work, expected: Expected, path: str) -> None:
    """Into the bin (§9.6). Raises Unmapped, Unfulfilled, IsLocked, and as files.trash."""
    file = places.at(work, path)
    conditions.check(work, expected, path, file)
    locks.guard(work, expected, path, is_new=True, tree=True)
    files.trash(work, file.id)
    locks.forget_at(work, path)


def copy(work: Work, expected: Expected, way: Way, *, is_deep: bool, quota: int | None) -> bool:
    """Copy a file, or a folder with all that is in it unless it is not `is_deep`; whether the target is new (§9.8).

    Raises Unmapped, NoFolderAbove, IntoItself, Unfulfilled, IsLocked, OverQuota.
    """
    source = places.at(work, way.source)
    if is_below(way.target, way.source) and is_deep:
        raise IntoItself
    room = _room(work, expected, way, source)
    if room.taken_over is not None:
        _take_over(work, source, room.taken_over, quota)
    else:
        folder = places.folder_above(work, way.target)
        _copy(work, source, folder, name_of(way.target), is_deep=is_deep, quota=quota)
    return room.is_new


def _copy(work: Work, source: File, folder: File, name: str, *, is_deep: bool, quota: int | None) -> None:
    if not source.is_folder:
        files.copy(work, source.id, dir_id=folder.id, name=name, quota=quota)
        return
    made = files.create_folder(work, folder.id, name, files.Details(extra=_dead(source)))
    for line in places.all_lines(work, source) if is_deep else ():
        child = files.fetch(work, line.id)
        _copy(work, child, made, child.name, is_deep=True, quota=quota)


def _dead(file: File) -> dict[str, Any]:
    return {PROPERTIES: file.body[PROPERTIES]} if file.body.get(PROPERTIES) else {}


def move(work: Work, expected: Expected, way: Way) -> bool:
    """Move or rename; whether the target is new (§9.9).

    A file that is moved over another becomes its next version: programs save so, and its links and shares live on.
    Raises Unmapped, NoFolderAbove, IntoItself, Unfulfilled, IsLocked, and as files.change.
    """
    source = places.at(work, way.source)
    if is_below(way.target, way.source):
        raise IntoItself
    locks.guard(work, expected, way.source, is_new=True, tree=True)
    room = _room(work, expected, way, source)
    if room.taken_over is not None:
        _take_over(work, source, room.taken_over, None)
        _discard(work, source)
    else:
        folder = places.folder_above(work, way.target)
        files.change(work, source.id, files.Change(name=name_of(way.target), dir_id=folder.id))
    locks.forget_at(work, way.source)
    return room.is_new


class _Room(Struct, frozen=True):
    """The place of the target. taken_over: a file there that a file is put over; anything else has gone to the bin."""

    is_new: bool
    taken_over: File | None = None


def _room(work: Work, expected: Expected, way: Way, source: File) -> _Room:
    conditions.check(work, expected, way.source, source)
    if way.target == way.source or is_below(way.source, way.target):
        raise IntoItself
    target = places.found(work, way.target)
    if target is None:
        places.folder_above(work, way.target)
    elif not way.overwrites:
        raise Unfulfilled(header="Overwrite")
    locks.guard(work, expected, way.target, is_new=target is None, tree=True)
    if target is None:
        return _Room(is_new=True)
    if not target.is_folder and not source.is_folder:
        return _Room(is_new=False, taken_over=target)
    files.trash(work, target.id)
    locks.forget_below(work, way.target)
    return _Room(is_new=False)


def _take_over(work: Work, source: File, target: File, quota: int | None) -> None:
    """Give a file the content, the kind and the properties of another."""
    _, content = files.open_content(work, source.id)
    details = files.Details(updated_at=source.updated_at, dates_are_final=True)
    written = files.overwrite(work, target.id, content, source.mime, details, quota=quota)
    properties.put(work, written, source.body.get(PROPERTIES) or {})


def _discard(work: Work, source: File) -> None:
    """What was moved over another is no longer anywhere; one with versions of its own stays in the bin."""
    has_past = bool(files.versions_of(work, source.id))
    files.trash(work, source.id)
    if not has_past:
        with suppress(NoFile, NotAllowed):
            files.destroy(work, source.id)
