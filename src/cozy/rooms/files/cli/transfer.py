"""Files between this machine and a home."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cozy.kernel.blobs import Content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso, parse
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Conflict, Invalid, Problem

from .. import service
from ..errors import IsFolder, NoFile

PIECE = 1024 * 1024  # bytes read at a time
PAGE = 1000  # items of a folder read at a time


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


class Unreadable(Invalid):
    """This file cannot be read on this machine."""


class InTheWay(Conflict):
    """A folder of that name is in the way."""


def bars() -> Progress:
    """A progress display on a terminal; nothing elsewhere."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), DownloadColumn(), TimeRemainingColumn(),
        transient=True,
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
    """Copy a file of this machine to a path of a home."""
    if not source.is_file():
        raise Unreadable(f"{source} is not a file of this machine.", path=str(source))
    folder_path, name = await _target(house, home, source, path)
    folder = await house.write(home, SYSTEM, service.create_path, folder_path or "/")
    known = await house.read(home, SYSTEM, service.child_named, folder.id, name)
    if known is not None and known.is_folder:
        raise InTheWay(path=path)
    return await save(house, home, source, folder.id, name, known)


async def _target(house: House, home: Home, source: Path, path: str) -> tuple[str, str]:
    """The folder's path and the file's name. A path that is a folder, or ends with "/", keeps the source's name."""
    try:
        is_folder = path.endswith("/") or (await house.read(home, SYSTEM, service.at_path, path)).is_folder
    except NoFile:
        is_folder = False
    return (path.rstrip("/"), source.name) if is_folder else (path.rpartition("/")[0], path.rpartition("/")[2])


async def save(
    house: House, home: Home, source: Path, dir_id: str, name: str, known: service.File | None
) -> service.File:
    """Store a file of this machine, with its dates and its executable bit; over `known`, as its next version."""
    status = source.stat()
    changed = iso(datetime.fromtimestamp(status.st_mtime, UTC))
    limit = await house.read(home, SYSTEM, service.room_left, home.quota)
    content = await house.blobs.put(home.id, pieces(source), limit)
    details = service.Details(created_at=changed, updated_at=changed, executable=bool(status.st_mode & 0o100))
    try:
        if known is not None:
            return await house.write(
                home, SYSTEM, service.overwrite, known.id, content, "", details, quota=home.quota
            )
        return await house.write(
            home, SYSTEM, service.create_file, dir_id, name, content, "", details, quota=home.quota
        )
    except Problem:
        if content.blob is not None:
            await house.blobs.delete(home.id, content.blob)
        raise


async def fetch_into(house: House, home: Home, file: service.File, target: Path) -> None:
    """Write a file of a home to this machine: whole or not at all, with its date and its executable bit."""
    if file.is_folder:
        raise IsFolder(name=file.name)
    _, content = await house.read(home, SYSTEM, service.open_content, file.id)
    partial = target.with_name(f".{target.name[:200]}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as out:
            async for piece in content_pieces(house, home, content):
                out.write(piece)
        stamp = parse(file.updated_at).timestamp()
        os.utime(partial, (stamp, stamp))
        if file.body.get("executable"):
            partial.chmod(partial.stat().st_mode | 0o111)
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)


async def content_pieces(house: House, home: Home, content: Content) -> AsyncIterator[bytes]:
    """The bytes of a content, wherever they are."""
    if content.inline is not None:
        yield content.inline
    elif content.blob is not None:
        async for piece in house.blobs.read(home.id, content.blob):
            yield piece
