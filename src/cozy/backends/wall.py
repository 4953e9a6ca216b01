"""The second wall between homes on PostgreSQL: what a transaction of a home calls a table is a view of that home's rows.

The views stand in a schema of their own, which comes first where a home's statements look for names. They read the home
from `cozy.home`, which is set for the transaction alone. docs/decisions/0013 says why these are no policies of rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from msgspec import Struct
from psycopg import errors, sql

from cozy.backends.migrate import Migration
from cozy.kernel.problem import Unavailable

_TABLE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)")
_LOCK = 0x77616C6C  # "wall": the lock that programs starting together take turns with
_TABLES = """SELECT table_name, ARRAY_AGG(column_name::text ORDER BY ordinal_position) FROM information_schema.columns
              WHERE table_schema = current_schema() AND table_name IN (
                    SELECT table_name FROM information_schema.columns
                     WHERE table_schema = current_schema() AND column_name = 'home_id')
              GROUP BY table_name"""


class Wall(Struct, frozen=True):
    """Where names are looked for: inside a home, and by the host. Both as PostgreSQL spells them."""

    inside: str
    outside: str

    def begun(self, begin: str, home_id: str) -> bytes:
        """The beginning of a transaction, in one go: of a home, or (home_id "") of the host."""
        if not home_id:
            return begin.encode()
        home = sql.Literal(home_id).as_string()
        return f"{begin}; SET LOCAL search_path TO {self.inside}; SET LOCAL cozy.home = {home}".encode()

    @contextmanager
    def open(self, connection: psycopg.Connection[Any]) -> Iterator[None]:
        """For a statement about a table itself."""
        connection.execute(f"SET LOCAL search_path TO {self.outside}".encode())
        yield
        connection.execute(f"SET LOCAL search_path TO {self.inside}".encode())


def take_down(connection: psycopg.Connection[Any]) -> None:
    """Let tables be changed that views stand on. Until the wall is built again, statements find the tables behind it."""
    connection.execute(
        sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(_schema(connection)))
    )


def _schema(connection: psycopg.Connection[Any]) -> str:
    row = connection.execute("SELECT current_schema()::text").fetchone()
    return f"{row[0] if row else ''}_of_a_home"


def walled(connection: psycopg.Connection[Any], of_host: Sequence[Migration]) -> Wall:
    """Bring the views up to date, and say where they are. of_host: what makes the tables that are nobody's home.

    Raises Unavailable.
    """
    host = {table for migration in of_host for table in _TABLE.findall(migration.sql)}
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        row = connection.execute("SELECT current_setting('search_path')").fetchone()
        schema, outside = _schema(connection), str(row[0]) if row else ""
        try:
            _build(connection, schema, host)
        except errors.InsufficientPrivilege as error:
            raise Unavailable(
                "The user of this PostgreSQL database may not make a schema: GRANT CREATE ON DATABASE … TO …."
            ) from error
    return Wall(f'"{schema}", {outside}', outside)


def _build(connection: psycopg.Connection[Any], schema: str, host: set[str]) -> None:
    name = sql.Identifier(schema)
    found = connection.execute(
        """SELECT table_name, ARRAY_AGG(column_name::text ORDER BY ordinal_position)
             FROM information_schema.columns WHERE table_schema = %s GROUP BY table_name""",
        (schema,),
    )
    there: dict[str, list[str]] = dict(found)
    wanted = {table: columns for table, columns in connection.execute(_TABLES) if table not in host}
    if there == wanted:
        return
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
    for table in there.keys() - {table for table in wanted if wanted[table] == there.get(table)}:
        connection.execute(sql.SQL("DROP VIEW {}.{}").format(name, sql.Identifier(table)))
    for table, columns in wanted.items():
        if columns != there.get(table):
            connection.execute(
                sql.SQL(
                    """CREATE VIEW {}.{} AS SELECT * FROM {}
                        WHERE home_id = current_setting('cozy.home', true) WITH CHECK OPTION"""
                ).format(name, sql.Identifier(table), sql.Identifier(table))
            )
