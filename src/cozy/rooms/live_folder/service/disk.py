"""The files and folders of a live folder: what is there, known again, put there and taken away."""

from __future__ import annotations

import asyncio
import fcntl
import os
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cozy.kernel.clock import parse

from ..errors import NotHere
from ..model import FILES, INBOX, OURS, FileShown, Look, Shown, Wanted

_ANY_WRITER = 0o222
_SHUT, _OPEN = 0o555, 0o755  # folders of what is shown, and while we work in them
_INODES = (1 << 63) - 1  # what a column of a database can hold
_WAIT_S = 0.1


@dataclass(slots=True)
class Arranged:
    """What is in a folder of the disk after everything that is out of place has gone, and what is still to be put there."""

    folders: list[Shown] = field(default_factory=list)
    new: list[str] = field(default_factory=list)  # ids of folders that are still empty
    files: list[Wanted] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)  # names of files


def ours(base: Path) -> Path:
    """The folder of what we need ourselves."""
    return base / OURS


def find(base: Path, home_id: str) -> None:
    """Make sure that this is the live folder of the home. Raises NotHere."""
    try:
        if (ours(base) / "home").read_text() != home_id:
            raise NotHere(path=str(base))
    except OSError as error:
        raise NotHere(path=str(base)) from error


def sweep(base: Path) -> None:
    """Remove what was under way when somebody was killed."""
    for name in ("parts", "moving"):
        (ours(base) / name).mkdir(exist_ok=True)
    for part in (ours(base) / "parts").iterdir():
        part.unlink()


@asynccontextmanager
async def alone(base: Path, part: str = "lock") -> AsyncIterator[None]:
    """One process at a time works in a live folder, and one in its inbox."""
    try:
        handle = os.open(ours(base) / part, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise NotHere(path=str(base)) from error
    try:
        while True:
            if _locked(handle):
                break
            await asyncio.sleep(_WAIT_S)
        yield
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def inode(path: Path) -> int:
    """By which a folder is known again wherever it is moved; 0 where there is none."""
    try:
        status = path.lstat()
    except OSError:
        return 0
    return _inode(status) if stat.S_ISDIR(status.st_mode) else 0


def _inode(status: os.stat_result) -> int:
    return status.st_ino & _INODES


def stamp(status: os.stat_result) -> str:
    """By which a file is known to be untouched."""
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns}"


@contextmanager
def opened(folder: Path) -> Iterator[None]:
    """Let us work in a folder where nobody may; shut again at the end."""
    folder.chmod(_OPEN)
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            folder.chmod(_SHUT)


def arrange(base: Path, folder: Path, inside: str, look: Look) -> Arranged:
    """Take away what should not be in a folder, and move in the folders that stand elsewhere; says what is missing.

    inside: the id of the folder.
    """
    done, standing, right = Arranged(), dict[str, Shown](), set[str]()
    for name in sorted(os.listdir(folder)):
        path, want = folder / name, look.wanted.get(name)
        status = path.lstat()
        if stat.S_ISDIR(status.st_mode):
            known = look.folders.get(_inode(status))
            if known and want and known.id == want.id:
                standing[known.id] = Shown(known.id, inside, name, known.inode)
            elif known:
                _move(path, _parked(base, known.inode))
            else:
                clear(base, path)
        elif want and not want.is_folder and _is_right(want, look.files.get(name), status):
            right.add(name)
        elif _is_of_others(status) or want is None or want.is_folder:
            drop(base, path)
    known_by_id = {each.id: each for each in look.folders.values()}
    for want in look.wanted.values():
        if not want.is_folder:
            if want.name not in right:
                done.files.append(want)
            continue
        shown = standing.get(want.id)
        if shown is None:
            shown, is_new = _stood(base, folder, inside, want, known_by_id.get(want.id), look)
            done.new += [want.id] if is_new else []
        done.folders.append(shown)
    done.gone = [name for name in look.files if name not in look.wanted or look.wanted[name].is_folder]
    return done


def _is_right(want: Wanted, known: FileShown | None, status: os.stat_result) -> bool:
    return (
        known is not None
        and known.said == want.said
        and known.stamp == stamp(status)
        and not status.st_mode & _ANY_WRITER
    )


def _stood(
    base: Path, folder: Path, inside: str, want: Wanted, known: Shown | None, look: Look
) -> tuple[Shown, bool]:
    """Let a folder stand where it should, with what is in it where it stands elsewhere; whether it is new instead."""
    target = folder / want.name
    if known is not None:
        for source in (_parked(base, known.inode), base.joinpath(*look.elsewhere.get(want.id, (OURS,)))):
            if inode(source) == known.inode:
                _move(source, target)
                return Shown(want.id, inside, want.name, known.inode), False
    target.mkdir(_SHUT)
    target.chmod(_SHUT)
    return Shown(want.id, inside, want.name, inode(target)), True


def _parked(base: Path, number: int) -> Path:
    """Where a folder waits that has no place at this moment."""
    return ours(base) / "moving" / str(number)


def _move(source: Path, target: Path) -> None:
    """Move a folder. It is opened too: its entry `..` changes."""
    around = source.parent
    mode = stat.S_IMODE(around.stat().st_mode)
    around.chmod(mode | 0o700)
    try:
        with opened(source):
            source.rename(target)
    finally:
        around.chmod(mode)
    target.chmod(_SHUT)


def clear(base: Path, folder: Path) -> None:
    """Take a folder away with what we put into it; what others put there is set aside."""
    folder.chmod(_OPEN)
    for name in os.listdir(folder):
        path = folder / name
        if stat.S_ISDIR(path.lstat().st_mode):
            clear(base, path)
        else:
            drop(base, path)
    folder.rmdir()


def drop(base: Path, path: Path) -> None:
    """Take a file away; one that others put there goes to the inbox."""
    if _is_of_others(path.lstat()):
        path.rename(free(base / INBOX, path.name))
    else:
        path.unlink()


def _is_of_others(status: os.stat_result) -> bool:
    """Whether we did not put a file there: none of ours can be written to."""
    return stat.S_ISREG(status.st_mode) and bool(status.st_mode & _ANY_WRITER)


def free(folder: Path, name: str) -> Path:
    """This name in a folder, with a number where it is taken."""
    stem, dot, extension = name.rpartition(".")
    if not stem:
        stem, dot, extension = name, "", ""
    number, path = 1, folder / name
    while path.is_symlink() or path.exists():
        number += 1
        path = folder / f"{stem} ({number}){dot}{extension}"
    return path


def put(part: Path, target: Path, want: Wanted) -> FileShown:
    """Give a part its date, shut it, and let it be the file.

    A content that several files share is one file on the disk where it is linked: it has the date of the first.
    """
    status = part.stat()
    if status.st_nlink <= 2:
        with suppress(ValueError, OverflowError, OSError):
            moment = parse(want.updated_at).timestamp()
            os.utime(part, (moment, moment))
        part.chmod(0o555 if want.executable else 0o444)
    elif status.st_mode & _ANY_WRITER:
        part.chmod(0o444)
    part.replace(target)
    part.unlink(missing_ok=True)  # a link over another one to the same file is left by the system
    return FileShown(target.name, want.said, stamp(target.lstat()))


def tidy(base: Path) -> None:
    """Remove folders that nobody waits for any more."""
    for path in (ours(base) / "moving").iterdir():
        clear(base, path)


def root(base: Path) -> int:
    """The inode of the folder that shows the home, made where it is not there."""
    path = base / FILES
    if not inode(path):
        path.mkdir(_SHUT)
        path.chmod(_SHUT)
    return inode(path)
