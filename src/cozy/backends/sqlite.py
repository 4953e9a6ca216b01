"""SQLite: one file a home, one group-committing writer a home.

Reads run on the event loop itself (they take microseconds). Writes queue up; whichever thread is free takes all
that wait, runs each in a savepoint, and commits them together: one fsync for many requests, and nobody is answered
before it. docs/decisions/ has the measurements.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import apsw

from cozy.backends.migrate import Migration, migrate_sqlite
from cozy.kernel.db import Db, Row, Taken, expand
from cozy.kernel.problem import OutOfSpace, Unavailable

T = TypeVar("T")
_OPEN_HOMES = 128  # databases kept open at once; an idle one costs about 100 kB and three file handles
_BATCH = 512  # most writes in one commit
_BUSY_MS = 15_000  # how long to wait for another process (the command line) to finish writing


class SqliteDb:
    """A transaction on one connection."""

    engine: Literal["sqlite"] = "sqlite"

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def one(self, sql: str, **params: Any) -> Row | None:
        """The first row."""
        return next(self._rows(sql, params), None)

    def all(self, sql: str, **params: Any) -> list[Row]:
        """Every row."""
        return list(self._rows(sql, params))

    def each(self, sql: str, **params: Any) -> Iterator[Row]:
        """Rows one by one."""
        return self._rows(sql, params)

    def run(self, sql: str, **params: Any) -> int:
        """Execute, and say how many rows changed."""
        for _ in self._rows(sql, params):
            pass
        return self._connection.changes()

    def _rows(self, sql: str, params: dict[str, Any]) -> Iterator[Row]:
        try:
            return self._connection.execute(*expand(sql, params))
        except apsw.ConstraintError as error:
            raise _refusal(error) from error


def _refusal(error: apsw.ConstraintError) -> Exception:
    """`UNIQUE constraint failed: index 'files_by_name'` or `…: documents.home_id, documents.doctype`."""
    words = str(error)
    if not words.startswith("UNIQUE"):
        return error
    return Taken(words.split(": ", 1)[-1].removeprefix("index ").strip("'"))


class SqliteDatabase:
    """One database file, with a reader for the event loop, spare readers for scans, and one writer at a time."""

    def __init__(self, path: Path, threads: ThreadPoolExecutor) -> None:
        self.path = path
        self._threads = threads
        self._reader: apsw.Connection | None = None
        self._writer: apsw.Connection | None = None
        self._spare: list[apsw.Connection] = []
        self._waiting: deque[tuple[Callable[[Db], Any], asyncio.Future[Any]]] = deque()
        self._lock = threading.Lock()
        self._draining = False
        self.users = 0

    async def read(self, fn: Callable[[Db], T]) -> T:
        """Run on the event loop: no hop to a thread."""
        if self._reader is None:
            self._reader = connect(self.path)
        return _in_transaction(self._reader, fn)

    async def scan(self, fn: Callable[[Db], T]) -> T:
        """Run on a thread, with a connection of its own."""
        self.users += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._scan, fn)
        finally:
            self.users -= 1

    def _scan(self, fn: Callable[[Db], T]) -> T:
        connection = self._spare.pop() if self._spare else connect(self.path)
        try:
            return _in_transaction(connection, fn)
        finally:
            self._spare.append(connection)

    async def write(self, fn: Callable[[Db], T]) -> T:
        """Join the queue; answered after the commit."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        with self._lock:
            self._waiting.append((fn, done))
            start = not self._draining
            self._draining = True
        self.users += 1
        try:
            if start:
                loop.run_in_executor(self._threads, self._drain, loop)
            return await done
        finally:
            self.users -= 1

    def _drain(self, loop: asyncio.AbstractEventLoop) -> None:
        while True:
            with self._lock:
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _BATCH))]
                if not batch:
                    self._draining = False
                    return
            outcomes = self._commit([fn for fn, _ in batch])
            settled = [(done, *outcome) for (_, done), outcome in zip(batch, outcomes, strict=True)]
            try:
                loop.call_soon_threadsafe(_settle, settled)
            except RuntimeError:  # the loop is closed: nobody waits for an answer any more
                return

    def _commit(self, fns: list[Callable[[Db], Any]]) -> list[tuple[Any, BaseException | None]]:
        """Run each in a savepoint and commit all; when the commit fails, that is everyone's answer."""
        connection: apsw.Connection | None = None
        try:
            if self._writer is None:
                self._writer = connect(self.path)
            connection = self._writer
            connection.execute("BEGIN IMMEDIATE")
            outcomes = [_in_savepoint(connection, fn) for fn in fns]
            connection.execute("COMMIT")
        except BaseException as error:
            if connection is not None and connection.in_transaction:
                connection.execute("ROLLBACK")
            return [(None, _translated(error))] * len(fns)
        return outcomes

    @property
    def busy(self) -> bool:
        """Whether somebody is using it."""
        return self.users > 0 or self._draining

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        for connection in (self._reader, self._writer, *self._spare):
            if connection is not None:
                connection.close()
        self._reader = self._writer = None
        self._spare.clear()


def _settle(settled: list[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
    for done, result, error in settled:
        if done.cancelled():
            continue
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)


def _in_transaction(connection: apsw.Connection, fn: Callable[[Db], T]) -> T:
    connection.execute("BEGIN")
    try:
        return fn(SqliteDb(connection))
    finally:
        connection.execute("ROLLBACK")


def _in_savepoint(connection: apsw.Connection, fn: Callable[[Db], Any]) -> tuple[Any, BaseException | None]:
    connection.execute("SAVEPOINT one")
    try:
        result = fn(SqliteDb(connection))
    except BaseException as error:
        if not connection.in_transaction:  # SQLite itself gave the whole batch up (disk full, I/O error)
            raise
        connection.execute("ROLLBACK TO one")
        connection.execute("RELEASE one")
        return None, _translated(error)
    connection.execute("RELEASE one")
    return result, None


def _translated(error: BaseException) -> BaseException:
    if isinstance(error, apsw.FullError):
        return OutOfSpace()
    if isinstance(error, apsw.BusyError):
        return Unavailable("This home is busy with a long change: try again in a moment.")
    if isinstance(error, apsw.IOError) and "disk is full" in str(error).lower():
        return OutOfSpace()
    return error


def connect(path: Path) -> apsw.Connection:
    """Open an existing database the way we use it: WAL, and every commit on the disk before it is answered."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.set_busy_timeout(_BUSY_MS)
    for setting in (
        "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-2000", "journal_size_limit=67108864",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {setting}")
    return connection


class SqliteStorage:
    """`host.db` and `homes/<id>/home.db` below one folder."""

    def __init__(self, root: Path, migrations: Callable[[str], list[Migration]]) -> None:
        self._root = root
        self._migrations = lru_cache(migrations)
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="sqlite")
        self._open: OrderedDict[str, SqliteDatabase] = OrderedDict()
        (root / "homes").mkdir(parents=True, exist_ok=True)
        migrate_sqlite(root / "host.db", self._migrations("host"))
        self.host = SqliteDatabase(root / "host.db", self._threads)

    def home(self, home_id: str) -> SqliteDatabase:
        """Open a home's database, bringing its schema up to date at its first use."""
        database = self._open.get(home_id)
        if database is None:
            path = self._path(home_id)
            if not path.exists():
                raise Unavailable("The database of this home is missing on this server.")
            migrate_sqlite(path, self._migrations("home"))
            database = self._open[home_id] = SqliteDatabase(path, self._threads)
            self._forget_the_idle()
        self._open.move_to_end(home_id)
        return database

    async def add(self, home_id: str) -> None:
        """Create a home's folder and empty database."""
        path = self._path(home_id)
        path.parent.mkdir(parents=True)
        migrate_sqlite(path, self._migrations("home"))

    async def drop(self, home_id: str) -> None:
        """Remove a home's folder, contents included."""
        database = self._open.pop(home_id, None)
        if database is not None:
            database.close()
        shutil.rmtree(self._path(home_id).parent, ignore_errors=True)

    async def close(self) -> None:
        """Wait for the writers, then close every file."""
        await asyncio.to_thread(self._threads.shutdown)
        for database in (self.host, *self._open.values()):
            database.close()
        self._open.clear()

    def _path(self, home_id: str) -> Path:
        return self._root / "homes" / home_id / "home.db"

    def _forget_the_idle(self) -> None:
        for home_id in [h for h, database in self._open.items() if not database.busy][: -_OPEN_HOMES or None]:
            self._open.pop(home_id).close()
