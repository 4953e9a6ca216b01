"""What only a server can do to its clients: hang up, let two collide, sort otherwise, not be there."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from cozy.app import migrations
from cozy.backends.postgres import PostgresDb, PostgresStorage, translated
from cozy.kernel.db import Db
from cozy.kernel.problem import Invalid, OutOfSpace, Unavailable

pytestmark = pytest.mark.postgres
HOME = "home-1"


@pytest.fixture
async def storage(postgres_url: str, tmp_path: Path) -> AsyncIterator[PostgresStorage]:
    storage = PostgresStorage(postgres_url, migrations.of, tmp_path)
    await storage.add(HOME)
    yield storage
    await storage.drop(HOME)
    await storage.close()


def note(db: Db) -> None:
    db.run(
        """INSERT INTO counters (home_id, name, value) VALUES (:home, 'notes', 1)
           ON CONFLICT (home_id, name) DO UPDATE SET value = counters.value + 1""",
        home=HOME,
    )


def notes(db: Db) -> int:
    row = db.one("SELECT value FROM counters WHERE home_id = :home AND name = 'notes'", home=HOME)
    return int(row[0]) if row else 0


def hang_up(db: Db, url: str) -> None:
    """Let the server end this very connection."""
    row = db.one("SELECT pg_backend_pid()")
    assert row is not None
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (row[0],))


async def test_what_is_packed_opens_quickly(storage: PostgresStorage):
    found = await storage.home(HOME).read(
        lambda db: db.one(
            "SELECT setting, enumvals FROM pg_settings WHERE name = 'default_toast_compression' AND :home <> ''",
            home=HOME,
        )
    )
    assert found is None or found[0] == "lz4" or "lz4" not in found[1]


async def test_a_write_whose_connection_is_lost_is_done_again_and_once(
    storage: PostgresStorage, postgres_url: str
):
    tries = []

    def fn(db: Db) -> None:
        tries.append(1)
        note(db)
        if len(tries) == 1:
            hang_up(db, postgres_url)
        db.one("SELECT 1")

    await storage.home(HOME).write(fn)
    assert (len(tries), await storage.home(HOME).read(notes)) == (2, 1)


async def test_a_server_that_keeps_hanging_up_is_unavailable_and_nothing_is_written(
    storage, postgres_url: str
):
    def fn(db: Db) -> None:
        note(db)
        hang_up(db, postgres_url)
        db.one("SELECT 1")

    with pytest.raises(Unavailable):
        await storage.home(HOME).write(fn)
    assert await storage.home(HOME).read(notes) == 0


@pytest.mark.parametrize("code", ["40001", "40P01"])
async def test_a_write_that_another_came_between_is_done_again(storage: PostgresStorage, code: str):
    tries = []

    def fn(db: Db) -> None:
        tries.append(1)
        note(db)
        if len(tries) < 3:
            raise_in_server(db, code)

    await storage.home(HOME).write(fn)
    assert (len(tries), await storage.home(HOME).read(notes)) == (3, 1)


def raise_in_server(db: Db, code: str) -> None:
    """Let the server raise an error of its own."""
    assert isinstance(db, PostgresDb)
    db._connection.execute(f"DO $$ BEGIN RAISE EXCEPTION 'planted' USING ERRCODE = '{code}'; END $$".encode())


async def test_a_full_disk_of_the_server_is_a_full_disk(storage: PostgresStorage):
    with pytest.raises(OutOfSpace):
        await storage.home(HOME).write(lambda db: raise_in_server(db, "53100"))


async def test_a_character_that_the_server_cannot_store_is_refused(storage: PostgresStorage):
    def fn(db: Db) -> None:
        db.run("INSERT INTO counters (home_id, name, value) VALUES (:home, :name, 1)", home=HOME, name="a\0b")

    with pytest.raises(Invalid):
        await storage.home(HOME).write(fn)


async def test_a_refusal_in_a_write_leaves_the_connection_fit_for_the_next(storage: PostgresStorage):
    for _ in range(30):
        with pytest.raises(psycopg.errors.UndefinedTable):
            await storage.home(HOME).write(lambda db: db.run("DELETE FROM nowhere"))
        with pytest.raises(psycopg.errors.UndefinedTable):
            await storage.home(HOME).read(lambda db: db.one("SELECT * FROM nowhere"))
    await storage.home(HOME).write(note)
    assert await storage.home(HOME).read(notes) == 1


async def test_each_keeps_no_rows_in_memory_and_leaves_no_cursor(storage: PostgresStorage):
    def fn(db: Db) -> int:
        rows = db.each("SELECT i FROM generate_series(1, 2000000) AS i")
        first = next(rows)[0]
        rows.close()  # type: ignore[attr-defined]
        cursors = db.one("SELECT COUNT(*) FROM pg_cursors")
        assert cursors is not None
        return int(first) + int(cursors[0])

    assert await storage.home(HOME).scan(fn) == 1


def test_a_database_that_sorts_otherwise_is_refused(postgres_url: str, tmp_path):
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    try:
        with pytest.raises(Unavailable, match="UTF8"):
            PostgresStorage(postgres_url.replace("dbname=postgres", "dbname=latin"), migrations.of, tmp_path)
    finally:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("DROP DATABASE latin WITH (FORCE)")


def test_a_server_that_is_not_there_is_unavailable(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setattr("cozy.backends.postgres._CONNECT_S", 0.3)
    with pytest.raises(Unavailable, match="postgres"):
        PostgresStorage(f"host={tmp_path} dbname=none", migrations.of, tmp_path)


def test_statements_are_translated():
    assert (
        translated("a = :a AND b LIKE '%:c' AND d % 2 = :e_1")
        == b"a = %(a)s AND b LIKE '%%:c' AND d %% 2 = %(e_1)s"
    )


async def test_a_statement_that_takes_too_long_is_ended_and_unavailable(storage: PostgresStorage):
    def limits(db: Db) -> list[object]:
        names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
        return [(db.one(f"SHOW {name}") or ("",))[0] for name in names]

    def slow(db: Db) -> None:
        note(db)
        db.run("SET LOCAL statement_timeout = '20ms'")
        db.one("SELECT pg_sleep(30)")

    assert await storage.home(HOME).read(limits) == ["15s", "5min", "5min"]
    with pytest.raises(Unavailable):
        await storage.home(HOME).write(slow)
    assert await storage.home(HOME).read(notes) == 0


async def test_a_process_opens_no_more_connections_than_it_may(postgres_url: str, tmp_path: Path):
    storage = PostgresStorage(postgres_url, migrations.of, tmp_path, 2)
    try:
        await asyncio.gather(
            *(storage.host.read(lambda db: db.one("SELECT pg_sleep(0.05)")) for _ in range(8))
        )
        assert storage.figures()["pool_size"] <= 2
    finally:
        await storage.close()
