"""Bring a database's schema up to date: numbered SQL files, a snapshot first, all or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import apsw
from msgspec import Struct

from cozy.backends.durable import sync_file, sync_folder
from cozy.backends.faults import of_opening
from cozy.kernel.db import Engine
from cozy.kernel.problem import Unavailable

if TYPE_CHECKING:
    from psycopg import Connection

_BUSY_S = 15  # how long to wait for another program
_ADVISORY = 0x636F7A79  # "cozy": the lock that programs starting together take turns with


class Migration(Struct, frozen=True):
    """One step: its number, its name and its SQL, in the dialect that both engines share.

    own: what one engine needs beside that, in its own words; run after the shared part.
    """

    number: int
    name: str
    sql: str
    own: Mapping[Engine, str] = {}

    def on(self, engine: Engine) -> str:
        """The whole step for an engine."""
        shared = in_postgres(self.sql) if engine == "postgres" else self.sql
        return f"{shared}\n{self.own.get(engine, '')}"


class TooNew(Unavailable):
    """This data was written by a newer version of Cozy: upgrade the program."""


def migrate_sqlite(path: Path, migrations: list[Migration]) -> None:
    """Apply what is missing, in one transaction. The snapshot `<name>.before-<n>` stays beside the file.

    Raises TooNew, Unavailable, OutOfSpace; any failure leaves the database as it was.
    """
    try:
        _migrate_sqlite(path, migrations)
    except apsw.Error as error:
        raise of_opening(error, path.name) from error


def _migrate_sqlite(path: Path, migrations: list[Migration]) -> None:
    connection = apsw.Connection(str(path))
    try:
        connection.set_busy_timeout(_BUSY_S * 1000)
        _use_log(connection)
        latest = max(m.number for m in migrations)
        version = _version(connection)
        if version == latest:
            return
        if version > latest:
            raise TooNew(version=version, known=latest)
        connection.execute("PRAGMA synchronous=FULL")
        if version > 0:
            _snapshot(connection, path.with_name(f"{path.name}.before-{latest}"))
        connection.execute("BEGIN IMMEDIATE")
        try:
            for migration in migrations:
                if migration.number > _version(connection):
                    connection.execute(
                        migration.on("sqlite")
                    ).fetchall()  # or it stops at the first row of an answer
                    connection.execute(f"PRAGMA user_version={migration.number}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    finally:
        connection.close()


def _use_log(connection: apsw.Connection) -> None:
    """Write-ahead log, for good. SQLite does not wait for programs that do the same at this moment, so we do."""
    until = monotonic() + _BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except apsw.BusyError:
            if monotonic() > until:
                raise
            sleep(0.01)


def _version(connection: apsw.Connection) -> int:
    return int(next(connection.execute("PRAGMA user_version"))[0])


def _snapshot(connection: apsw.Connection, target: Path) -> None:
    """A consistent copy, whole or absent: VACUUM INTO a temporary name, sync, rename."""
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    connection.execute("VACUUM INTO ?", (str(partial),))
    sync_file(partial)
    partial.rename(target)
    sync_folder(target.parent)


def runs_ours_alone(path: Path, migrations: list[Migration]) -> bool:
    """Whether a database, which others may have made, runs nothing but what our migrations put there: a view in the place of
    a table, a trigger or a virtual table could keep whoever reads it busy for ever.
    """
    try:
        given = apsw.Connection(
            f"{path.as_uri()}?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        )
        try:
            version, found = _version(given), _schema(given)
        finally:
            given.close()
    except (apsw.Error, UnicodeDecodeError):
        return False
    if not 0 < version <= max(each.number for each in migrations):
        return False
    fresh = apsw.Connection(":memory:")
    try:
        for migration in migrations:
            if migration.number <= version:
                fresh.execute(migration.on("sqlite")).fetchall()
        ours = set(_schema(fresh))
    finally:
        fresh.close()
    plain = {(kind, name) for kind, name, sql in found if _is_plain(sql)}
    return all(each in ours or _is_plain(each[2]) for each in found) and all(
        each in found or (_is_plain(each[2]) and each[:2] in plain) for each in ours
    )


def _schema(connection: apsw.Connection) -> list[tuple[str, str, str]]:
    rows = connection.execute("SELECT type, name, COALESCE(sql, '') FROM sqlite_schema")
    return [(str(kind), str(name), str(sql)) for kind, name, sql in rows]


def _is_plain(sql: str) -> bool:
    """Whether this makes a table of its own or an index, in the one way that SQLite writes it."""
    return sql.startswith(("CREATE TABLE ", "CREATE INDEX ", "CREATE UNIQUE INDEX ")) or not sql


def migrate_postgres(
    connection: Connection,
    families: Mapping[str, list[Migration]],
    before: Callable[[], None] = lambda: None,
) -> None:
    """Apply what is missing, in one transaction, one program at a time. Snapshots are the hoster's (`pg_dump`).

    before: what is done in it first, when anything is missing. Raises TooNew; any other failure leaves the database as it was.
    """
    with connection.transaction():
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_ADVISORY,))
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_versions (family TEXT PRIMARY KEY, version BIGINT NOT NULL)"
        )
        versions = {
            str(family): int(version)
            for family, version in connection.execute("SELECT * FROM schema_versions")
        }
        latest = {family: max(m.number for m in migrations) for family, migrations in families.items()}
        if any(versions.get(family, 0) < number for family, number in latest.items()):
            before()
        for family, migrations in families.items():
            _advance(connection, family, versions.get(family, 0), migrations)


def _advance(connection: Connection, family: str, version: int, migrations: list[Migration]) -> None:
    latest = max(m.number for m in migrations)
    if version > latest:
        raise TooNew(version=version, known=latest)
    if version == latest:
        return
    for migration in migrations:
        if migration.number > version:
            connection.execute(migration.on("postgres").encode())
    connection.execute(
        """INSERT INTO schema_versions (family, version) VALUES (%s, %s)
           ON CONFLICT (family) DO UPDATE SET version = excluded.version""",
        (family, latest),
    )


def in_postgres(sql: str) -> str:
    """The shared dialect's types by PostgreSQL's names; types are upper case in our SQL, columns are not."""
    return re.sub(r"\bJSON\b", "JSONB", re.sub(r"\bBLOB\b", "BYTEA", sql))
