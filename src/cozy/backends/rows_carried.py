"""A home's rows in PostgreSQL on their way to another host, and from one: as the file that a home is on SQLite.

Writers are held by the lock that they take turns with, the home's own counter, which counts in every process. The seal is another
name of that counter: whoever waited for it finds none.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import Any, ParamSpec, TypeVar

import apsw
import psycopg
from psycopg.types.string import TextLoader

from cozy.backends import rows
from cozy.backends.alive import POSTGRES
from cozy.backends.migrate import Migration, migrate_sqlite, require_latest
from cozy.kernel.carrying import BLOCK, CarriedAlready, HomeGone, NoHomeFile, hash_of, root_of
from cozy.kernel.db import Database, Db
from cozy.kernel.durable import make_folder, sync_folder
from cozy.kernel.problem import Unavailable

P = ParamSpec("P")
T = TypeVar("T")
Connection = psycopg.Connection[tuple[Any, ...]]
_ARRIVING, _AT_WORK_S = (
    "arriving-",
    24 * 3600.0,
)  # folders of files that become rows, and for how long one may be at work
SEALED = "sealed"  # the name of the counter of a home that takes nothing more
_FOR_CARRYING, _FOR_SETTLING = 0x636F6779, 0x636F677A  # kinds of advisory locks, of one home each


def is_sealed(connection: Connection, home_id: str) -> bool:
    """Whether this home takes nothing more."""
    row = connection.execute(
        "SELECT 1 FROM counters WHERE home_id = %s AND name = %s", (home_id, SEALED)
    ).fetchone()
    return row is not None


def connect(conninfo: str) -> Connection:
    """A connection of our own, for as long as it takes. Raises Unavailable."""
    try:
        connection = psycopg.connect(conninfo, autocommit=True, application_name="cozy carrying", **POSTGRES)
    except psycopg.Error as error:
        raise Unavailable("The database does not answer: try again in a moment.") from error
    for kind in ("json", "jsonb"):
        connection.adapters.register_loader(kind, TextLoader)
    return connection


class LeavingRows:
    """The rows of a home that is carried away, written into a file as often as it is looked at anew. Everything happens on one
    thread, one thing after the other.
    """

    hold_s = 900.0  # the file is written once more while writers wait; they are told to try again after 15

    def __init__(self, home_id: str, conninfo: str, root: Path, migrations: list[Migration]) -> None:
        self.version = max(each.number for each in migrations)
        self._home_id = home_id
        self._conninfo = conninfo
        self._migrations = migrations
        self._path = root / "homes" / home_id / "home.db.leaving"
        self._thread = ThreadPoolExecutor(1, "carrying")
        self._connection: Connection | None = None
        self._hashes: list[bytes] = []

    async def __aenter__(self) -> LeavingRows:
        try:
            await self._do(self._take)
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    def _take(self) -> None:
        """One process carries a home at a time. The lock is the connection's: who is killed has none."""
        self._connection = connect(self._conninfo)
        asked = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
        row = self._connection.execute(asked, (_FOR_CARRYING, self._home_id)).fetchone()
        if row is None or not row[0]:
            raise CarriedAlready
        self._look()

    @property
    def _open(self) -> Connection:
        assert self._connection is not None
        return self._connection

    def _look(self) -> None:
        """Write the file as the rows are at one moment."""
        self._open.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            require_latest(self._open, "home", self._migrations)
            self._write()
        finally:
            self._open.rollback()

    def _write(self) -> None:
        """Rows in the order of their keys: where they are the same, so is the file."""
        make_folder(self._path.parent)
        for each in self._files():
            each.unlink(missing_ok=True)
        migrate_sqlite(self._path, self._migrations)
        file = apsw.Connection(str(self._path))
        file.execute("PRAGMA journal_mode=DELETE").fetchall()
        file.execute("PRAGMA synchronous=OFF")
        file.close()
        rows.into_sqlite(self._open, self._home_id, self._path)
        self._hashes = [hash_of(self._block(number)) for number in range(-(-self._size() // BLOCK))]

    def _files(self) -> list[Path]:
        return [self._path.with_name(self._path.name + end) for end in ("", "-wal", "-shm", "-journal")]

    def _size(self) -> int:
        return self._path.stat().st_size

    def _block(self, number: int) -> bytes:
        with self._path.open("rb") as file:
            file.seek(number * BLOCK)
            return file.read(BLOCK)

    async def size(self) -> int:
        """Bytes of the file."""
        return self._size()

    async def hashes(self) -> list[bytes]:
        """Of every block."""
        return list(self._hashes)

    async def block(self, number: int) -> bytes:
        """One block."""
        return await self._do(self._block, number)

    async def watch(self) -> None:
        """From a file of now on."""
        await self._do(self._look)

    async def changed(self) -> list[int]:
        """Nothing that can be known before writers are held."""
        return []

    @asynccontextmanager
    async def held(self) -> AsyncIterator[list[int]]:
        """While writers wait."""
        try:
            yield await self._do(self._hold)
        finally:
            await asyncio.shield(self._do(self._let_go))

    def _hold(self) -> list[int]:
        before = self._hashes
        self._open.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
        asked = "SELECT value FROM counters WHERE home_id = %s AND name = 'seq' FOR UPDATE"
        if self._open.execute(asked, (self._home_id,)).fetchone() is None:
            raise HomeGone
        self._write()
        return [at for at, each in enumerate(self._hashes) if before[at : at + 1] != [each]]

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.rollback()

    async def seal(self) -> None:
        """Let no writer in any more."""
        await self._do(self._rename, "seq", SEALED)

    async def unseal(self) -> None:
        """Take it back."""
        await self._do(self._rename, SEALED, "seq")

    def _rename(self, before: str, name: str) -> None:
        renamed = "UPDATE counters SET name = %s WHERE home_id = %s AND name = %s"
        self._open.execute(renamed, (name, self._home_id, before))
        self._open.commit()

    async def is_sealed(self) -> bool:
        """Whether that was done."""
        return await self._do(lambda: is_sealed(self._open, self._home_id))

    async def _close(self) -> None:
        await asyncio.shield(self._do(self._give_up))
        self._thread.shutdown(wait=False)

    def _give_up(self) -> None:
        with suppress(psycopg.Error):
            if self._connection is not None:
                self._connection.close()
        for each in self._files():
            each.unlink(missing_ok=True)

    async def _do(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def doing() -> T:
            try:
                return fn(*args, **kwargs)
            except psycopg.Error as error:
                raise Unavailable("The database does not answer: try again in a moment.") from error

        return await asyncio.get_running_loop().run_in_executor(self._thread, doing)


def install_rows(home_id: str, conninfo: str, migrations: list[Migration], coming: Path) -> None:
    """Make rows of the file that came, all or none; once they are here, nothing happens. Raises RowsDiffer, Unavailable."""
    if not coming.exists():
        return
    migrate_sqlite(coming, migrations)
    try:
        with connect(conninfo) as connection, connection.transaction():
            asked = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
            connection.execute(asked, (_FOR_SETTLING, home_id))
            is_here = "SELECT 1 FROM counters WHERE home_id = %s AND name = 'seq'"
            if connection.execute(is_here, (home_id,)).fetchone() is None:
                require_latest(connection, "home", migrations)
                rows.into_postgres(coming, home_id, connection)
    except psycopg.Error as error:
        raise Unavailable("What came could not be written into the database: it is tried again.") from error
    for end in ("", "-wal", "-shm"):
        coming.with_name(coming.name + end).unlink(missing_ok=True)
    sync_folder(coming.parent)


class ComingRows:
    """What is on its way to become rows, block by block in a table of the host: whichever worker is asked, all know what is here.

    folder: of this worker, where a file is made of it when it is whole; install: makes rows of such a file, where there are none yet.
    """

    def __init__(
        self, home_id: str, host: Database, folder: Path, version: int, install: Callable[[Path], None], is_ours: Callable[[Path], bool]
    ) -> None:  # fmt: skip
        self.version = version
        self._id = home_id
        self._host = host
        self._folder = folder
        self._install = install
        self._is_ours = is_ours

    async def hashes(self) -> list[bytes]:
        """Of what is here."""
        return await self._host.read(self._hashes)

    def _hashes(self, db: Db) -> list[bytes]:
        asked = "SELECT number, hash FROM arriving_blocks WHERE of_home = :id ORDER BY number"
        found = enumerate(db.all(asked, id=self._id))
        return [
            bytes(digest) for at, (number, digest) in takewhile(lambda each: each[0] == each[1][0], found)
        ]

    async def put(self, blocks: Sequence[tuple[int, bytes]]) -> None:
        """Keep them, all or none."""
        await self._host.write(lambda db: self._put(db, blocks))

    def _put(self, db: Db, blocks: Sequence[tuple[int, bytes]]) -> None:
        for number, block in blocks:
            db.run(
                """INSERT INTO arriving_blocks (of_home, number, hash, block) VALUES (:id, :number, :hash, :block)
                   ON CONFLICT (of_home, number) DO UPDATE SET hash = excluded.hash, block = excluded.block""",
                id=self._id, number=number, hash=hash_of(block), block=block,
            )  # fmt: skip

    async def whole(self, size: int) -> str:
        """Cut it: it is on the disk."""
        await self._host.write(lambda db: self._cut(db, size))
        return root_of(await self.hashes())

    def _cut(self, db: Db, size: int) -> None:
        last = -(-size // BLOCK) - 1
        db.run("DELETE FROM arriving_blocks WHERE of_home = :id AND number > :last", id=self._id, last=last)
        found = self._block(db, last)
        if len(found) > size - last * BLOCK:
            self._put(db, [(last, found[: size - last * BLOCK])])

    def _block(self, db: Db, number: int) -> bytes:
        asked = "SELECT block FROM arriving_blocks WHERE of_home = :id AND number = :number"
        row = db.one(asked, id=self._id, number=number)
        return bytes(row[0]) if row else b""

    async def check(self) -> None:
        """By its schema."""
        async with self._as_file() as path:
            if not await asyncio.to_thread(self._is_ours, path):
                raise NoHomeFile

    async def settle(self) -> None:
        """Make rows of it, and let go of the blocks."""
        async with self._as_file() as path:
            if path.stat().st_size:
                await asyncio.to_thread(self._install, path)
        await self._host.write(self._forget)

    @asynccontextmanager
    async def _as_file(self) -> AsyncIterator[Path]:
        """What is here, in a file that nobody else knows."""
        count = len(await self.hashes())
        await asyncio.to_thread(self._sweep)
        with TemporaryDirectory(prefix=_ARRIVING, dir=self._folder) as folder:
            path = Path(folder) / "home.db"
            with path.open("wb") as file:
                for number in range(count):
                    file.write(await self._host.read(partial(self._block, number=number)))
            yield path

    def _sweep(self) -> None:
        """Remove files of homes that workers were killed over: no other is at work for so long."""
        for left in self._folder.glob(f"{_ARRIVING}*"):
            with suppress(FileNotFoundError):
                if left.stat().st_mtime < time() - _AT_WORK_S:
                    shutil.rmtree(left, ignore_errors=True)

    async def drop(self) -> None:
        """Forget them."""
        await self._host.write(self._forget)

    def _forget(self, db: Db) -> None:
        db.run("DELETE FROM arriving_blocks WHERE of_home = :id", id=self._id)
