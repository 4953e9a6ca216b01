"""What disks and SQLite refuse, in our words."""

from __future__ import annotations

import errno

import apsw

from cozy.kernel.problem import Full, OutOfSpace, Unavailable

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_UNREADABLE = (apsw.CantOpenError, apsw.NotADBError, apsw.CorruptError, apsw.PermissionsError, apsw.IOError)


def of_disk(error: OSError) -> Exception:
    """A full disk, one that takes no writes, a file larger than it may be; anything else as it is."""
    if error.errno in _FULL:
        return OutOfSpace()
    if error.errno == errno.EROFS:
        return Unavailable("The disk of this server takes no changes now.")
    if error.errno == errno.EFBIG:
        return Full("This file is larger than what the disk of this server can hold.")
    return error


def of_sqlite(error: BaseException) -> BaseException:
    """The same of a statement or a commit. A fault of the disk stays what it is, to be logged whole."""
    if isinstance(error, apsw.FullError) or (
        isinstance(error, apsw.IOError) and "disk is full" in str(error).lower()
    ):
        return OutOfSpace()
    if isinstance(error, apsw.BusyError):
        return Unavailable("This home is busy with a long change: try again in a moment.")
    if isinstance(error, apsw.ReadOnlyError):
        return Unavailable("The disk of this server takes no changes now.")
    return error


def of_opening(error: apsw.Error, name: str) -> BaseException:
    """The same of a database that cannot be opened at all. name: of its file."""
    if isinstance(error, _UNREADABLE) and of_sqlite(error) is error:
        return Unavailable(f"The database {name} of this server cannot be opened: {error}.")
    return of_sqlite(error)
