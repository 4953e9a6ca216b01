"""Programs of two versions over one PostgreSQL: who may go on beside whom."""

from pathlib import Path

import psycopg
import pytest

from cozy.app import migrations
from cozy.backends import migrate
from cozy.backends.migrate import (
    Migration,
    OthersAtWork,
    TooNew,
    WaitsForUpgrade,
    called,
    latest,
    migrate_postgres,
)
from cozy.backends.postgres import PostgresStorage

pytestmark = pytest.mark.postgres
FIRST = Migration(1, "notes", "CREATE TABLE notes (home_id TEXT NOT NULL, body TEXT);")
BESIDE = Migration(
    2, "titles", "-- Beside older programs: nobody asks.\nALTER TABLE notes ADD COLUMN title TEXT;"
)
SHUT = Migration(2, "words", "ALTER TABLE notes RENAME COLUMN body TO words;")


@pytest.fixture
def connection(postgres_url: str):
    """A connection to a schema of its own, with the first table in it."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA beside")
        connection.execute("SET search_path TO beside")
        migrate_postgres(connection, {"home": [FIRST]})
        yield connection
        connection.execute("DROP SCHEMA beside CASCADE")


@pytest.fixture
def older(postgres_url: str):
    """A connection of a worker that knows the first step alone."""
    name = called({"home": [FIRST]})
    with psycopg.connect(postgres_url, application_name=name, options="-c search_path=beside") as older:
        yield older


def version(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT version FROM schema_versions WHERE family = 'home'").fetchone()
    assert row is not None
    return row[0]


def test_an_older_program_goes_on_and_starts_again_beside_a_step_that_says_so(connection, older):
    migrate_postgres(connection, {"home": [FIRST, BESIDE]})
    older.execute("INSERT INTO notes (home_id, body) VALUES ('h', 'x')")
    migrate_postgres(connection, {"home": [FIRST]})
    assert version(connection) == 2


def test_any_other_step_is_not_taken_while_an_older_program_is_at_work(connection, older, monkeypatch):
    monkeypatch.setattr(migrate, "_GOING_S", 0.0)
    with pytest.raises(OthersAtWork):
        migrate_postgres(connection, {"home": [FIRST, SHUT]})
    assert version(connection) == 1
    older.execute("INSERT INTO notes (home_id, body) VALUES ('h', 'x')")
    older.close()
    migrate_postgres(connection, {"home": [FIRST, SHUT]})
    assert version(connection) == 2
    with pytest.raises(TooNew):
        migrate_postgres(connection, {"home": [FIRST]})


def test_a_program_of_the_same_version_is_in_nobodys_way(connection, postgres_url):
    steps = {"home": [FIRST, SHUT]}
    with psycopg.connect(postgres_url, application_name=called(steps)):
        migrate_postgres(connection, steps)
    assert version(connection) == 2


def test_a_table_that_is_in_use_is_let_go_of_and_tried_again(connection, older, monkeypatch):
    monkeypatch.setattr(migrate, "_LOCK_WAIT", "20ms")
    monkeypatch.setattr(migrate, "_PAUSE_S", 0.0)
    older.execute("SELECT * FROM notes")
    tries: list[int] = []

    def before() -> None:
        tries.append(1)
        if len(tries) == 2:
            older.rollback()

    migrate_postgres(connection, {"home": [FIRST, BESIDE]}, before)
    assert (len(tries), version(connection)) == (2, 2)


async def test_a_worker_that_was_cut_off_meanwhile_finds_out_before_it_touches_anything(
    postgres_url: str, tmp_path: Path
):
    storage = PostgresStorage(postgres_url, migrations.of, tmp_path, 2)
    try:
        await storage.add("h")
        newer, known = latest(migrations.of("home")) + 1, latest(migrations.of("home"))
        with psycopg.connect(postgres_url, autocommit=True) as hand:
            hand.execute("UPDATE schema_versions SET version = %s WHERE family = 'home'", (newer,))
            assert await storage.home("h").read(lambda db: db.one("SELECT 1")) == (1,)
            with pytest.raises(WaitsForUpgrade):
                await storage.home("h").copy(tmp_path / "h.db", lambda db: None)
            with pytest.raises(WaitsForUpgrade):
                await storage.drop("h")
            hand.execute("UPDATE schema_versions SET version = %s WHERE family = 'home since'", (newer,))
            hand.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'cozy home%'"
            )
            with pytest.raises(TooNew):
                await storage.home("h").read(lambda db: db.one("SELECT 1"))
            hand.execute("UPDATE schema_versions SET version = %s WHERE family LIKE 'home%%'", (known,))
    finally:
        await storage.close()
