"""A home's SQLite file on its way to another host.

Writers are held by SQLite's own lock, which counts in every process. While it is held, what the log has is put into the file, so
that the file alone is all that was ever committed. Which blocks have changed since they were read is known from the log: a reader
who stays lets nobody begin it anew. It is read through SQLite: closing a file that SQLite has open gives up the
locks of the whole process (sqlite.org/howtocorrupt.html §2.2).
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import struct
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

import apsw

from cozy.backends.faults import of_disk, of_sqlite
from cozy.kernel.carrying import BLOCK, CarriedAlready, HeldTooLong, HomeGone, NoHomeFile, hash_of, root_of
from cozy.kernel.durable import make_folder, sync_file, sync_folder

P = ParamSpec("P")
T = TypeVar("T")
_SEAL = (
    0x636F676F  # "cogo": the application id of a database that takes nothing more (sqlite.org/pragma.html)
)
_LOG_MAGIC = (0x377F0682, 0x377F0683)
_LOG_HEAD = struct.Struct(
    ">IIII8s8s"
)  # magic, version, size of a page, how often it was begun anew, salts, checksums
_FRAME = struct.Struct(">II8s8s")  # number of a page, pages of the file after this commit, salts, checksums
_CHECKPOINT_S = 5.0  # how long readers of an older state are waited for


def is_sealed(connection: apsw.Connection) -> bool:
    """Whether this database takes nothing more."""
    return bool(next(connection.execute("PRAGMA application_id"))[0] == _SEAL)


class LeavingFile:
    """The file of a home that is carried away. Everything happens on one thread, one thing after the other."""

    hold_s = 10.0  # writers give up after 15 (backends/sqlite.py)

    def __init__(self, path: Path, connect: Callable[[], apsw.Connection], version: int) -> None:
        self.version = version
        self._path = path
        self._connect = connect
        self._thread = ThreadPoolExecutor(1, "carrying")
        self._reader: apsw.Connection | None = None
        self._holder: apsw.Connection | None = None
        self._pin: apsw.Connection | None = None  # reads a state of the past, while changes are watched
        self._salts, self._seen = (
            b"",
            0,
        )  # of the log, and how many of its frames were in the file when it was read
        self._lock: int | None = None

    async def __aenter__(self) -> LeavingFile:
        try:
            await self._do(self._take)
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    def _take(self) -> None:
        """One process carries a home at a time. The lock is the kernel's: who is killed has none."""
        self._lock = os.open(self._path.with_name("carrying"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CarriedAlready from error

    async def hashes(self) -> list[bytes]:
        """Of every block."""
        return await self._do(lambda: [hash_of(self._block(number)) for number in range(self._blocks())])

    async def block(self, number: int) -> bytes:
        """One block."""
        return await self._do(self._block, number)

    async def size(self) -> int:
        """Bytes of the file."""
        return self._path.stat().st_size

    def _blocks(self) -> int:
        return -(-self._path.stat().st_size // BLOCK)

    def _block(self, number: int) -> bytes:
        start = number * BLOCK
        size = min(BLOCK, self._path.stat().st_size - start)
        return self._reading().read("main", 0, start, size)[1] if size > 0 else b""

    def _reading(self) -> apsw.Connection:
        if self._reader is None:
            self._reader = self._connect()
            self._reader.execute("SELECT count(*) FROM sqlite_schema")
        return self._reader

    async def watch(self) -> None:
        """From here on."""
        await self._do(self._watch)

    def _watch(self) -> None:
        self._salts = self._log_salts()
        self._seen = self._store()
        self._repin()
        if self._log_salts() != self._salts:
            self._seen = 0

    async def changed(self) -> list[int]:
        """Since then."""
        return await self._do(self._changed)

    def _changed(self) -> list[int]:
        """The log is read before the older reader leaves: until then it is not begun anew, but where all of it was seen."""
        assert self._pin is not None
        logged, numbers = self._logged()
        self._repin()
        self._seen = min(self._store(), logged)
        return numbers

    def _repin(self) -> None:
        """Read the state of now, and only then leave the one of before."""
        before, self._pin = self._pin, self._connect()
        self._pin.execute("BEGIN")
        self._pin.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        if before is not None:
            before.close()

    def _unpin(self) -> None:
        if self._pin is not None:
            self._pin.close()
            self._pin = None

    def _store(self) -> int:
        """Put into the file what nobody reads otherwise; how many frames of the log are there now. Another one may be at it."""
        return self._checkpoint()[1]

    def _checkpoint(self) -> tuple[int, int]:
        """How many frames the log has, and how many of them are in the file; (-1, 0) where another one is at it."""
        try:
            logged, stored = self._reading().wal_checkpoint("main", apsw.SQLITE_CHECKPOINT_PASSIVE)
        except apsw.BusyError:
            return -1, 0
        return logged, max(stored, 0)

    def _log_salts(self) -> bytes:
        return self._log(0, _LOG_HEAD.size)[16:24]

    def _logged(self) -> tuple[int, list[int]]:
        """How many frames the log has, and the blocks of those that were not seen (sqlite.org/fileformat2.html §4)."""
        head = self._log(0, _LOG_HEAD.size)
        if not head:
            return 0, []
        magic, _, page, _, salts, _ = _LOG_HEAD.unpack(head)
        if magic not in _LOG_MAGIC:
            return 0, []
        if salts != self._salts:
            self._salts, self._seen = salts, 0
        at, blocks = self._seen, set[int]()
        while frame := self._log(_LOG_HEAD.size + at * (_FRAME.size + page), _FRAME.size):
            number, _, frame_salts, _ = _FRAME.unpack(frame)
            if frame_salts != salts:
                break
            blocks.add((number - 1) * page // BLOCK)
            at += 1
        return at, sorted(blocks)

    def _log(self, start: int, size: int) -> bytes:
        """Bytes of the log; none where it has fewer."""
        is_whole, data = self._reading().read("main", 1, start, size)
        return data if is_whole else b""

    @asynccontextmanager
    async def held(self) -> AsyncIterator[list[int]]:
        """While writers wait."""
        try:
            yield await self._do(self._hold)
        finally:
            await asyncio.shield(self._do(self._let_go))

    def _hold(self) -> list[int]:
        self._store()  # most of it while nobody waits
        self._holder = self._connect()
        try:
            self._holder.execute("BEGIN IMMEDIATE")
        except apsw.Error as error:
            raise of_sqlite(error) from error
        if is_sealed(self._holder):
            raise HomeGone
        changed = self._logged()[1] if self._pin is not None else None
        self._unpin()
        until = time.monotonic() + _CHECKPOINT_S
        while True:
            logged, stored = self._checkpoint()
            if logged == stored:
                return list(range(self._blocks())) if changed is None else changed
            if time.monotonic() > until:
                raise HeldTooLong
            time.sleep(0.01)

    def _let_go(self) -> None:
        if self._holder is not None:
            if self._holder.in_transaction:
                self._holder.execute("ROLLBACK")
            self._holder.close()
            self._holder = None

    async def seal(self) -> None:
        """Let no writer in any more."""
        await self._do(self._seal, _SEAL)

    async def unseal(self) -> None:
        """Take it back."""
        await self._do(unseal, self._reading)

    def _seal(self, mark: int) -> None:
        assert self._holder is not None
        self._holder.execute(f"PRAGMA application_id={mark}")
        self._holder.execute("COMMIT")

    async def is_sealed(self) -> bool:
        """Whether that was done."""
        return await self._do(lambda: is_sealed(self._reading()))

    async def _close(self) -> None:
        await asyncio.shield(self._do(self._give_up))
        self._thread.shutdown(wait=False)

    def _give_up(self) -> None:
        self._let_go()
        self._unpin()
        if self._reader is not None:
            self._reader.close()
        if self._lock is not None:
            os.close(self._lock)

    async def _do(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: fn(*args, **kwargs))


def unseal(connecting: Callable[[], apsw.Connection]) -> None:
    """Let writers in again."""
    connection = connecting()
    if is_sealed(connection):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("PRAGMA application_id=0")
        connection.execute("COMMIT")


def install(path: Path, connect: Callable[[], apsw.Connection], coming: Path) -> None:
    """Make what came the database of a home, at this path, open for writers."""
    if coming.exists():
        coming.rename(path)
        sync_folder(path.parent)
    connection = connect()
    try:
        unseal(lambda: connection)
    finally:
        connection.close()


class ComingFile:
    """The file of a home that is carried here, `home.db.coming` until it is all here. known: hashes of what came, by home; install: makes
    it a home, where it is not yet; forget: lets go of an older file of that name; is_ours: whether a file is a home's.
    """

    def __init__(
        self, path: Path, install: Callable[[Path], None], version: int, known: dict[str, list[bytes]],
        forget: Callable[[str], None], is_ours: Callable[[Path], bool],
    ) -> None:  # fmt: skip
        self.version = version
        self._path = path
        self._coming = path.with_name(f"{path.name}.coming")
        self._install = install
        self._all = known
        self._forget = forget
        self._is_ours = is_ours
        self._id = path.parent.name

    async def hashes(self) -> list[bytes]:
        """Of what is here."""
        if self._id not in self._all:
            self._all[self._id] = await asyncio.to_thread(self._hashed)
        return self._all[self._id]

    def _hashed(self) -> list[bytes]:
        if not self._coming.exists():
            return []
        with self._coming.open("rb") as file:
            return [hash_of(block) for block in iter(lambda: file.read(BLOCK), b"")]

    async def put(self, blocks: Sequence[tuple[int, bytes]]) -> None:
        """Write them."""
        for number, block in blocks:
            await self._put(number, block)

    async def _put(self, number: int, block: bytes) -> None:
        known = await self.hashes()
        try:
            await asyncio.to_thread(self._write, number, block)
        except BaseException:
            self._all.pop(self._id, None)
            raise
        if number > len(known):
            self._all.pop(self._id, None)
        else:
            known[number : number + 1] = [hash_of(block)]

    def _write(self, number: int, block: bytes) -> None:
        try:
            if not self._coming.parent.exists():
                make_folder(self._coming.parent)
            with self._coming.open("r+b" if self._coming.exists() else "w+b") as file:
                file.seek(number * BLOCK)
                file.write(block)
        except OSError as error:
            raise of_disk(error) from error

    async def whole(self, size: int) -> str:
        """Cut it, put it on the disk."""
        await asyncio.to_thread(self._cut, size)
        known = await self.hashes()
        del known[-(-size // BLOCK) :]
        return root_of(known)

    def _cut(self, size: int) -> None:
        try:
            with self._coming.open("r+b") as file:
                file.truncate(size)
            sync_file(self._coming)
            sync_folder(self._coming.parent)
        except FileNotFoundError:
            return
        except OSError as error:
            raise of_disk(error) from error

    async def check(self) -> None:
        """By its schema."""
        if not await asyncio.to_thread(self._is_ours, self._coming):
            raise NoHomeFile

    async def settle(self) -> None:
        """Name it."""
        self._forget(self._id)
        await asyncio.to_thread(self._install, self._coming)
        self._all.pop(self._id, None)

    async def drop(self) -> None:
        """Remove it, with the folder that was made for it."""
        self._all.pop(self._id, None)
        await asyncio.to_thread(self._drop)

    def _drop(self) -> None:
        folder = self._path.parent
        if self._path.exists():
            self._coming.unlink(missing_ok=True)
        elif folder.exists():
            shutil.rmtree(folder)
            sync_folder(folder.parent)
