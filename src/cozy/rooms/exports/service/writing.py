"""Lines, written: into a folder, or as a stream of tar."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cozy.kernel.blobs import Missing
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import parse
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.files import service as files

from ..model import Done, LeftOut, Line
from .spool import Spool

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BLOCK = 512  # of a tar
TAR_END = bytes(2 * _BLOCK)
Close = Callable[[], Awaitable[None]]  # adds the lines that tell of all others


class Torn(Exception):
    """A content is not here, or is not what its hash says."""


async def pieces(house: House, home: Home, spool: Spool, line: Line) -> AsyncIterator[bytes]:
    """The bytes of a line, as many as it says. Raises Torn, before the first one where nothing is there at all."""
    if line.start >= 0:
        for piece in spool.read(line):
            yield piece
        return
    content = await house.read(home, SYSTEM, files.content_by_hash, line.sha256)
    if content is None or content.size != line.size:
        raise Torn(line.path)
    digest = hashlib.sha256()
    try:
        async for piece in files.content_pieces(house, home, content):
            digest.update(piece)
            yield piece
    except Missing as error:
        raise Torn(line.path) from error
    if digest.hexdigest() != line.sha256:
        raise Torn(line.path)


def leave_out(spool: Spool, line: Line) -> None:
    """Note that a line could not be taken along."""
    spool.left_out.append(LeftOut(line.path, "its content is damaged, or was thrown away for good meanwhile"))


async def to_folder(
    house: House, home: Home, spool: Spool, target: Path, before: Mapping[str, str], close: Close
) -> Done:
    """Write a folder: only what an earlier export there does not hold already; what it held and the home no longer does goes.

    before: the sums of the earlier export. Each file is whole or not there. Raises OSError.
    """
    done = Done()
    seen: set[str] = set()
    folders: list[Line] = []  # their dates are set last: writing into a folder changes them

    async def write(line: Line) -> None:
        path = target / line.path
        if line.is_folder:
            path.mkdir(parents=True, exist_ok=True)
            folders.append(line)
            return
        seen.add(line.path)
        if _is_there(path, line, before):
            _mark(path, line)
            done.already += 1
            return
        try:
            await _whole(house, home, spool, line, path)
        except Torn:
            leave_out(spool, line)
            return
        done.files += 1
        done.bytes += line.size

    number = 0
    for line in spool.lines():
        number += 1
        await write(line)
    await close()
    for line in spool.lines(number):
        await write(line)
    done.gone = _remove(target, before.keys() - seen)
    for line in reversed(folders):
        _mark(target / line.path, line)
    done.left_out = spool.left_out
    return done


def _is_there(path: Path, line: Line, before: Mapping[str, str]) -> bool:
    """Whether a file was written before; where no sums say so, as after an interruption, it is read."""
    if not path.is_file() or path.stat().st_size != line.size:
        return False
    if line.path in before:
        return before[line.path] == line.sha256
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == line.sha256


async def _whole(house: House, home: Home, spool: Spool, line: Line, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{line.sha256[:16]}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as out:
            async for piece in pieces(house, home, spool, line):
                out.write(piece)
        _mark(partial, line)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _mark(path: Path, line: Line) -> None:
    """Give a file of this machine the date that the home's has, and the right to be run."""
    stamp = (parse(line.modified) - _EPOCH) // _MICROSECOND * 1000
    os.utime(path, ns=(stamp, stamp))
    if line.executable:
        path.chmod(path.stat().st_mode | 0o111)


def _remove(target: Path, paths: set[str]) -> int:
    """Take away what an earlier export wrote, and the folders that are empty then."""
    gone = 0
    for each in sorted(paths):
        path = target / each
        if not path.resolve().is_relative_to(target.resolve()) or not path.is_file():
            continue
        path.unlink()
        gone += 1
        for folder in path.relative_to(target).parents:
            try:
                (target / folder).rmdir()
            except OSError:
                break
    return gone


async def to_tar(
    house: House, home: Home, spool: Spool, top: str, before: Mapping[str, str], close: Close
) -> AsyncIterator[bytes]:
    """A tar (POSIX.1-2001) of it all, in a folder `top`, as a stream. before: what is left out, by its path and hash.

    Raises Torn when a content breaks off in its middle: a broken archive must not look whole.
    """
    number = 0
    for line in spool.lines():
        number += 1
        if not (line.sha256 and before.get(line.path) == line.sha256):
            async for piece in _member(house, home, spool, line, top):
                yield piece
    await close()
    for line in spool.lines(number):
        async for piece in _member(house, home, spool, line, top):
            yield piece
    yield TAR_END


async def _member(house: House, home: Home, spool: Spool, line: Line, top: str) -> AsyncIterator[bytes]:
    head = tar_head(line, top)
    if line.is_folder:
        yield head
        return
    written = 0
    try:
        async for piece in pieces(house, home, spool, line):
            yield piece if written else head + piece
            written += len(piece)
    except Torn:
        if written:
            raise
        leave_out(spool, line)
        return
    if not line.size:
        yield head
    yield tar_padding(line)


def tar_head(line: Line, top: str) -> bytes:
    """What stands before the bytes of a line in a tar."""
    info = tarfile.TarInfo(f"{top}/{line.path}")
    info.size, info.mtime = line.size, (parse(line.modified) - _EPOCH).total_seconds()
    info.mode = 0o755 if line.executable or line.is_folder else 0o644
    info.type = tarfile.DIRTYPE if line.is_folder else tarfile.REGTYPE
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def tar_padding(line: Line) -> bytes:
    """What stands behind them."""
    return bytes(-line.size % _BLOCK)
