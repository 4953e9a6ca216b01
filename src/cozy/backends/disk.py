"""Contents as plain files: `homes/<id>/contents/ab/abcd…-1f2e3d`, uploads in `homes/<id>/uploads/`; locked ones in `contents.<mark>`.

A put is written to a temporary file, hashed on the way in threads of its own, synced, then renamed; its folder is
synced too. A resumable upload is appended in place and becomes a content by the same rename.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from functools import lru_cache
from io import FileIO
from pathlib import Path
from typing import Literal

from cozy.backends.faults import of_disk
from cozy.backends.hashing import Hashes, hashing_threads, inline_content
from cozy.backends.locks import Lock, Locks, Stream, in_order
from cozy.backends.turns import Turns
from cozy.kernel.blobs import (
    Content,
    Missing,
    Placed,
    Refused,
    StoredBlob,
    TooLarge,
    WrongOffset,
)
from cozy.kernel.durable import sync_folder
from cozy.kernel.problem import Full, OutOfSpace

_PIECE = 1024 * 1024  # bytes handed to the hashing threads, and read back, at a time
_SHORT = re.compile(r"[0-9a-f]{8}")  # what came after the hash in keys from before contents could be locked
_FICLONE = 0x40049409  # linux/fs.h
# What systems answer that cannot clone, or link, from here to there.
_NO_CLONE = {errno.EOPNOTSUPP, errno.ENOTTY, errno.ENOSYS, errno.EXDEV, errno.EINVAL, errno.EPERM}
_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS}


class Disk:
    """The content store on local disk."""

    def __init__(self, root: Path, locks: Locks | None = None) -> None:
        self._homes = root / "homes"
        self._locks = locks or Locks()
        self._threads = hashing_threads()
        self._appending: dict[tuple[str, str], Hashes] = {}
        self._turns = Turns()

    async def put(self, home_id: str, chunks: AsyncIterator[bytes], limit: int | None = None) -> Content:
        """Store a stream; small ones come back inline and touch no disk, unless contents are locked."""
        held, inline_limit = bytearray(), self._locks.inline_limit(home_id)
        async for chunk in chunks:
            held += chunk
            if limit is not None and len(held) > limit:
                raise TooLarge
            if len(held) > inline_limit:
                return await self._put_file(home_id, bytes(held), chunks, limit)
        return inline_content(bytes(held))

    async def _put_file(
        self, home_id: str, first: bytes, rest: AsyncIterator[bytes], limit: int | None
    ) -> Content:
        name, lock = secrets.token_hex(16), self._locks.of(home_id)[0]
        part = self._uploads(home_id) / f"{name}.part"
        hashes = Hashes(self._threads)
        file = _created(part)
        try:
            with file:
                await _pump(file, _chain(first, rest), hashes, limit, lock.stream(name))
                await asyncio.to_thread(_sync, file)
            return await self._named(home_id, lock, part, hashes, name)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    async def take(self, home_id: str, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Store what another host keeps under this key, which begins with its hash."""
        part = self._uploads(home_id) / f"{secrets.token_hex(16)}.part"
        hashes, lock = Hashes(self._threads), self._locks.of(home_id)[0]
        try:
            with _created(part) as file:
                await _pump(file, chunks, hashes, None, lock.stream(_seed(key)))
                await asyncio.to_thread(_sync, file)
            await hashes.settle()
            if hashes.sha256 != key.partition("-")[0]:
                raise Refused
            await asyncio.to_thread(_rename_synced, part, self._path(home_id, key, lock))
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    async def _named(self, home_id: str, lock: Lock, part: Path, hashes: Hashes, suffix: str) -> Content:
        content = await hashes.content(blob="")
        key = f"{content.sha256}-{suffix}"
        await asyncio.to_thread(_rename_synced, part, self._path(home_id, key, lock))
        return Content(content.sha256, content.md5, content.size, None, key)

    async def read(
        self, home_id: str, key: str, start: int = 0, size: int | None = None
    ) -> AsyncIterator[bytes]:
        """Large pieces read right here: the page cache is quicker than a hop to a thread."""
        file, lock = self._open(home_id, key)
        with file:
            file.seek(start)
            left = os.fstat(file.fileno()).st_size - start if size is None else size
            unlocked = lock.stream(_seed(key), start)
            while left > 0 and (piece := file.read(min(_PIECE, left))):
                left -= len(piece)
                yield unlocked(piece)

    def _open(self, home_id: str, key: str) -> tuple[FileIO, Lock]:
        for lock in self._locks.of(home_id):
            with suppress(FileNotFoundError):
                return self._path(home_id, key, lock).open("rb", buffering=0), lock
        raise Missing(key)

    async def place(self, home_id: str, key: str, path: Path) -> Placed:
        """On a thread: a copy may be long. What is locked is copied without its lock."""
        file, lock = self._open(home_id, key)
        with file:
            if lock.mark:
                return await asyncio.to_thread(_copied, file, path, lock.stream(_seed(key)))
        return await asyncio.to_thread(_placed, self._path(home_id, key, lock), path)

    async def delete(self, home_id: str, key: str) -> None:
        """Unlink; a reader that has it open reads on. Freeing a large file takes a while, hence the thread."""
        for lock in self._locks.of(home_id):
            await asyncio.to_thread(self._path(home_id, key, lock).unlink, missing_ok=True)

    def stored(self, home_id: str) -> Iterator[StoredBlob]:
        """Walk the home's contents, a folder at a time, in the order of their keys."""
        return in_order(self._locks.of(home_id), lambda lock: self._walked(home_id, lock))

    def _walked(self, home_id: str, lock: Lock) -> Iterator[StoredBlob]:
        for folder in _entries(self._contents(home_id, lock)):
            yield from _blobs(Path(folder.path))

    def unfinished(self, home_id: str) -> Iterator[StoredBlob]:
        """Walk the home's uploads."""
        for blob in _blobs(self._homes / home_id / "uploads"):
            yield StoredBlob(blob.key.partition(".upload")[0], blob.size, blob.age_s)

    async def begin(self, home_id: str, upload_id: str) -> None:
        """An empty file to append to, safely in its folder."""
        path = self._upload(home_id, upload_id, self._locks.of(home_id)[0])
        await asyncio.to_thread(_begun, path)
        self._appending[home_id, upload_id] = Hashes(self._threads)

    async def received(self, home_id: str, upload_id: str) -> int:
        """The file's length is the truth, also after a crash."""
        try:
            return self._under_way(home_id, upload_id)[0].stat().st_size
        except FileNotFoundError as error:
            raise Missing(upload_id) from error

    async def append(
        self, home_id: str, upload_id: str, offset: int, chunks: AsyncIterator[bytes], limit: int
    ) -> int:
        """Append in place; what came before a broken connection stays, synced."""
        path, lock = self._under_way(home_id, upload_id)
        with self._turns.alone(home_id, upload_id):
            hashes = await self._hashes(home_id, upload_id, path, lock)
            if hashes.size != offset:
                raise WrongOffset(offset=offset, received=hashes.size)
            try:
                await _append(path, chunks, hashes, limit, lock.stream(upload_id, offset))
            except BaseException:
                # Which pieces the threads have hashed is uncertain now; the file is the truth, and read again.
                self._appending.pop((home_id, upload_id), None)
                raise
        return hashes.size

    async def finish(self, home_id: str, upload_id: str) -> Content:
        """Rename: the upload is a content. Its name ends in the upload's id, by which it is found again."""
        with self._turns.alone(home_id, upload_id):
            path, lock = self._under_way(home_id, upload_id)
            if (known := await asyncio.to_thread(self._finished, home_id, upload_id)) is not None:
                path, lock = known
                content = await (await self._hashes(home_id, upload_id, path, lock)).content()
                return Content(content.sha256, content.md5, content.size, None, lock.key(path.name))
            hashes = await self._hashes(home_id, upload_id, path, lock)
            if hashes.size <= self._locks.inline_limit(home_id):
                return inline_content(lock.stream(upload_id)(path.read_bytes()))
            return await self._named(home_id, lock, path, hashes, upload_id)

    def _finished(self, home_id: str, upload_id: str) -> tuple[Path, Lock] | None:
        """The content that an upload became when it ended before."""
        if self._under_way(home_id, upload_id)[0].exists():
            return None
        for lock in self._locks.of(home_id):
            for path in self._contents(home_id, lock).glob(f"*/*-{upload_id}"):
                return path, lock
        return None

    async def abandon(self, home_id: str, upload_id: str) -> None:
        """Remove what came."""
        self._appending.pop((home_id, upload_id), None)
        await asyncio.to_thread(self._under_way(home_id, upload_id)[0].unlink, missing_ok=True)

    async def drop(self, home_id: str) -> None:
        """Remove everything of a home."""
        _folder_on_disk.cache_clear()
        folders = [self._contents(home_id, lock) for lock in self._locks.of(home_id)]
        for folder in (*folders, self._homes / home_id / "uploads"):
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def reach(self) -> None:
        """Look whether we may write into the folder of homes."""
        if not await asyncio.to_thread(os.access, self._homes, os.W_OK):
            raise PermissionError(self._homes)

    async def _hashes(self, home_id: str, upload_id: str, path: Path, lock: Lock) -> Hashes:
        """The running hashes of an upload; after a restart or a broken connection, made again from the file."""
        known = self._appending.get((home_id, upload_id))
        with _opened(path, "rb") as file:
            if known is not None and known.size == os.fstat(file.fileno()).st_size:
                return known
            hashes, unlocked = Hashes(self._threads), lock.stream(upload_id)
            while piece := file.read(_PIECE):
                await hashes.add(unlocked(piece))
        self._appending[home_id, upload_id] = hashes
        return hashes

    def _uploads(self, home_id: str) -> Path:
        folder = self._homes / home_id / "uploads"
        try:
            if not folder.exists():
                folder.mkdir(parents=True, exist_ok=True)
                sync_folder(folder.parent)
        except OSError as error:
            raise of_disk(error) from error
        return folder

    def _upload(self, home_id: str, upload_id: str, lock: Lock) -> Path:
        """Left-overs of puts are listed beside uploads and abandoned like them."""
        name = upload_id if upload_id.endswith(".part") else f"{upload_id}.upload{lock.mark}"
        return self._uploads(home_id) / name

    def _under_way(self, home_id: str, upload_id: str) -> tuple[Path, Lock]:
        """Where an upload is and by what it is locked, which is not what the setting says now if that changed meanwhile."""
        locks = self._locks.of(home_id)
        for lock in locks:
            if (path := self._upload(home_id, upload_id, lock)).exists():
                return path, lock
        return self._upload(home_id, upload_id, locks[0]), locks[0]

    def _contents(self, home_id: str, lock: Lock) -> Path:
        return self._homes / home_id / f"contents{lock.mark}"

    def _path(self, home_id: str, key: str, lock: Lock) -> Path:
        name = lock.name(key)
        return self._contents(home_id, lock) / name[:2] / name


def _seed(key: str) -> str:
    """What no other content has, and is known before the hash is: what follows it; the whole key where that is too short for that."""
    suffix = key.partition("-")[2]
    return key if _SHORT.fullmatch(suffix) else suffix


async def _append(
    path: Path, chunks: AsyncIterator[bytes], hashes: Hashes, limit: int, locked: Stream
) -> None:
    """Write a part and sync it; when there is no room for it, cut the file back to what it was."""
    offset = hashes.size
    with _opened(path, "ab") as file:
        try:
            try:
                await _pump(file, chunks, hashes, limit, locked)
            finally:
                await asyncio.to_thread(_sync, file)
        except (Full, OutOfSpace, TooLarge, Refused):
            file.truncate(offset)
            await asyncio.to_thread(_sync, file)
            raise


async def _pump(
    file: FileIO, chunks: AsyncIterator[bytes], hashes: Hashes, limit: int | None, locked: Stream
) -> None:
    """Hash a stream and write it, locked, in large pieces."""
    held = bytearray()
    try:
        async for chunk in chunks:
            if limit is not None and hashes.size + len(held) + len(chunk) > limit:
                raise TooLarge
            held += chunk
            if len(held) >= _PIECE:
                await _keep(file, held, hashes, locked)
                held = bytearray()
    finally:
        if held:
            await _keep(file, held, hashes, locked)


async def _keep(file: FileIO, piece: bytearray, hashes: Hashes, locked: Stream) -> None:
    data = bytes(piece)
    left = memoryview(locked(data))
    try:
        while left:
            left = left[file.write(left) :]
    except OSError as error:
        raise of_disk(error) from error
    await hashes.add(data)


async def _chain(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def _created(path: Path) -> FileIO:
    try:
        return path.open("xb", buffering=0)
    except OSError as error:
        raise of_disk(error) from error


def _opened(path: Path, mode: Literal["ab", "rb"]) -> FileIO:
    try:
        return path.open(mode, buffering=0)
    except FileNotFoundError as error:
        raise Missing(path.stem) from error
    except OSError as error:
        raise of_disk(error) from error


def _begun(path: Path) -> None:
    with _created(path):
        sync_folder(path.parent)


def _rename_synced(part: Path, path: Path) -> None:
    """Name a blob. Its age counts from here, not from its last byte."""
    try:
        _folder_on_disk(path.parent)
        if not path.parent.exists():  # another process has removed the home since, and it is coming back
            _folder_on_disk.cache_clear()
            _folder_on_disk(path.parent)
        os.utime(part)
        part.rename(path)
        sync_folder(path.parent)
    except FileNotFoundError as error:
        raise Missing(part.stem) from error
    except OSError as error:
        raise of_disk(error) from error


@lru_cache(maxsize=16_384)
def _folder_on_disk(folder: Path) -> None:
    """Make sure that a folder itself survives a crash: once a run, since another thread may have just made it."""
    folder.mkdir(parents=True, exist_ok=True)
    sync_folder(folder.parent)
    sync_folder(folder.parent.parent)


def _placed(blob: Path, path: Path) -> Placed:
    """A clone (ioctl_ficlone(2)), else a link, else a copy."""
    try:
        with blob.open("rb", buffering=0) as source:
            with path.open("xb", buffering=0) as target:
                is_cloned = _cloned(source, target)
            if is_cloned:
                return "clone"
            path.unlink()
            try:
                os.link(blob, path)
                return "link"
            except OSError as error:
                if error.errno not in _NO_LINK:
                    raise
            with path.open("xb", buffering=0) as target:
                shutil.copyfileobj(source, target, _PIECE)
            return "copy"
    except FileNotFoundError as error:
        if blob.exists():
            raise
        raise Missing(blob.name) from error
    except OSError as error:
        raise of_disk(error) from error


def _copied(source: FileIO, path: Path, unlocked: Stream) -> Placed:
    try:
        with path.open("xb", buffering=0) as target:
            while piece := source.read(_PIECE):
                target.write(unlocked(piece))
    except OSError as error:
        raise of_disk(error) from error
    return "copy"


def _cloned(source: FileIO, target: FileIO) -> bool:
    try:
        fcntl.ioctl(target, _FICLONE, source.fileno())
    except OSError as error:
        if error.errno not in _NO_CLONE:
            raise
        return False
    return True


def _sync(file: FileIO) -> None:
    try:
        os.fsync(file)
    except OSError as error:
        raise of_disk(error) from error


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return []


def _blobs(folder: Path) -> Iterator[StoredBlob]:
    now = time.time()
    for entry in _entries(folder):
        with suppress(FileNotFoundError):  # freed meanwhile
            status = entry.stat()
            yield StoredBlob(entry.name, status.st_size, now - status.st_mtime)
