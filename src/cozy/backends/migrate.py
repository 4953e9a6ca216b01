"""Bring a database's schema up to date: numbered SQL files, a snapshot first, all or nothing."""

from __future__ import annotations

import os
from pathlib import Path

import apsw
from msgspec import Struct

from cozy.kernel.problem import Unavailable


class Migration(Struct, frozen=True):
    """One step: its number, its name and its SQL, in the dialect that both engines share."""

    number: int
    name: str
    sql: str


class TooNew(Unavailable):
    """This data was written by a newer version of Cozy: upgrade the program."""


def migrate_sqlite(path: Path, migrations: list[Migration]) -> None:
    """Apply what is missing, in one transaction. The snapshot `<name>.before-<n>` stays beside the file.

    Raises TooNew; any other failure leaves the database as it was.
    """
    connection = apsw.Connection(str(path))
    try:
        connection.set_busy_timeout(15_000)
        latest = max(m.number for m in migrations)
        version = _version(connection)
        if version == latest:
            return
        if version > latest:
            raise TooNew(version=version, known=latest)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        if version > 0:
            _snapshot(connection, path.with_name(f"{path.name}.before-{latest}"))
        connection.execute("BEGIN IMMEDIATE")
        try:
            for migration in migrations:
                if migration.number > _version(connection):
                    connection.execute(migration.sql)
                    connection.execute(f"PRAGMA user_version={migration.number}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    finally:
        connection.close()


def _version(connection: apsw.Connection) -> int:
    return int(next(connection.execute("PRAGMA user_version"))[0])


def _snapshot(connection: apsw.Connection, target: Path) -> None:
    """A consistent copy, whole or absent: VACUUM INTO a temporary name, sync, rename."""
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    connection.execute("VACUUM INTO ?", (str(partial),))
    handle = os.open(partial, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    partial.rename(target)
