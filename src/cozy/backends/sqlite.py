"""SQLite: one file a home, one group-committing writer a home.

Reads run on the event loop itself (they take microseconds). Writes queue up; whichever thread is free takes all
that wait, runs each in a savepoint, and commits them together: one fsync for many requests, and nobody is answered
before it. docs/decisions/ has the measurements.
"""

from __future__ import annotations

import asyncio
import resource
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property, lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, ParamSpec, TypeVar

import apsw

from cozy.backends.carried import ComingFile, LeavingFile, install, is_sealed
from cozy.backends.faults import of_opening, of_sqlite
from cozy.backends.group import GroupCommit, Outcome
from cozy.backends.migrate import Migration, migrate_sqlite, runs_ours_alone
from cozy.kernel.carrying import HomeGone, NoHomeFile
from cozy.kernel.db import Db, Row, Taken, expand, nothing
from cozy.kernel.durable import make_folder, sync_file, sync_folder
from cozy.kernel.problem import Unavailable

P = ParamSpec("P")
T = TypeVar("T")
_OPEN_HOMES = 128  # databases kept open at once; an idle one costs about 100 kB and three file handles
_FILES = 8192  # this program may have open at once
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

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A savepoint around the block."""
        self._connection.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            if (
                self._connection.in_transaction
            ):  # else SQLite itself gave everything up (disk full, I/O error)
                self._connection.execute("ROLLBACK TO attempt")
                self._connection.execute("RELEASE attempt")
            raise
        self._connection.execute("RELEASE attempt")

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
    """One database file, with a reader for the event loop, spare readers for scans, and one writer at a time.

    It is opened, and its schema brought up to date, at its first use and on a thread.
    """

    def __init__(self, path: Path, threads: ThreadPoolExecutor, migrations: list[Migration]) -> None:
        self.path = path
        self._threads = threads
        self._migrations = migrations
        self._is_current = False
        self._opening = threading.Lock()
        self._reader: apsw.Connection | None = None
        self._writer: apsw.Connection | None = None
        self._spare: list[apsw.Connection] = []
        self._group = GroupCommit(threads, self._commit)
        self._users = 0

    async def read(self, fn: Callable[[Db], T]) -> T:
        """Run on the event loop: no hop to a thread."""
        if self._reader is None:
            opened = await self._on_thread(self._connect)
            if self._reader is None:
                self._reader = opened
            else:
                opened.close()
        return _in_transaction(self._reader, fn)

    async def scan(self, fn: Callable[[Db], T]) -> T:
        """Run on a thread, with a connection of its own."""
        return await self._on_thread(self._scan, fn)

    def _scan(self, fn: Callable[[Db], T]) -> T:
        connection = self._spare.pop() if self._spare else self._connect()
        try:
            return _in_transaction(connection, fn)
        finally:
            self._spare.append(connection)

    async def write(self, fn: Callable[[Db], T], committed: Callable[[], None] = nothing) -> T:
        """Join the queue; answered after the commit."""
        return await self._group.write(fn, committed)

    async def copy(self, target: Path, fn: Callable[[Db], T]) -> T:
        """By SQLite's backup, within one transaction."""
        return await self._on_thread(self._copy, target, fn)

    def _copy(self, target: Path, fn: Callable[[Db], T]) -> T:
        connection = self._connect()
        try:
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()  # from here on, one moment
            result = fn(SqliteDb(connection))
            put_into(connection, target)
            return result
        except apsw.Error as error:
            raise of_sqlite(error) from error
        finally:
            connection.close()

    async def damages(self) -> list[str]:
        """What SQLite itself finds wrong with the file."""
        return await self._on_thread(self._damages)

    def _damages(self) -> list[str]:
        try:
            connection = connect(self.path)
            try:
                found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
            finally:
                connection.close()
        except apsw.Error as error:
            return [str(error)]
        return [] if found == ["ok"] else found

    async def _on_thread(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        self._users += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, partial(fn, *args, **kwargs)
            )
        finally:
            self._users -= 1

    def _connect(self) -> apsw.Connection:
        with self._opening:
            if not self._is_current:
                if not self.path.exists():
                    raise Unavailable("The database of this home is missing on this server.")
                migrate_sqlite(self.path, self._migrations)
                self._is_current = True
        try:
            return connect(self.path)
        except apsw.Error as error:
            raise of_opening(error, self.path.name) from error

    def _commit(self, fns: list[Callable[[Db], Any]]) -> list[Outcome]:
        """Run each in a savepoint and commit all.

        When one makes SQLite give the whole batch up (disk full, I/O error), each gets a commit of its own.
        """
        connection: apsw.Connection | None = None
        try:
            if self._writer is None:
                self._writer = self._connect()
            connection = self._writer
            connection.execute("BEGIN IMMEDIATE")
            if is_sealed(connection):
                raise HomeGone
            outcomes = [_in_savepoint(connection, fn) for fn in fns]
            connection.execute("COMMIT")
        except BaseException as error:
            if connection is not None and connection.in_transaction:
                connection.execute("ROLLBACK")
            if len(fns) > 1 and not isinstance(error, apsw.BusyError | HomeGone):
                return [self._commit([fn])[0] for fn in fns]
            return [(None, of_sqlite(error))] * len(fns)
        return outcomes

    @property
    def busy(self) -> bool:
        """Whether somebody is using it."""
        return self._users > 0 or self._group.busy

    def close(self) -> None:
        """Let go of the file, which nobody uses; the next use opens it again."""
        self.let_go()()

    def let_go(self) -> Callable[[], None]:
        """Give the connections up, and return what closes them, on any thread."""
        connections = [c for c in (self._reader, self._writer, *self._spare) if c is not None]
        self._reader = self._writer = None
        self._spare.clear()

        def closing() -> None:
            for connection in connections:
                connection.close()

        return closing


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
        return None, of_sqlite(error)
    connection.execute("RELEASE one")
    return result, None


def connect(path: Path) -> apsw.Connection:
    """Open an existing database the way we use it: every commit on the disk before it is answered."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.set_busy_timeout(_BUSY_MS)
    for setting in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-2000",
        "wal_autocheckpoint=4000",  # pages, 16 MB: many small puts before each copy into the database, a tenth more of them a second
        "journal_size_limit=67108864",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {setting}")
    return connection


def put_into(source: apsw.Connection, target: Path) -> None:
    """Copy a database, as its connection sees it, over another one, whole or not at all (sqlite.org/backup.html)."""
    copy = apsw.Connection(str(target))
    try:
        copy.set_busy_timeout(_BUSY_MS)
        backup = copy.backup("main", source, "main")
        try:
            while not backup.done:
                backup.step(-1)
        finally:
            backup.close()
    finally:
        copy.close()


def _current(path: Path, migrations: list[Migration]) -> apsw.Connection:
    """The same, its schema brought up to date."""
    migrate_sqlite(path, migrations)
    return connect(path)


class SqliteStorage:
    """`host.db` and `homes/<id>/home.db` below one folder."""

    def __init__(
        self, root: Path, migrations: Callable[[str], list[Migration]], *, open_homes: int = _OPEN_HOMES
    ) -> None:
        self._root = root
        self._open_homes = open_homes
        self._migrations = lru_cache(migrations)
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="sqlite")
        self._open: OrderedDict[str, SqliteDatabase] = OrderedDict()
        self._coming: dict[str, list[bytes]] = {}
        _allow_many_files()
        make_folder(root / "homes")
        migrate_sqlite(root / "host.db", self._migrations("host"))
        self.host = SqliteDatabase(root / "host.db", self._threads, self._migrations("host"))

    def home(self, home_id: str) -> SqliteDatabase:
        """The database of a home. Those used least lately are closed when there are many."""
        database = self._open.get(home_id)
        if database is None:
            database = SqliteDatabase(self._path(home_id), self._threads, self._migrations("home"))
            self._open[home_id] = database
            self._forget_the_idle()
        self._open.move_to_end(home_id)
        return database

    def _forget_the_idle(self) -> None:
        """Closing the last connection writes the log back into the file, so it waits for a thread."""
        if len(self._open) <= self._open_homes:
            return
        idle = [home_id for home_id, database in self._open.items() if not database.busy]
        for home_id in idle[: len(self._open) - self._open_homes]:
            self._threads.submit(self._open.pop(home_id).let_go())

    async def homes(self) -> list[str]:
        """The homes that have a database here, by id."""
        return sorted(path.parent.name for path in (self._root / "homes").glob("*/home.db"))

    async def add(self, home_id: str) -> None:
        """Create a home's folder and empty database."""
        await asyncio.to_thread(self._add, self._path(home_id))

    def _add(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(self._blank)
        sync_file(path)
        sync_folder(path.parent)
        sync_folder(path.parent.parent)

    @cached_property
    def _blank(self) -> bytes:
        """A home's database before anything is in it: its steps are gone through once, for all homes that are made."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "home.db"
            migrate_sqlite(path, self._migrations("home"))
            return path.read_bytes()

    async def drop(self, home_id: str) -> None:
        """Remove a home's folder, contents included, once nobody uses it."""
        database = self._open.pop(home_id, None)
        if database is not None:
            while database.busy:  # noqa: ASYNC110  whoever still uses it signals nobody, and homes are dropped rarely
                await asyncio.sleep(0.01)
            database.close()
        await asyncio.to_thread(self._remove, self._path(home_id).parent)

    def _remove(self, folder: Path) -> None:
        if folder.exists():
            shutil.rmtree(folder)
            sync_folder(folder.parent)

    def leaving(self, home_id: str) -> LeavingFile:
        """The file of a home, to be carried to another host."""
        path = self._path(home_id)
        return LeavingFile(path, partial(_current, path, self._migrations("home")), self._version())

    def coming(self, home_id: str) -> ComingFile:
        """The file of a home that is carried here."""
        path = self._path(home_id)
        return ComingFile(
            path,
            partial(install, path, partial(_current, path, self._migrations("home"))),
            self._version(),
            self._coming,
            self._forget,
            partial(runs_ours_alone, migrations=self._migrations("home")),
        )

    def figures(self) -> dict[str, float]:
        """Databases that are open, and those that somebody uses."""
        return {
            "open": len(self._open),
            "busy": sum(database.busy for database in self._open.values()),
        }

    async def adopt(self, home_id: str, source: Path) -> None:
        """Page by page, in one transaction: whoever has the old one open sees the new one then."""
        await asyncio.to_thread(self._adopt, home_id, source)

    def _adopt(self, home_id: str, source: Path) -> None:
        family = "home" if home_id else "host"
        path = self._path(home_id) if home_id else self._root / "host.db"
        if not runs_ours_alone(source, self._migrations(family)):
            raise NoHomeFile
        try:
            make_folder(path.parent)
            given = apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READONLY)
            try:
                put_into(given, path)
            finally:
                given.close()
            sync_folder(path.parent)
        except apsw.Error as error:
            raise of_sqlite(error) from error
        migrate_sqlite(path, self._migrations(family))

    def _forget(self, home_id: str) -> None:
        """Let go of a file that another process has removed since, before another one has its name."""
        known = self._open.pop(home_id, None)
        if known is not None:
            self._threads.submit(known.let_go())

    def _version(self) -> int:
        return max(each.number for each in self._migrations("home"))

    async def close(self) -> None:
        """Wait for the writers, then close every file."""
        await asyncio.to_thread(self._threads.shutdown)
        for database in (self.host, *self._open.values()):
            database.close()
        self._open.clear()

    def _path(self, home_id: str) -> Path:
        return self._root / "homes" / home_id / "home.db"


def _allow_many_files() -> None:
    """Many systems let a program open 1,024 files unless it asks for more; open homes may need most of that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
