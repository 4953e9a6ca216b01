"""Upgrading data: whole or not at all, with a copy of what was before."""

import re
from pathlib import Path

import apsw
import psycopg
import pytest

from cozy.app import migrations
from cozy.backends.migrate import Migration, TooNew, in_postgres, migrate_postgres, migrate_sqlite

FIRST = Migration(1, "notes", "CREATE TABLE notes (home_id TEXT NOT NULL, body JSON NOT NULL, data BLOB);")
SECOND = Migration(2, "title", "ALTER TABLE notes ADD COLUMN title TEXT NOT NULL DEFAULT '';")
FAILING = Migration(
    3, "fail", "UPDATE notes SET title = 'lost'; CREATE TABLE more (id TEXT); SELECT * FROM nowhere;"
)


def rows(path: Path, statement: str) -> list[tuple]:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return list(connection.execute(statement))
    finally:
        connection.close()


def filled(path: Path) -> Path:
    """A file of the first version, with data."""
    migrate_sqlite(path, [FIRST])
    connection = apsw.Connection(str(path))
    connection.execute("INSERT INTO notes (home_id, body) VALUES ('h', '{}'), ('h', '[]')")
    connection.close()
    return path


def test_an_upgrade_keeps_the_data_and_a_snapshot_of_before(tmp_path: Path):
    path = filled(tmp_path / "home.db")
    migrate_sqlite(path, [FIRST, SECOND])
    assert rows(path, "SELECT body, title FROM notes") == [("{}", ""), ("[]", "")]
    snapshot = tmp_path / "home.db.before-2"
    assert rows(snapshot, "SELECT * FROM notes") == [("h", "{}", None), ("h", "[]", None)]
    assert rows(snapshot, "PRAGMA user_version") == [(1,)]


def test_a_snapshot_put_back_is_upgraded_again(tmp_path: Path):
    path = filled(tmp_path / "home.db")
    migrate_sqlite(path, [FIRST, SECOND])
    (tmp_path / "home.db.before-2").rename(path)
    migrate_sqlite(path, [FIRST, SECOND])
    assert rows(path, "SELECT title FROM notes") == [("",), ("",)]
    assert rows(path, "PRAGMA journal_mode") == [("wal",)]


def test_a_new_file_gets_every_step_and_no_snapshot(tmp_path: Path):
    migrate_sqlite(tmp_path / "home.db", [FIRST, SECOND])
    assert rows(tmp_path / "home.db", "PRAGMA user_version") == [(2,)]
    assert list(tmp_path.glob("*.before-*")) == []


def test_a_step_that_fails_undoes_all_and_the_program_before_still_works(tmp_path: Path):
    path = filled(tmp_path / "home.db")
    with pytest.raises(apsw.SQLError):
        migrate_sqlite(path, [FIRST, SECOND, FAILING])
    migrate_sqlite(path, [FIRST])
    assert rows(path, "SELECT * FROM notes") == [("h", "{}", None), ("h", "[]", None)]
    assert rows(path, "SELECT name FROM sqlite_schema WHERE type = 'table'") == [("notes",)]


def test_an_upgrade_can_be_tried_again_after_it_failed(tmp_path: Path):
    path = filled(tmp_path / "home.db")
    with pytest.raises(apsw.SQLError):
        migrate_sqlite(path, [FIRST, SECOND, FAILING])
    migrate_sqlite(path, [FIRST, SECOND, Migration(3, "mended", "CREATE TABLE more (id TEXT);")])
    assert rows(path, "PRAGMA user_version") == [(3,)]


def test_a_step_goes_on_after_a_statement_that_answers(tmp_path: Path):
    path = filled(tmp_path / "home.db")
    migrate_sqlite(path, [FIRST, SECOND, Migration(3, "more", "SELECT 1; CREATE TABLE more (id TEXT);")])
    assert rows(path, "SELECT name FROM sqlite_schema WHERE name = 'more'") == [("more",)]


def test_data_of_a_newer_program_is_refused_untouched(tmp_path: Path):
    path = tmp_path / "home.db"
    migrate_sqlite(path, [FIRST, SECOND])
    with pytest.raises(TooNew):
        migrate_sqlite(path, [FIRST])
    assert rows(path, "PRAGMA user_version") == [(2,)]


def test_migrations_are_numbered_without_gaps():
    for family in ("host", "home"):
        steps = migrations.of(family)
        assert [step.number for step in steps] == list(range(1, len(steps) + 1))


def test_migrations_use_only_types_that_both_engines_have():
    known = {"TEXT", "BIGINT", "BOOLEAN", "JSON", "BLOB"}
    for family in ("host", "home"):
        for step in migrations.of(family):
            columns = re.findall(r"^\s{2}[a-z_0-9]+ ([A-Z]+)", step.sql, re.MULTILINE)
            assert set(columns) <= known, step.name


def test_types_are_translated_and_columns_are_not():
    assert in_postgres("inline BLOB, blob TEXT, json JSON") == "inline BYTEA, blob TEXT, json JSONB"


@pytest.mark.postgres
class TestPostgres:
    @pytest.fixture
    def connection(self, postgres_url: str):
        """A connection to a schema of its own."""
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("CREATE SCHEMA upgrading")
            connection.execute("SET search_path TO upgrading")
            yield connection
            connection.execute("DROP SCHEMA upgrading CASCADE")

    def fill(self, connection: psycopg.Connection) -> None:
        migrate_postgres(connection, {"home": [FIRST]})
        connection.execute("INSERT INTO notes (home_id, body) VALUES ('h', '{}'), ('h', '[]')")

    def versions(self, connection: psycopg.Connection) -> list[tuple]:
        return connection.execute("SELECT family, version FROM schema_versions ORDER BY family").fetchall()

    def test_an_upgrade_keeps_the_data(self, connection):
        self.fill(connection)
        migrate_postgres(connection, {"home": [FIRST, SECOND]})
        assert connection.execute("SELECT home_id, title FROM notes").fetchall() == [("h", ""), ("h", "")]
        assert self.versions(connection) == [("home", 2), ("home since", 2)]

    def test_a_step_that_fails_undoes_all_and_the_program_before_still_works(self, connection):
        self.fill(connection)
        with pytest.raises(psycopg.errors.UndefinedTable):
            migrate_postgres(connection, {"home": [FIRST, SECOND, FAILING]})
        migrate_postgres(connection, {"home": [FIRST]})
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'upgrading'"
        ).fetchall()
        assert sorted(tables) == [("notes",), ("schema_versions",)]
        assert connection.execute("SELECT * FROM notes LIMIT 1").fetchone() == ("h", {}, None)

    def test_data_of_a_newer_program_is_refused_untouched(self, connection):
        migrate_postgres(connection, {"home": [FIRST, SECOND]})
        with pytest.raises(TooNew):
            migrate_postgres(connection, {"home": [FIRST]})
        assert self.versions(connection) == [("home", 2), ("home since", 2)]
