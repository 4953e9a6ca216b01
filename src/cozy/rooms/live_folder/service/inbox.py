"""The inbox of a live folder: what is put there comes into the home.

A file is stored first, then noted as taken in the transaction that makes it a file of the home, and only then removed: who is
killed in between finds the note, and removes what is there already.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import signal
import stat
from asyncio import to_thread
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import structlog

from cozy.kernel.blobs import Content, TooLarge
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import OutOfSpace, Problem
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import OverQuota
from cozy.rooms.files.model import clean_name
from cozy.rooms.homes import service as homes
from cozy.rooms.notifications.ports import Tongue

from .. import store
from ..errors import NotAFile, Unreadable, Unremovable
from ..model import INBOX
from . import disk
from .switching import place_of

log = structlog.get_logger()
REST_S = 5.0  # how long nobody may have changed a file
AGAIN_S = 3600.0  # when a file is tried again that could not be taken
_PIECE = 1024 * 1024  # bytes read at a time
_LONGEST = 255  # bytes of a name
_READING = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # no link, and no pipe that waits for somebody
_NOTE, _OPENING = ".not-taken.txt", "Cozy: "
# How programs name what they are still writing.
_UNDER_WAY = (".part", ".partial", ".crdownload", ".download", ".tmp", ".filepart", "~")


def waits(base: Path, now: float) -> bool:
    """Whether there is anything to do in an inbox. now: seconds since 1970."""
    return any(
        _is_orphan(path) if _is_note(path) else _is_due(path, now) for path in _candidates(base / INBOX)
    )


async def take_in(house: House, home: Home) -> int:
    """Take in what is at rest in the inbox; how many files. Raises NotHere, OutOfSpace."""
    place = await place_of(house, home)
    if not place:
        return 0
    base, count = Path(place), 0
    async with disk.alone(base, "inbox"):
        await to_thread(disk.find, base, home.id)
        await _forget_gone(house, home, base / INBOX)
        for path in await to_thread(list, _candidates(base / INBOX)):
            if await to_thread(_is_note, path):
                await to_thread(_tidy, path)
            elif await to_thread(_is_due, path, house.clock().timestamp()):
                count += await _take(house, home, base / INBOX, path)
    return count


def _candidates(folder: Path) -> Iterator[Path]:
    """Everything in the inbox that is no folder, nor hidden, nor said to be under way, however deep it lies."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith((".", "~$")) or entry.name.lower().endswith(_UNDER_WAY):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(here / entry.name)
            else:
                yield here / entry.name


def _is_note(path: Path) -> bool:
    if not path.name.endswith(_NOTE) or path.is_symlink() or not path.is_file():
        return False
    with suppress(OSError), path.open("rb") as file:
        return file.read(len(_OPENING)) == _OPENING.encode()
    return False


def _note(path: Path) -> Path:
    """The note beside a file. A long name gives way."""
    return path.with_name(os.fsdecode(os.fsencode(path.name)[: _LONGEST - len(_NOTE)]) + _NOTE)


def _is_orphan(note: Path) -> bool:
    """Whether a note is about nothing any more; what a name said that gave way for it is not known."""
    about = note.name.removesuffix(_NOTE)
    return len(os.fsencode(note.name)) < _LONGEST and not os.path.lexists(note.with_name(about))


def _is_due(path: Path, now: float) -> bool:
    """Whether a file has rested, nobody writes to it, and it was not refused a moment ago."""
    try:
        status = path.lstat()
    except OSError:
        return False
    if 0 <= now - max(status.st_mtime, status.st_ctime) < REST_S or _is_written(path, status):
        return False
    note = _note(path)
    if not _is_note(note):
        return True
    refused = note.stat().st_mtime
    return status.st_ctime > refused or not 0 <= now - refused < AGAIN_S


def _is_written(path: Path | str, status: os.stat_result, folder: int | None = None) -> bool:
    """Whether some program has a file open to write to it, where the system tells: it gives no lease then (fcntl(2)).

    folder: that it is in, opened; path is its name then.
    """
    if not stat.S_ISREG(status.st_mode) or not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        handle = os.open(path, _READING, dir_fd=folder)
    except OSError:
        return False
    try:
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)  # the usual one would end us
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(handle)
    return False


async def _take(house: House, home: Home, inbox: Path, path: Path) -> bool:
    """Take one file in; where that cannot be, say so beside it."""
    try:
        await _taken(house, home, inbox, path)
    except FileNotFoundError:
        return False
    except OutOfSpace:
        raise
    except Problem as problem:
        await house.read(home, SYSTEM, _say, inbox, path, problem)
        return False
    if _is_note(note := _note(path)):
        note.unlink(missing_ok=True)
    return True


async def _taken(house: House, home: Home, inbox: Path, path: Path) -> None:
    with _around(inbox, path) as folder:
        status = os.lstat(path.name, dir_fd=folder)
        if not stat.S_ISREG(status.st_mode):
            raise NotAFile
        where, mark = path.relative_to(inbox).as_posix(), disk.stamp(status)
        for name in PurePosixPath(where).parts:
            clean_name(name)
        if (await house.read(home, SYSTEM, store.taken)).get(where) != mark:
            await _store(house, home, folder, where, status)
        if await to_thread(_removed, folder, path.name, mark):
            await house.write(home, SYSTEM, store.forget_taken, where)


@contextmanager
def _around(inbox: Path, path: Path) -> Iterator[int]:
    """The folder of a file, opened. Whoever may write in the inbox may put a link in the place of a folder at any moment: none
    is followed, since we may read and remove what they may not. Raises FileNotFoundError.
    """
    handle = os.open(inbox, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in path.relative_to(inbox).parent.parts:
            try:
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
            except NotADirectoryError as error:
                raise FileNotFoundError(path) from error
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


async def _store(house: House, home: Home, folder: int, where: str, status: os.stat_result) -> None:
    """Make it a file of the home. Raises FileNotFoundError when it changes meanwhile, and what files refuse."""
    name = PurePosixPath(where).name
    try:
        limit = await house.read(home, SYSTEM, files.room_left, home.quota)
        content = await house.blobs.put(home.id, _pieces(folder, name), limit)
    except TooLarge as error:
        raise OverQuota(quota=home.quota) from error
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Unreadable from error
    try:
        if disk.stamp(os.lstat(name, dir_fd=folder)) != disk.stamp(status):
            raise FileNotFoundError  # it is another one by now, which is looked at once it rests
        await house.write(home, SYSTEM, _make, where, content, status, home.quota)
    except (Problem, FileNotFoundError):  # anything else may come after the commit
        if content.blob is not None:
            await house.blobs.delete(home.id, content.blob)
        raise


async def _pieces(folder: int, name: str) -> AsyncIterator[bytes]:
    handle = os.open(name, _READING, dir_fd=folder)
    with os.fdopen(handle, "rb", buffering=0) as file:
        while piece := await to_thread(file.read, _PIECE):
            yield piece


def _make(work: Work, where: str, content: Content, status: os.stat_result, quota: int | None) -> None:
    """The file and the note that it is taken, both or neither. The same under the same name is there already."""
    path = PurePosixPath("/", where)
    folder = files.create_path(work, str(path.parent))
    known = files.child_named(work, folder.id, path.name)
    if known is None or known.is_folder or known.sha256 != content.sha256:
        date = _date(status)
        details = files.Details(
            created_at=date, updated_at=date, executable=bool(status.st_mode & 0o100), dates_are_final=True
        )
        name = files.free_name(work, folder.id, path.name)
        files.create_file(work, folder.id, name, content, "", details, quota=quota)
    elif content.blob is not None:
        work.freed.append(content.blob)
    store.keep_taken(work, where, disk.stamp(status))


def _date(status: os.stat_result) -> str:
    try:
        return iso(datetime.fromtimestamp(status.st_mtime_ns // 1000 / 1_000_000, UTC))
    except (OverflowError, ValueError, OSError):
        return ""


def _removed(folder: int, name: str, mark: str) -> bool:
    """Remove what is in the home; not while somebody writes to it. Raises Unremovable.

    One that was changed since is another one by its stamp, and taken as such.
    """
    try:
        status = os.lstat(name, dir_fd=folder)
        if disk.stamp(status) == mark and _is_written(name, status, folder):
            return False
        if disk.stamp(status) == mark:
            os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return True
    except PermissionError as error:
        raise Unremovable from error
    return True


def _say(work: Work, inbox: Path, path: Path, problem: Problem) -> None:
    """Write beside a file why it was not taken; never over what others have put there, nor through a link of theirs."""
    words = work.plugged(Tongue)[0](homes.profile(work).locale)
    log.warning("a file of the inbox cannot be taken in", home=work.home, code=problem.code())
    note, part = _note(path), f".{secrets.token_hex(8)}"
    with suppress(OSError), _around(inbox, path) as folder:
        if os.path.lexists(note) and not _is_note(note):
            return
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644, dir_fd=folder)
        with os.fdopen(handle, "w") as file:
            file.write(f"{_OPENING}{words.gettext(problem.detail)}\n")
        os.replace(part, note.name, src_dir_fd=folder, dst_dir_fd=folder)


async def _forget_gone(house: House, home: Home, inbox: Path) -> None:
    for where in await house.read(home, SYSTEM, store.taken):
        path = inbox / where
        if not path.exists():
            await house.write(home, SYSTEM, store.forget_taken, where)


def _tidy(note: Path) -> None:
    """Remove a note about a file that is gone; a file of somebody else's that is called so stays."""
    if _is_note(note) and _is_orphan(note):
        note.unlink(missing_ok=True)
