"""From every version that there ever was to the latest one: a failure at any step leaves all as it was, and then it goes through."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import psycopg
import pytest
from msgspec.structs import replace
from psycopg import sql

from cozy.app import migrations
from cozy.backends.migrate import Migration, migrate_postgres, migrate_sqlite
from cozy.kernel.work import Work
from tests.conftest import Given

BROKEN = "\nSELECT * FROM nowhere;"
FROM = [(family, step.number) for family in ("host", "home") for step in migrations.of(family)[:-1]]
SOMEBODY = {
    "host": (
        "homes",
        [
            {
                "id": "1f", "domain": "alice.localhost", "state": "active", "public_key": "k",
                "created_at": "2026-07-18T14:02:00Z", "is_first": True,
            }
        ],
    )
}  # fmt: skip


@pytest.fixture
def kept(work: Work, given: Given) -> dict[str, tuple[str, list[dict]]]:
    """What is in the databases before the upgrade, and must be after it: rows that every version has."""
    given.file("letter.txt", b"Dear Bob", given.folder("Letters").id)
    rows = work.db.all(
        "SELECT doctype, id, rev, seq, deleted, body, revisions, sort_key FROM documents WHERE home_id = :home ORDER BY id",
        home=work.home,
    )
    names = ("doctype", "id", "rev", "seq", "deleted", "body", "revisions", "sort_key")
    documents = [{"home_id": work.home, **dict(zip(names, row, strict=True))} for row in rows]
    assert len(documents) > 3
    return {**SOMEBODY, "home": ("documents", documents)}


@pytest.fixture
def postgres() -> str:
    """What is put into the databases comes from SQLite; both engines have their tests below."""
    return ""


def cut(steps: list[Migration], number: int) -> list[Migration]:
    """As they were when a version was the latest."""
    return [step for step in steps if step.number <= number]


def failing(steps: list[Migration], number: int) -> list[Migration]:
    """The latest ones, of which one fails at its end."""
    return [
        replace(step, own={engine: step.own.get(engine, "") + BROKEN for engine in ("sqlite", "postgres")})
        if step.number == number
        else step
        for step in steps
    ]


class InSqlite:
    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, table: str, rows: list[dict]) -> None:
        with apsw.Connection(str(self.path)) as connection:
            for row in rows:
                names = ", ".join(row)
                connection.execute(
                    f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in row)})", row
                )
        connection.close()

    def look(self, statement: str) -> list[tuple]:
        connection = apsw.Connection(str(self.path))
        try:
            return list(connection.execute(statement))
        finally:
            connection.close()

    def schema(self) -> list[tuple]:
        return self.look("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")

    def has(self, table: str, rows: list[dict]) -> None:
        names = list(rows[0])
        found = self.look(f"SELECT {', '.join(names)} FROM {table} ORDER BY id")
        assert found == [tuple(row.values()) for row in rows]


@pytest.mark.parametrize(("family", "version"), FROM)
def test_every_version_comes_to_the_latest_whatever_fails_before(family, version, kept, tmp_path):
    steps = migrations.of(family)
    database = InSqlite(tmp_path / "home.db")
    migrate_sqlite(database.path, cut(steps, version))
    database.put(*kept[family])
    before = database.schema()
    for step in steps[version:]:
        with pytest.raises(apsw.SQLError, match="nowhere"):
            migrate_sqlite(database.path, failing(steps, step.number))
        assert database.look("PRAGMA user_version") == [(version,)]
        assert database.schema() == before
        database.has(*kept[family])
    migrate_sqlite(database.path, cut(steps, version))  # the program before goes on
    migrate_sqlite(database.path, steps)
    database.has(*kept[family])
    fresh = InSqlite(tmp_path / "fresh.db")
    migrate_sqlite(fresh.path, steps)
    assert database.schema() == fresh.schema()
    snapshot = InSqlite(tmp_path / f"home.db.before-{len(steps)}")
    assert snapshot.look("PRAGMA user_version") == [(version,)]
    snapshot.has(*kept[family])


@pytest.fixture
def connection(postgres_url: str) -> Iterator[psycopg.Connection]:
    """A connection to a schema of its own."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS upgrades CASCADE")
        connection.execute("CREATE SCHEMA upgrades")
        connection.execute("SET search_path TO upgrades")
        yield connection
        connection.execute("DROP SCHEMA upgrades CASCADE")


def columns(connection: psycopg.Connection) -> list[tuple]:
    """Every column and index of the schema."""
    return connection.execute(
        """SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
            WHERE table_schema = 'upgrades'
           UNION ALL SELECT tablename, indexname, indexdef, '' FROM pg_indexes WHERE schemaname = 'upgrades'
           ORDER BY 1, 2"""
    ).fetchall()


@pytest.mark.postgres
@pytest.mark.parametrize(("family", "version"), FROM)
def test_on_postgresql_too(family, version, kept, connection):
    """The step after and the last one fail there; each of them takes a while."""
    steps = migrations.of(family)
    table, rows = kept[family]
    migrate_postgres(connection, {family: cut(steps, version)})
    for row in rows:
        connection.execute(
            sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                sql.Identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, row)),
                sql.SQL(", ").join(sql.Placeholder() * len(row)),
            ),
            [bool(value) if name == "deleted" else value for name, value in row.items()],
        )
    before = columns(connection)
    for number in {version + 1, len(steps)}:
        with pytest.raises(psycopg.errors.UndefinedTable):
            migrate_postgres(connection, {family: failing(steps, number)})
        assert columns(connection) == before
    migrate_postgres(connection, {family: steps})
    found = connection.execute(
        sql.SQL("SELECT id FROM {} ORDER BY id").format(sql.Identifier(table))
    ).fetchall()
    assert found == [(row["id"],) for row in rows]
    after = columns(connection)
    connection.execute("DROP SCHEMA upgrades CASCADE")
    connection.execute("CREATE SCHEMA upgrades")
    migrate_postgres(connection, {family: steps})
    assert after == columns(connection)
