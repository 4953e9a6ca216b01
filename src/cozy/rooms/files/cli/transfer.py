"""Files between this machine and a home."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from cozy.kernel.blobs import Missing, TooLarge
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso, parse
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Conflict, Invalid, Problem, Unavailable

from .. import service
from ..errors import IsFolder, NoFile, OverQuota

PIECE = 1024 * 1024  # bytes read at a time
PAGE = 1000  # items of a folder read at a time
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_OWNER_RUNS = 0o100  # the permission that "executable" is about


class LeftOut(Struct, frozen=True):
    """Something that was not copied, and the reason in words."""

    path: str
    why: str


class Report(Struct):
    """What a copy did."""

    copied: int = 0  # files
    already: int = 0  # files that were there with the same content
    bytes: int = 0
    left_out: list[LeftOut] = []

    def leave_out(self, path: Path, why: str) -> None:
        """Note what is not copied, with a path that every terminal can show."""
        self.left_out.append(LeftOut(readable(os.fsencode(path).decode("utf-8", "backslashreplace")), why))


class Unreadable(Invalid):
    """This file cannot be read on this machine."""


class Unwritable(Invalid):
    """This file cannot be written on this machine."""


class InTheWay(Conflict):
    """A folder of that name is in the way."""


class Damaged(Unavailable):
    """The content of this file is damaged on this server: `cozy check --scrub` says more."""


def readable(name: str) -> str:
    """A name on one line, without what a terminal would obey."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


def why(error: OSError) -> str:
    """What the system says."""
    return error.strerror or "it cannot be read or written"


def bars() -> Progress:
    """A progress display on a terminal; nothing elsewhere."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), DownloadColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty(),
    )  # fmt: skip


async def listed(house: House, home: Home, dir_id: str) -> AsyncIterator[service.File]:
    """Everything in a folder, in order."""
    last: service.File | None = None
    while True:
        page = await house.read(home, SYSTEM, service.children, dir_id, after=last, limit=PAGE)
        for file in page:
            yield file
        if len(page) < PAGE:
            return
        last = page[-1]


async def pieces(path: Path) -> AsyncIterator[bytes]:
    """A file of this machine, piece by piece."""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def sha256_of(path: Path) -> str:
    """The hash of a file of this machine."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def store(house: House, home: Home, source: Path, path: str) -> service.File:
    """Copy a file of this machine to a path of a home. Raises Unreadable, InTheWay, OverQuota."""
    if not source.is_file():
        raise Unreadable(f"{source} is not a file of this machine.", path=str(source))
    folder_path, name = await _target(house, home, source, path)
    folder = await house.write(home, SYSTEM, service.create_path, folder_path or "/")
    known = await house.read(home, SYSTEM, service.child_named, folder.id, name)
    if known is not None and known.is_folder:
        raise InTheWay(path=path)
    try:
        return await save(house, home, source, folder.id, name, known)
    except OSError as error:
        raise Unreadable(f"{source} cannot be read: {why(error)}.", path=str(source)) from error


async def _target(house: House, home: Home, source: Path, path: str) -> tuple[str, str]:
    """The folder's path and the file's name. A path that is a folder, or ends with "/", keeps the source's name."""
    try:
        is_folder = path.endswith("/") or (await house.read(home, SYSTEM, service.at_path, path)).is_folder
    except NoFile:
        is_folder = False
    return (
        (path.rstrip("/"), source.name) if is_folder else (path.rpartition("/")[0], path.rpartition("/")[2])
    )


async def save(
    house: House, home: Home, source: Path, dir_id: str, name: str, known: service.File | None
) -> service.File:
    """Store a file of this machine, with its dates and its executable bit; over `known`, as its next version.

    Raises OverQuota, OSError, and what `create_file` or `overwrite` raise.
    """
    status = source.stat()
    changed = _date(status)
    limit = await house.read(home, SYSTEM, service.room_left, home.quota)
    try:
        content = await house.blobs.put(home.id, pieces(source), limit)
    except TooLarge as error:
        raise OverQuota(quota=home.quota) from error
    details = service.Details(
        created_at=changed, updated_at=changed, executable=is_executable(status), dates_are_final=True
    )
    try:
        if known is not None:
            return await house.write(
                home, SYSTEM, service.overwrite, known.id, content, "", details, quota=home.quota
            )
        return await house.write(
            home, SYSTEM, service.create_file, dir_id, name, content, "", details, quota=home.quota
        )
    except (
        Problem
    ):  # anything else, being interrupted too, may come after the commit: the document may need the blob
        if content.blob is not None:
            await house.blobs.delete(home.id, content.blob)
        raise


def is_executable(status: os.stat_result) -> bool:
    """Whether the owner of a file of this machine may run it."""
    return bool(status.st_mode & _OWNER_RUNS)


async def mark_executable(house: House, home: Home, file: service.File, executable: bool) -> service.File:
    """Give a file of the home the executable bit, or take it away; nothing changes when it is so already."""
    if bool(file.body.get("executable")) == executable:
        return file
    return await house.write(home, SYSTEM, service.change, file.id, service.Change(executable=executable))


def _date(status: os.stat_result) -> str:
    """When a file of this machine changed; "" for a date that no calendar has (a file system may hold any number)."""
    try:
        return iso(_EPOCH + _MICROSECOND * (status.st_mtime_ns // 1000))
    except OverflowError:
        return ""


async def fetch_into(house: House, home: Home, file: service.File, target: Path) -> None:
    """Write a file of a home to this machine: whole or not at all, with its date and its executable bit.

    Raises IsFolder, OSError, and Damaged: when bytes are there but hash wrong, they are written all the same.
    """
    if file.is_folder:
        raise IsFolder(name=file.name)
    _, content = await house.read(home, SYSTEM, service.open_content, file.id)
    partial = target.with_name(f".{file.id}.{os.getpid()}.partial")
    digest = hashlib.sha256()
    try:
        with partial.open("wb") as out:
            async for piece in service.content_pieces(house, home, content):
                digest.update(piece)
                out.write(piece)
        mark(partial, file)
        partial.rename(target)
    except Missing as error:
        raise Damaged(name=file.name) from error
    finally:
        partial.unlink(missing_ok=True)
    if digest.hexdigest() != file.sha256:
        raise Damaged("What this file holds is damaged; it was copied as it is.", name=file.name)


def mark(target: Path, file: service.File) -> None:
    """Give a file of this machine the date and the executable bit of a file of the home."""
    stamp = (parse(file.updated_at) - _EPOCH) // _MICROSECOND * 1000
    os.utime(target, ns=(stamp, stamp))
    mode = target.stat().st_mode
    wanted = mode | 0o111 if file.body.get("executable") else mode & ~0o111
    if wanted != mode:
        target.chmod(wanted)
