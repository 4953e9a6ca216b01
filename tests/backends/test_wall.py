"""The second wall between homes: a statement that forgets whose it is finds nothing of anybody else's."""

from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from cozy.app import migrations
from cozy.backends.postgres import PostgresStorage
from cozy.kernel.db import Db

pytestmark = pytest.mark.postgres
HOMES = ("home-1", "home-2")


@pytest.fixture
async def storage(postgres_url: str, tmp_path: Path) -> AsyncIterator[PostgresStorage]:
    """Two homes with a note each."""
    storage = PostgresStorage(postgres_url, migrations.of, tmp_path)
    for home_id in HOMES:
        await storage.add(home_id)
        await storage.home(home_id).write(lambda db, home_id=home_id: noted(db, home_id))
    yield storage
    for home_id in HOMES:
        await storage.drop(home_id)
    await storage.close()


def noted(db: Db, home_id: str) -> int:
    return db.run(
        """INSERT INTO counters (home_id, name, value) VALUES (:home, 'note', 1)
           ON CONFLICT (home_id, name) DO UPDATE SET value = counters.value + 1""",
        home=home_id,
    )


def notes(db: Db) -> list[tuple[str, int]]:
    """A forgetful statement."""
    return [tuple(row) for row in db.all("SELECT home_id, value FROM counters WHERE name = 'note'")]


async def test_a_forgetful_read_finds_its_own_home_alone(storage: PostgresStorage):
    for home_id in HOMES:
        assert await storage.home(home_id).read(notes) == [(home_id, 1)]
        assert await storage.home(home_id).scan(notes) == [(home_id, 1)]


async def test_a_read_of_another_home_finds_nothing(storage: PostgresStorage):
    def fn(db: Db) -> object:
        return db.one("SELECT value FROM counters WHERE home_id = :home", home="home-2")

    assert await storage.home("home-1").read(fn) is None


async def test_a_forgetful_change_changes_its_own_home_alone(storage: PostgresStorage):
    def raised(db: Db) -> int:
        return db.run("UPDATE counters SET value = 7 WHERE name = 'note'")

    def removed(db: Db) -> int:
        return db.run("DELETE FROM counters WHERE name = 'note'")

    assert await storage.home("home-1").write(raised) == 1
    assert await storage.home("home-2").read(notes) == [("home-2", 1)]
    assert await storage.home("home-1").write(removed) == 1
    assert await storage.home("home-2").read(notes) == [("home-2", 1)]


async def test_nothing_is_written_into_another_home(storage: PostgresStorage):
    def added(db: Db) -> int:
        return db.run("INSERT INTO counters (home_id, name, value) VALUES (:home, 'more', 1)", home="home-2")

    def given_away(db: Db) -> int:
        return db.run("UPDATE counters SET home_id = 'home-2', name = 'gift' WHERE name = 'note'")

    for fn in (added, given_away, lambda db: noted(db, "home-2")):
        with pytest.raises(psycopg.errors.WithCheckOptionViolation):
            await storage.home("home-1").write(fn)
    assert await storage.home("home-2").read(notes) == [("home-2", 1)]


async def test_the_wall_is_gone_from_a_connection_with_its_transaction(storage: PostgresStorage):
    for turn in range(40):  # more than there are connections
        home_id = HOMES[turn % 2]
        assert await storage.home(home_id).read(notes) == [(home_id, 1)]
        assert sorted(await storage.host.read(notes)) == [(each, 1) for each in HOMES]


async def test_every_table_of_homes_is_behind_the_wall(storage: PostgresStorage, postgres_url: str):
    def behind(db: Db) -> set[str]:
        rows = db.all(
            "SELECT table_name FROM information_schema.views WHERE table_schema = 'public_of_a_home'"
        )
        return {row[0] for row in rows}

    def known(db: Db) -> set[str]:
        rows = db.all(
            """SELECT table_name FROM information_schema.columns
                WHERE table_schema = 'public' AND column_name = 'home_id'"""
        )
        return {row[0] for row in rows}

    of_host = {"arrivals", "departures", "moves"}
    assert await storage.host.read(known) - await storage.host.read(behind) <= of_host
    assert {"documents", "contents", "counters", "sessions", "jobs"} <= await storage.host.read(behind)


async def test_an_index_that_an_app_asks_for_is_of_the_table(storage: PostgresStorage):
    def made(db: Db) -> list[tuple[str, int]]:
        db.run("CREATE INDEX IF NOT EXISTS asked_for ON documents (home_id, (body->>'kind'), id)")
        return notes(db)

    def there(db: Db) -> object:
        return db.one("SELECT tablename FROM pg_indexes WHERE indexname = 'asked_for'")

    assert await storage.home("home-1").write(made) == [("home-1", 1)]
    assert await storage.host.read(there) == ("documents",)
    await storage.home("home-1").write(lambda db: db.run("DROP INDEX asked_for"))


async def test_a_wall_that_is_behind_the_tables_is_built_anew(
    storage: PostgresStorage, postgres_url: str, tmp_path: Path
):
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP VIEW public_of_a_home.sessions, public_of_a_home.counters")
        connection.execute(
            "CREATE VIEW public_of_a_home.counters AS SELECT home_id, name, value, 1 AS more FROM counters"
        )
    again = PostgresStorage(postgres_url, migrations.of, tmp_path)
    try:
        assert await again.home("home-1").read(notes) == [("home-1", 1)]
        assert await again.home("home-1").read(lambda db: db.all("SELECT * FROM sessions")) == []
    finally:
        await again.close()
