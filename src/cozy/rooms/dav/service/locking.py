"""LOCK of a place where there may be nothing yet (RFC 4918 §7.3, §9.10)."""

from __future__ import annotations

from cozy.dav.bodies import LockInfo
from cozy.kernel.blobs import Content
from cozy.kernel.work import Work
from cozy.rooms.files import service as files

from ..model import Expected, Lock, name_of
from . import conditions, locks, places


def lock(
    work: Work, expected: Expected, path: str, info: LockInfo, empty: Content, *, is_deep: bool, timeout_s: int
) -> tuple[Lock, bool]:  # fmt: skip
    """The new lock, and whether an empty file was made for it. empty: a content without a byte.

    Raises Unfulfilled, LockConflict, IsLocked, NoFolderAbove, NotAllowed.
    """
    there = places.found(work, path)
    conditions.check(work, expected, path, there)
    if there is None:
        folder = places.folder_above(work, path)
        locks.guard(work, expected, path, is_new=True)
        files.create_file(work, folder.id, name_of(path), empty, "")
    elif not there.is_folder:
        files.expect_content(work, there.id, "", 0, files.Details())
    return locks.take(work, expected, path, info, is_deep=is_deep, timeout_s=timeout_s), there is None
