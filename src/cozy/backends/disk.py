"""Contents as plain files: `homes/<id>/contents/ab/abcd…-1f2e3d`, uploads in `homes/<id>/uploads/`.

A put is written to a temporary file, hashed on the way in threads of its own, synced, then renamed; its folder is
synced too. A resumable upload is appended in place and becomes a content by the same rename.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from functools import lru_cache
from io import FileIO
from pathlib import Path
from typing import Literal

from cozy.backends.durable import sync_folder
from cozy.backends.faults import of_disk
from cozy.backends.hashing import Hashes, hashing_threads, inline_content
from cozy.backends.turns import Turns
from cozy.kernel.blobs import (
    INLINE_LIMIT,
    Content,
    Missing,
    Placed,
    Refused,
    StoredBlob,
    TooLarge,
    WrongOffset,
)
from cozy.kernel.problem import Full, OutOfSpace

_PIECE = 1024 * 1024  # bytes handed to the hashing threads, and read back, at a time
_FICLONE = 0x40049409  # linux/fs.h
# What systems answer that cannot clone, or link, from here to there.
_NO_CLONE = {errno.EOPNOTSUPP, errno.ENOTTY, errno.ENOSYS, errno.EXDEV, errno.EINVAL, errno.EPERM}
_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS}


class Disk:
    """The content store on local disk."""

    def __init__(self, root: Path) -> None:
        self._homes = root / "homes"
        self._threads = hashing_threads()
        self._appending: dict[tuple[str, str], Hashes] = {}
        self._turns = Turns()

    async def put(self, home_id: str, chunks: AsyncIterator[bytes], limit: int | None = None) -> Content:
        """Store a stream; small ones come back inline and touch no disk."""
        held = bytearray()
        async for chunk in chunks:
            held += chunk
            if limit is not None and len(held) > limit:
                raise TooLarge
            if len(held) > INLINE_LIMIT:
                return await self._put_file(home_id, bytes(held), chunks, limit)
        return inline_content(bytes(held))

    async def _put_file(
        self, home_id: str, first: bytes, rest: AsyncIterator[bytes], limit: int | None
    ) -> Content:
        part = self._uploads(home_id) / f"{secrets.token_hex(16)}.part"
        hashes = Hashes(self._threads)
        file = _created(part)
        try:
            with file:
                await _pump(file, _chain(first, rest), hashes, limit)
                await asyncio.to_thread(_sync, file)
            return await self._named(home_id, part, hashes, secrets.token_hex(4))
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    async def take(self, home_id: str, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Store what another host keeps under this key, which begins with its hash."""
        part = self._uploads(home_id) / f"{secrets.token_hex(16)}.part"
        hashes = Hashes(self._threads)
        try:
            with _created(part) as file:
                await _pump(file, chunks, hashes, None)
                await asyncio.to_thread(_sync, file)
            await hashes.settle()
            if hashes.sha256 != key.partition("-")[0]:
                raise Refused
            await asyncio.to_thread(_rename_synced, part, self._path(home_id, key))
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    async def _named(self, home_id: str, part: Path, hashes: Hashes, suffix: str) -> Content:
        content = await hashes.content(blob="")
        key = f"{content.sha256}-{suffix}"
        await asyncio.to_thread(_rename_synced, part, self._path(home_id, key))
        return Content(content.sha256, content.md5, content.size, None, key)

    async def read(
        self, home_id: str, key: str, start: int = 0, size: int | None = None
    ) -> AsyncIterator[bytes]:
        """Large pieces read right here: the page cache is quicker than a hop to a thread."""
        try:
            file = self._path(home_id, key).open("rb", buffering=0)
        except FileNotFoundError as error:
            raise Missing(key) from error
        with file:
            file.seek(start)
            left = os.fstat(file.fileno()).st_size - start if size is None else size
            while left > 0 and (piece := file.read(min(_PIECE, left))):
                left -= len(piece)
                yield piece

    async def place(self, home_id: str, key: str, path: Path) -> Placed:
        """On a thread: a copy may be long."""
        return await asyncio.to_thread(_placed, self._path(home_id, key), path)

    async def delete(self, home_id: str, key: str) -> None:
        """Unlink; a reader that has it open reads on. Freeing a large file takes a while, hence the thread."""
        await asyncio.to_thread(self._path(home_id, key).unlink, missing_ok=True)

    def stored(self, home_id: str) -> Iterator[StoredBlob]:
        """Walk the home's contents, a folder at a time."""
        for folder in _entries(self._homes / home_id / "contents"):
            yield from _blobs(Path(folder.path))

    def unfinished(self, home_id: str) -> Iterator[StoredBlob]:
        """Walk the home's uploads."""
        for blob in _blobs(self._homes / home_id / "uploads"):
            yield StoredBlob(blob.key.removesuffix(".upload"), blob.size, blob.age_s)

    async def begin(self, home_id: str, upload_id: str) -> None:
        """An empty file to append to, safely in its folder."""
        path = self._upload(home_id, upload_id)
        await asyncio.to_thread(_begun, path)
        self._appending[home_id, upload_id] = Hashes(self._threads)

    async def received(self, home_id: str, upload_id: str) -> int:
        """The file's length is the truth, also after a crash."""
        try:
            return self._upload(home_id, upload_id).stat().st_size
        except FileNotFoundError as error:
            raise Missing(upload_id) from error

    async def append(
        self, home_id: str, upload_id: str, offset: int, chunks: AsyncIterator[bytes], limit: int
    ) -> int:
        """Append in place; what came before a broken connection stays, synced."""
        path = self._upload(home_id, upload_id)
        with self._turns.alone(home_id, upload_id):
            hashes = await self._hashes(home_id, upload_id, path)
            if hashes.size != offset:
                raise WrongOffset(offset=offset, received=hashes.size)
            try:
                await _append(path, chunks, hashes, limit)
            except BaseException:
                # Which pieces the threads have hashed is uncertain now; the file is the truth, and read again.
                self._appending.pop((home_id, upload_id), None)
                raise
        return hashes.size

    async def finish(self, home_id: str, upload_id: str) -> Content:
        """Rename: the upload is a content. Its name ends in the upload's id, by which it is found again."""
        path = self._upload(home_id, upload_id)
        with self._turns.alone(home_id, upload_id):
            if (known := await asyncio.to_thread(self._finished, home_id, upload_id)) is not None:
                content = await (await self._hashes(home_id, upload_id, known)).content()
                return Content(content.sha256, content.md5, content.size, None, known.name)
            hashes = await self._hashes(home_id, upload_id, path)
            if hashes.size <= INLINE_LIMIT:
                return inline_content(path.read_bytes())
            return await self._named(home_id, path, hashes, upload_id)

    def _finished(self, home_id: str, upload_id: str) -> Path | None:
        """The content that an upload became when it ended before."""
        if self._upload(home_id, upload_id).exists():
            return None
        return next((self._homes / home_id / "contents").glob(f"*/*-{upload_id}"), None)

    async def abandon(self, home_id: str, upload_id: str) -> None:
        """Remove what came."""
        self._appending.pop((home_id, upload_id), None)
        await asyncio.to_thread(self._upload(home_id, upload_id).unlink, missing_ok=True)

    async def drop(self, home_id: str) -> None:
        """Remove everything of a home."""
        _folder_on_disk.cache_clear()
        for folder in ("contents", "uploads"):
            await asyncio.to_thread(shutil.rmtree, self._homes / home_id / folder, ignore_errors=True)

    async def reach(self) -> None:
        """Look whether we may write into the folder of homes."""
        if not await asyncio.to_thread(os.access, self._homes, os.W_OK):
            raise PermissionError(self._homes)

    async def _hashes(self, home_id: str, upload_id: str, path: Path) -> Hashes:
        """The running hashes of an upload; after a restart or a broken connection, made again from the file."""
        known = self._appending.get((home_id, upload_id))
        with _opened(path, "rb") as file:
            if known is not None and known.size == os.fstat(file.fileno()).st_size:
                return known
            hashes = Hashes(self._threads)
            while piece := file.read(_PIECE):
                await hashes.add(piece)
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

    def _upload(self, home_id: str, upload_id: str) -> Path:
        """Left-overs of puts are listed beside uploads and abandoned like them."""
        name = upload_id if upload_id.endswith(".part") else f"{upload_id}.upload"
        return self._uploads(home_id) / name

    def _path(self, home_id: str, key: str) -> Path:
        return self._homes / home_id / "contents" / key[:2] / key


async def _append(path: Path, chunks: AsyncIterator[bytes], hashes: Hashes, limit: int) -> None:
    """Write a part and sync it; when there is no room for it, cut the file back to what it was."""
    offset = hashes.size
    with _opened(path, "ab") as file:
        try:
            try:
                await _pump(file, chunks, hashes, limit)
            finally:
                await asyncio.to_thread(_sync, file)
        except (Full, OutOfSpace, TooLarge, Refused):
            file.truncate(offset)
            await asyncio.to_thread(_sync, file)
            raise


async def _pump(file: FileIO, chunks: AsyncIterator[bytes], hashes: Hashes, limit: int | None) -> None:
    """Write and hash a stream in large pieces."""
    held = bytearray()
    try:
        async for chunk in chunks:
            if limit is not None and hashes.size + len(held) + len(chunk) > limit:
                raise TooLarge
            held += chunk
            if len(held) >= _PIECE:
                await _keep(file, held, hashes)
                held = bytearray()
    finally:
        if held:
            await _keep(file, held, hashes)


async def _keep(file: FileIO, piece: bytearray, hashes: Hashes) -> None:
    data = bytes(piece)
    left = memoryview(data)
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
