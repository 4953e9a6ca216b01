"""PostgreSQL: all homes share the tables, and every key begins with the home.

Reads run in a read-only snapshot, on a pooled connection and a thread. The writes of a home queue up as on SQLite and
commit in groups; each group first locks the home's own counter, so that the processes of a hoster take turns in a
home, `seq` is gap-free in commit order, and what a function has read stays true until it has written.

A transaction of a home sees that home alone, whatever a statement forgets to say: docs/decisions/0013.

The database needs the encoding UTF8 and the collation C, whose order of texts is SQLite's. Its snapshots before an
upgrade are the hoster's own (`pg_dump`): migrations run in one transaction and leave nothing half done.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import lru_cache, partial
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any, Literal, ParamSpec, TypeVar

import psycopg
from psycopg import errors
from psycopg.types.string import TextLoader
from psycopg_pool import ConnectionPool, PoolTimeout

from cozy.backends import alive, rows
from cozy.backends.group import GroupCommit, Outcome
from cozy.backends.migrate import (
    Families,
    Migration,
    TooNew,
    WaitsForUpgrade,
    called,
    latest,
    migrate_postgres,
    migrate_sqlite,
    require_latest,
    runs_ours_alone,
    too_new,
)
from cozy.backends.rows_carried import SEALED, ComingRows, LeavingRows, connect, install_rows, is_sealed
from cozy.backends.wall import Wall, take_down, walled
from cozy.kernel.carrying import HomeGone, NoHomeFile
from cozy.kernel.db import Db, Row, Taken, TooLong, expand, nothing
from cozy.kernel.problem import Invalid, OutOfSpace, Unavailable

P = ParamSpec("P")
T = TypeVar("T")
Connection = psycopg.Connection[Row]
AnyCursor = TypeVar("AnyCursor", psycopg.Cursor[Row], psycopg.ServerCursor[Row])

CONNECTIONS = 12  # of one process, unless the settings say otherwise; a thread each
_TRIES = 5  # of a transaction that another one came between
_CONNECT_S = 10
_GOING_S = 5  # how long the connections of a process that has ended may be seen
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED"
_LOCK_HOME = "SELECT value FROM counters WHERE home_id = %s AND name = 'seq' FOR UPDATE"
_AGAIN = (errors.SerializationFailure, errors.DeadlockDetected)
_WORD = re.compile(r"'(?:[^']|'')*'|:([a-z_][a-z0-9_]*)|%")


@lru_cache(maxsize=4096)
def translated(sql: str) -> bytes:
    """Our SQL in psycopg's spelling: `:name` is `%(name)s`, and a bare `%` is doubled; quoted text keeps its colons."""

    def spell(match: re.Match[str]) -> str:
        return f"%({match[1]})s" if match[1] else match[0].replace("%", "%%")

    return _WORD.sub(spell, sql).encode()


class PostgresDb:
    """A transaction on one connection."""

    engine: Literal["postgres"] = "postgres"

    def __init__(self, connection: Connection, wall: Wall | None = None) -> None:
        self._connection = connection
        self._wall = wall
        self._cursors = 0

    def one(self, sql: str, **params: Any) -> Row | None:
        """The first row."""
        return self._executed(self._connection.cursor(), sql, params).fetchone()

    def all(self, sql: str, **params: Any) -> list[Row]:
        """Every row."""
        return self._executed(self._connection.cursor(), sql, params).fetchall()

    def each(self, sql: str, **params: Any) -> Iterator[Row]:
        """Rows one by one, through a cursor on the server."""
        self._cursors += 1
        with self._connection.cursor(f"each_{self._cursors}") as cursor:
            cursor.itersize = 500
            self._executed(cursor, sql, params)
            yield from cursor

    def run(self, sql: str, **params: Any) -> int:
        """Execute, and say how many rows changed."""
        if self._wall is not None and sql.startswith("CREATE INDEX"):
            with self._wall.open(self._connection):  # an index is of a table, not of what one home sees of it
                return self._executed(self._connection.cursor(), sql, params).rowcount
        return self._executed(self._connection.cursor(), sql, params).rowcount

    def attempt(self) -> AbstractContextManager[Any]:
        """A savepoint around the block."""
        return self._connection.transaction()

    def _executed(self, cursor: AnyCursor, sql: str, params: dict[str, Any]) -> AnyCursor:
        text, values = expand(sql, params)
        try:
            cursor.execute(translated(text), values)
        except errors.UniqueViolation as error:
            raise Taken(error.diag.constraint_name or "") from error
        except errors.ProgramLimitExceeded as error:
            raise TooLong from error
        except psycopg.DataError as error:
            raise _problem(error) from error
        return cursor


class PostgresDatabase:
    """One home's rows, or (home "") the host's."""

    def __init__(
        self,
        home_id: str,
        pool: ConnectionPool[Connection],
        threads: ThreadPoolExecutor,
        steps: list[Migration],
        wall: Wall,
        outgrown: Event,
    ) -> None:
        self._home_id = home_id
        self._migrations = steps
        self._outgrown = outgrown
        self._pool = pool
        self._threads = threads
        self._wall = wall
        self._group = GroupCommit(threads, self._commit)

    async def read(self, fn: Callable[[Db], T]) -> T:
        """Run on a thread."""
        return await _on(self._threads, self._read, fn)

    async def scan(self, fn: Callable[[Db], T]) -> T:
        """The same: a snapshot stands in nobody's way."""
        return await self.read(fn)

    def _read(self, fn: Callable[[Db], T]) -> T:
        return self._in_transaction(_READ, lambda connection: fn(PostgresDb(connection, self._wall)))

    async def write(self, fn: Callable[[Db], T], committed: Callable[[], None] = nothing) -> T:
        """Join the queue; answered after the commit."""
        return await self._group.write(fn, committed)

    def _commit(self, fns: list[Callable[[Db], Any]]) -> list[Outcome]:
        try:
            return self._in_transaction(_WRITE, lambda connection: self._written(connection, fns))
        except BaseException as error:
            return [(None, error)] * len(fns)

    def _written(self, connection: Connection, fns: list[Callable[[Db], Any]]) -> list[Outcome]:
        if self._home_id and connection.execute(_LOCK_HOME, (self._home_id,)).fetchone() is None:
            if is_sealed(connection, self._home_id):
                raise HomeGone
            raise Unavailable("The database of this home is missing on this server.")
        return [_in_savepoint(connection, self._wall, fn) for fn in fns]

    def _in_transaction(self, begin: str, fn: Callable[[Connection], T]) -> T:
        """Run in a transaction, again when another one came between or the connection was lost before the commit."""
        for _ in range(_TRIES - 1):
            try:
                return self._once(begin, fn)
            except (*_AGAIN, _Lost):
                continue
        return self._once(begin, fn)

    def _once(self, begin: str, fn: Callable[[Connection], T]) -> T:
        try:
            with self._pool.connection() as connection:
                if self._outgrown.is_set():
                    raise TooNew
                try:
                    connection.execute(self._wall.begun(begin, self._home_id))
                    result = fn(connection)
                except psycopg.OperationalError as error:
                    if connection.broken:
                        raise _Lost("The database does not answer: try again in a moment.") from error
                    raise
                except BaseException:
                    connection.rollback()
                    raise
                connection.commit()
                return result
        except (psycopg.Error, PoolTimeout) as error:
            raise _problem(error) from error

    async def copy(self, target: Path, fn: Callable[[Db], T]) -> T:
        """Rows into a new file, within one snapshot."""
        return await _on(self._threads, self._in_transaction, _READ, partial(self._copied, target, fn))

    def _copied(self, target: Path, fn: Callable[[Db], T], connection: Connection) -> T:
        require_latest(connection, "home" if self._home_id else "host", self._migrations)
        result = fn(PostgresDb(connection))
        target.unlink(missing_ok=True)  # of a try before
        migrate_sqlite(target, self._migrations)
        rows.into_sqlite(connection, self._home_id, target)
        rows.settle(target)
        return result

    async def damages(self) -> list[str]:
        """Nothing: the files are PostgreSQL's, and `pg_amcheck` is its tool."""
        return []

    @property
    def busy(self) -> bool:
        """Whether writes wait or run."""
        return self._group.busy


class _Lost(Unavailable):
    """The connection broke before the commit: nothing was written."""


def _in_savepoint(connection: Connection, wall: Wall, fn: Callable[[Db], Any]) -> Outcome:
    connection.execute("SAVEPOINT one")
    try:
        result = fn(PostgresDb(connection, wall))
    except BaseException as error:
        if connection.broken or isinstance(error, _AGAIN):
            raise
        connection.execute("ROLLBACK TO one")
        connection.execute("RELEASE one")
        return None, _problem(error)
    connection.execute("RELEASE one")
    return result, None


def _problem(error: BaseException) -> BaseException:
    """What the driver says, in the kernel's words."""
    if isinstance(error, _AGAIN):
        return error
    if isinstance(error, errors.DiskFull):
        return OutOfSpace()
    if isinstance(error, errors.LockNotAvailable):
        return Unavailable("This home is busy with a long change: try again in a moment.")
    if isinstance(error, errors.UntranslatableCharacter) or "NUL (0x00)" in str(error):
        return Invalid("A text holds a character that cannot be stored.")
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | PoolTimeout):
        return Unavailable("The database does not answer: try again in a moment.")
    return error


class PostgresStorage:
    """All homes of a hoster in one PostgreSQL database."""

    def __init__(
        self,
        conninfo: str,
        migrations: Callable[[str], list[Migration]],
        root: Path,
        connections: int = CONNECTIONS,
    ) -> None:
        self._conninfo = conninfo
        self._migrations = lru_cache(migrations)
        self._root = root  # where the files of homes are that come or go
        self._connections = connections
        self._threads = ThreadPoolExecutor(max_workers=connections, thread_name_prefix="postgres")
        families = {family: self._migrations(family) for family in ("host", "home")}
        self._outgrown = Event()
        self._pool = _pool(conninfo, connections, families, self._outgrown)
        try:
            with self._pool.connection() as connection:
                _require_order(connection)
                wall = partial(walled, connection, families["host"])
                migrate_postgres(connection, families, partial(take_down, connection), wall)
                self._wall = wall()
        except BaseException:
            self._pool.close()
            raise
        self._open: dict[str, PostgresDatabase] = {}
        self.host = PostgresDatabase(
            "", self._pool, self._threads, families["host"], self._wall, self._outgrown
        )

    def home(self, home_id: str) -> PostgresDatabase:
        """One home's rows. Homes that are writing share a queue, the others cost nothing."""
        database = self._open.get(home_id)
        if database is None:
            if len(self._open) > self._connections * 10:
                self._open = {id_: known for id_, known in self._open.items() if known.busy}
            database = self._open[home_id] = PostgresDatabase(
                home_id, self._pool, self._threads, self._migrations("home"), self._wall, self._outgrown
            )
        return database

    async def homes(self) -> list[str]:
        """The homes that have rows here, by id."""
        return await self.host.read(
            lambda db: [
                row[0]
                for row in db.all(
                    f"SELECT home_id FROM counters WHERE name IN ('seq', '{SEALED}') ORDER BY home_id"
                )
            ]
        )

    async def add(self, home_id: str) -> None:
        """Give a new home its first row: the counter that its writers lock."""
        await self.host.write(
            lambda db: db.run(
                "INSERT INTO counters (home_id, name, value) VALUES (:home, 'seq', 0)", home=home_id
            )
        )

    async def drop(self, home_id: str) -> None:
        """Delete a home's rows from every table."""
        self._open.pop(home_id, None)
        steps = self._migrations("home")
        await self.host.write(lambda db: _delete_rows(db, home_id, steps))

    def leaving(self, home_id: str) -> LeavingRows:
        """A file of the home's rows, to be carried to another host."""
        return LeavingRows(home_id, self._conninfo, self._root, self._migrations("home"))

    def coming(self, home_id: str) -> ComingRows:
        """What is carried here of a home, of which its rows are made."""
        home = self._migrations("home")
        return ComingRows(
            home_id,
            self.host,
            self._root,
            max(each.number for each in home),
            partial(install_rows, home_id, self._conninfo, home),
            partial(runs_ours_alone, migrations=home),
        )

    def figures(self) -> dict[str, float]:
        """Of the pool, as psycopg counts."""
        said = self._pool.get_stats()
        names = ("pool_size", "pool_available", "requests_waiting", "requests_num", "requests_errors")
        return {name: said.get(name, 0) for name in names}

    async def adopt(self, home_id: str, source: Path) -> None:
        """In one transaction, in place of what is here."""
        await _on(self._threads, self._adopt, home_id, source)

    def _adopt(self, home_id: str, source: Path) -> None:
        steps = self._migrations("home" if home_id else "host")
        if not runs_ours_alone(source, steps):
            raise NoHomeFile
        migrate_sqlite(source, steps)
        try:
            with self._pool.connection() as connection, connection.transaction():
                connection.execute("SET LOCAL statement_timeout = 0")
                require_latest(connection, "home" if home_id else "host", steps)
                rows.clear(source, home_id, connection)
                rows.into_postgres(source, home_id, connection)
        except psycopg.Error as error:
            raise _problem(error) from error

    async def close(self) -> None:
        """Wait for the writers, then close every connection."""
        await asyncio.to_thread(self._threads.shutdown)
        await asyncio.to_thread(self._pool.close)


def _delete_rows(db: Db, home_id: str, steps: list[Migration]) -> None:
    row = db.one("SELECT version FROM schema_versions WHERE family = 'home'")
    if row and row[0] > latest(steps):
        raise WaitsForUpgrade
    for table in rows.names(steps):
        db.run(f'DELETE FROM "{table}" WHERE home_id = :home', home=home_id)


def _pool(conninfo: str, connections: int, families: Families, outgrown: Event) -> ConnectionPool[Connection]:
    """outgrown: set once tables are seen that these are too old for. They do not change so while a connection of ours is open, so
    that each new one looks, and nobody else has to.
    """

    def opened(connection: Connection) -> None:
        configure(connection)
        if too_new(connection, families):
            outgrown.set()

    pool: ConnectionPool[Connection] = ConnectionPool(
        conninfo, min_size=1, max_size=connections, timeout=_CONNECT_S, open=False, configure=opened,
        kwargs={"autocommit": True, "application_name": called(families), **alive.POSTGRES},
    )  # fmt: skip
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # what it warns of, requests and we say
    try:
        pool.open(wait=True, timeout=_CONNECT_S)
    except PoolTimeout as error:
        pool.close()
        raise Unavailable(
            "PostgreSQL does not answer at the address in the setting `postgres`.", reason=_refusal(conninfo)
        ) from error
    return pool


def _refusal(conninfo: str) -> str:
    """Why no connection is had, in a line of PostgreSQL or of the system."""
    try:
        psycopg.connect(conninfo, connect_timeout=_CONNECT_S).close()
    except psycopg.Error as error:
        return str(error).strip().splitlines()[0].removeprefix("connection failed: ")
    return ""


def configure(connection: Connection) -> None:
    """JSON stays text; what is packed opens quickly, where PostgreSQL has LZ4; nothing waits for ever: not for another transaction,
    nor for an answer, nor for a worker that is cut off.
    """
    connection.adapters.register_loader("json", TextLoader)
    connection.adapters.register_loader("jsonb", TextLoader)
    connection.execute(alive.POSTGRES_ASKS_BACK.encode())
    connection.execute(
        "SET lock_timeout = '15s'; SET statement_timeout = '5min'; SET idle_in_transaction_session_timeout = '5min'"
    )
    connection.execute(
        """SELECT set_config(name, 'lz4', false) FROM pg_settings
            WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)"""
    )


def _require_order(connection: Connection) -> None:
    """Lists and ranges compare texts byte by byte, as SQLite does."""
    row = connection.execute(
        "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    if row is None or row[0] != "UTF8" or row[1] not in {"C", "C.UTF-8", "C.utf8", "POSIX"}:
        raise Unavailable(
            "This PostgreSQL database sorts differently: "
            "create it with ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' TEMPLATE template0."
        )


def others(conninfo: str) -> bool:
    """Whether any process has connections to these homes, on whatever machine. Asked before one has them oneself. Raises Unavailable."""
    asked = """SELECT 1 FROM pg_stat_activity
                WHERE datname = current_database() AND application_name LIKE 'cozy%' AND pid <> pg_backend_pid() LIMIT 1"""
    with connect(conninfo) as connection:
        until = monotonic() + _GOING_S
        while connection.execute(asked).fetchone() is not None:
            if monotonic() > until:
                return True
            sleep(0.1)
        return False


async def _on(threads: ThreadPoolExecutor, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, partial(fn, *args, **kwargs))
