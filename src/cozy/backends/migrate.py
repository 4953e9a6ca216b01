"""Bring a database's schema up to date: numbered SQL files, a snapshot first, all or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import apsw
from msgspec import Struct

from cozy.backends.faults import of_opening
from cozy.kernel.db import Engine
from cozy.kernel.durable import sync_file, sync_folder
from cozy.kernel.problem import Unavailable

if TYPE_CHECKING:
    from psycopg import Connection

_BUSY_S = 15  # how long to wait for another program
_ADVISORY = 0x636F7A79  # "cozy": the lock that programs starting together take turns with
_BESIDE = "-- Beside older programs:"  # how a step begins that they may go on beside
_LOCK_WAIT = "2s"  # for a table: whoever asks for it meanwhile waits behind us
_TRIES_S, _PAUSE_S = 600.0, 1.0  # for all tables to be free at once
_GOING_S = 5.0  # how long the connections of a program that has ended may be seen


class Migration(Struct, frozen=True):
    """One step: its number, its name and its SQL, in the dialect that both engines share.

    own: what one engine needs beside that, in its own words; run after the shared part.
    """

    number: int
    name: str
    sql: str
    own: Mapping[Engine, str] = {}

    @property
    def is_beside(self) -> bool:
        """Whether programs that do not know this step may go on: what they read is there, and what they write will do."""
        return self.sql.startswith(_BESIDE)

    def on(self, engine: Engine) -> str:
        """The whole step for an engine."""
        shared = in_postgres(self.sql) if engine == "postgres" else self.sql
        return f"{shared}\n{self.own.get(engine, '')}"


class TooNew(Unavailable):
    """This data was written by a newer version of Cozy: upgrade the program."""


class OthersAtWork(Unavailable):
    """Workers of an older version are at work, which could not go on after this upgrade: stop all of them, then start this one."""


class WaitsForUpgrade(Unavailable):
    """A newer version has changed the tables: this waits until this worker is upgraded, too."""


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


Families = Mapping[str, list[Migration]]


def called(families: Families) -> str:
    """The name that a program's connections have in PostgreSQL, by which others see which tables it knows."""
    return "cozy " + " ".join(f"{family}:{latest(steps)}" for family, steps in sorted(families.items()))


def latest(steps: list[Migration]) -> int:
    """The number of the last step."""
    return max(step.number for step in steps)


def migrate_postgres(
    connection: Connection,
    families: Families,
    before: Callable[[], None] = lambda: None,
    after: Callable[[], object] = lambda: None,
) -> None:
    """Apply what is missing, in one transaction, one program at a time. Snapshots are the hoster's (`pg_dump`).

    before, after: what is done in it first and last, when anything is missing. Others may be at work: whatever is in the way of theirs
    is let go of soon, and tried again. Raises TooNew, OthersAtWork; any other failure leaves the database as it was.
    """
    from psycopg import errors  # PostgreSQL is an extra

    began = monotonic()
    while True:
        try:
            return _migrate_postgres(connection, families, before, after)
        except (errors.LockNotAvailable, errors.DeadlockDetected):
            if monotonic() > began + _TRIES_S:
                raise
        except OthersAtWork:
            if monotonic() > began + _GOING_S:
                raise
        sleep(_PAUSE_S)


def _migrate_postgres(
    connection: Connection, families: Families, before: Callable[[], None], after: Callable[[], object]
) -> None:
    with connection.transaction():
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute("SET LOCAL lock_timeout = 0")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_ADVISORY,))
        connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'".encode())
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_versions (family TEXT PRIMARY KEY, version BIGINT NOT NULL)"
        )
        known = _versions(connection)
        if too_new(connection, families):
            raise TooNew(**{family: latest(steps) for family, steps in families.items()})
        missing = {
            family: [step for step in steps if step.number > known.get(family, 0)]
            for family, steps in families.items()
        }
        if not any(missing.values()):
            return
        if _shut_out(connection, missing):
            raise OthersAtWork
        before()
        for family, steps in missing.items():
            _advance(connection, family, steps)
        after()


def _versions(connection: Connection) -> dict[str, int]:
    """By family, the last step that the tables have been through; by `family since`, the first whose programs go on."""
    return {
        str(family): int(version) for family, version in connection.execute("SELECT * FROM schema_versions")
    }


def too_new(connection: Connection, families: Families) -> bool:
    """Whether the tables have been through a step that a program which knows these may not go on beside."""
    row = connection.execute("SELECT to_regclass('schema_versions') IS NOT NULL").fetchone()
    known = _versions(connection) if row and row[0] else {}
    return any(
        known.get(family, 0) > latest(steps) and known.get(f"{family} since", known[family]) > latest(steps)
        for family, steps in families.items()
    )


def require_latest(connection: Connection, family: str, steps: list[Migration]) -> None:
    """Raises WaitsForUpgrade where the tables hold more than a program knows: it could not carry a home whole."""
    if _versions(connection).get(family, 0) > latest(steps):
        raise WaitsForUpgrade


def _shut_out(connection: Connection, missing: Families) -> bool:
    """Whether anybody is at work who could not go on after these steps."""
    wanted = {
        f: latest(shut) for f, steps in missing.items() if (shut := [s for s in steps if not s.is_beside])
    }
    if not wanted:
        return False
    found = connection.execute(
        """SELECT application_name FROM pg_stat_activity
            WHERE datname = current_database() AND application_name LIKE 'cozy%' AND pid <> pg_backend_pid()"""
    )
    return any(_is_before(str(name), wanted) for (name,) in found)


def _is_before(name: str, wanted: Mapping[str, int]) -> bool:
    said = dict(re.findall(r"(\w+):(\d+)", name))
    if not said:
        return name == "cozy"  # of a program that did not say it yet
    return any(int(said.get(family, 0)) < number for family, number in wanted.items())


def _advance(connection: Connection, family: str, steps: list[Migration]) -> None:
    for step in steps:
        connection.execute(step.on("postgres").encode())
    shut = [step for step in steps if not step.is_beside]
    for name, version in ((family, steps), (f"{family} since", shut)):
        if version:
            connection.execute(
                """INSERT INTO schema_versions (family, version) VALUES (%s, %s)
                   ON CONFLICT (family) DO UPDATE SET version = excluded.version""",
                (name, latest(version)),
            )


def in_postgres(sql: str) -> str:
    """The shared dialect's types by PostgreSQL's names; types are upper case in our SQL, columns are not."""
    return re.sub(r"\bJSON\b", "JSONB", re.sub(r"\bBLOB\b", "BYTEA", sql))
