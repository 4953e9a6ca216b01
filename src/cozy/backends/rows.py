"""The rows of a home, from one engine into the other: every table that names homes, verified by counts and a sum.

What engines make of a text is not always that text again (PostgreSQL orders the members of JSON): what counts is what it says.
What search knows is not carried, as each engine has its own way of it: it is made anew of what was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import apsw
import psycopg
from msgspec import Struct
from psycopg import sql

from cozy.backends.migrate import Migration
from cozy.kernel.problem import Unavailable

MADE_ANEW = {"search_entries", "search_words"}
_SEARCH = "UPDATE counters SET value = 0 WHERE name = 'search'"  # everything is looked at again
Connection = psycopg.Connection[tuple[Any, ...]]


class RowsDiffer(Unavailable):
    """What was written is not what was read: nothing is changed."""


class Table(Struct, frozen=True):
    """A table of homes. kinds: the types of its columns, as our SQL spells them; order: the columns of its key."""

    name: str
    columns: tuple[str, ...]
    kinds: tuple[str, ...]
    order: tuple[str, ...]


class Summed(Struct):
    """How many rows there are, and what they say together, in whatever order."""

    count: int = 0
    sum: int = 0

    def add(self, table: Table, row: Sequence[Any]) -> None:
        """One more row."""
        said = [_said(kind, value) for kind, value in zip(table.kinds, row, strict=True)]
        digest = hashlib.sha256(json.dumps([table.name, *said], sort_keys=True).encode()).digest()
        self.count += 1
        self.sum = (self.sum + int.from_bytes(digest)) % 2**256


def tables(connection: apsw.Connection, *, of_host: bool = False) -> list[Table]:
    """Those of a home's file, without what each engine makes of others; or all of the file of the host's list."""
    names = [
        str(row[0])
        for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    ]
    found = [_table(connection, name) for name in names]
    if of_host:
        return found
    return [each for each in found if "home_id" in each.columns and each.name not in MADE_ANEW]


def _table(connection: apsw.Connection, name: str) -> Table:
    rows = connection.execute(
        "SELECT name, type, pk FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid", (name,)
    )
    columns = [(str(column), str(kind).upper(), int(pk)) for column, kind, pk in rows]
    keys = sorted((pk, column) for column, _, pk in columns if pk)
    order = tuple(column for _, column in keys) or tuple(column for column, _, _ in columns)
    return Table(name, tuple(each[0] for each in columns), tuple(each[1] for each in columns), order)


def names(migrations: Sequence[Migration]) -> list[str]:
    """The tables of homes, all of them."""
    return list(_names(tuple(each.on("sqlite") for each in migrations)))


@cache
def _names(steps: tuple[str, ...]) -> tuple[str, ...]:
    connection = apsw.Connection(":memory:")
    try:
        for step in steps:
            connection.execute(step).fetchall()
        return (*(each.name for each in tables(connection)), *sorted(MADE_ANEW))
    finally:
        connection.close()


def into_postgres(file: Path, home_id: str, connection: Connection) -> None:
    """Write what a home's file holds into the tables, in the transaction that is open; "": the host's list. Raises RowsDiffer."""
    source = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        read, written = Summed(), Summed()
        for table in tables(source, of_host=not home_id):
            _copy_in(connection, table, _summing(read, table, _of_sqlite(source, table, home_id)))
            for row in _of_postgres(connection, table, home_id):
                written.add(table, row)
        _compare(read, written)
        if home_id:
            connection.execute(f"{_SEARCH} AND home_id = %s".encode(), (home_id,))
    finally:
        source.close()


def clear(file: Path, home_id: str, connection: Connection) -> None:
    """Delete what the tables hold of a home, or of the host's list, in the transaction that is open."""
    source = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        found = [table.name for table in tables(source, of_host=not home_id)]
    finally:
        source.close()
    where, known = ("WHERE home_id = %s", (home_id,)) if home_id else ("", ())
    for name in [*found, *(sorted(MADE_ANEW) if home_id else ())]:
        connection.execute(sql.SQL("DELETE FROM {} {}").format(sql.Identifier(name), sql.SQL(where)), known)


def settle(file: Path) -> None:
    """Put all of a file that we made into the file itself."""
    target = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        target.execute("PRAGMA journal_mode=DELETE").fetchall()
    finally:
        target.close()


def into_sqlite(connection: Connection, home_id: str, file: Path) -> None:
    """Write the rows of a home into a file that has its tables, empty, as the transaction sees them. Raises RowsDiffer."""
    target = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        read, written = Summed(), Summed()
        target.execute("BEGIN IMMEDIATE")
        for table in tables(target, of_host=not home_id):
            into = f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({', '.join('?' * len(table.columns))})"
            target.executemany(into, _summing(read, table, _of_postgres(connection, table, home_id)))
            for row in _of_sqlite(target, table, home_id):
                written.add(table, row)
        _compare(read, written)
        if home_id:
            target.execute(_SEARCH)
        target.execute("COMMIT")
    finally:
        target.close()


def _compare(read: Summed, written: Summed) -> None:
    if (read.count, read.sum) != (written.count, written.sum):
        raise RowsDiffer(read=read.count, written=written.count)


def _summing(into: Summed, table: Table, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    for row in rows:
        into.add(table, row)
        yield row


def _of_sqlite(source: apsw.Connection, table: Table, home_id: str) -> Iterator[Sequence[Any]]:
    where, known = ("WHERE home_id = ?", (home_id,)) if home_id else ("", ())
    asked = f"SELECT {', '.join(table.columns)} FROM {table.name} {where} ORDER BY {', '.join(table.order)}"
    return source.execute(asked, known)


def _of_postgres(connection: Connection, table: Table, home_id: str) -> Iterator[Sequence[Any]]:
    where, known = ("WHERE home_id = %s", (home_id,)) if home_id else ("", ())
    asked = sql.SQL("SELECT {} FROM {} {} ORDER BY {}").format(
        _joined(table.columns), sql.Identifier(table.name), sql.SQL(where), _joined(table.order)
    )
    with connection.cursor(f"rows_of_{table.name}") as cursor:
        cursor.itersize = 500
        cursor.execute(asked, known)
        yield from cursor


def _copy_in(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), _joined(table.columns))
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row([_in_postgres(kind, value) for kind, value in zip(table.kinds, row, strict=True)])


def _joined(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(each) for each in columns)


def _in_postgres(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "BOOLEAN":
        return bool(value)
    return str(value) if kind == "JSON" else value


def _said(kind: str, value: Any) -> Any:
    """The same in both engines."""
    if value is None:
        return None
    if kind == "BOOLEAN":
        return bool(value)
    if kind == "JSON":
        return json.loads(str(value), parse_float=_number)
    if kind == "BLOB":
        return bytes(value).hex()
    return _number(str(value)) if isinstance(value, float) else value


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number
