"""What a home's database promises: durable, in order, all or nothing, each write for itself."""

import asyncio
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from psycopg.errors import ReadOnlySqlTransaction

from cozy.app.house import storage_of
from cozy.kernel.db import Database, Db, Storage, Taken
from cozy.kernel.problem import Unavailable
from cozy.kernel.settings import Settings

from .conftest import HOME


def add(name: str, value: int = 1):
    def fn(db: Db) -> str:
        db.run("INSERT INTO counters (home_id, name, value) VALUES (:home, :name, :value)",
               home=HOME, name=name, value=value)  # fmt: skip
        return name

    return fn


def names(db: Db) -> list[str]:
    sql = "SELECT name FROM counters WHERE home_id = :home AND name <> 'seq' ORDER BY name"
    return [name for (name,) in db.all(sql, home=HOME)]


def count(db: Db) -> int:
    row = db.one(
        """INSERT INTO counters (home_id, name, value) VALUES (:home, 'n', 1)
           ON CONFLICT (home_id, name) DO UPDATE SET value = counters.value + 1 RETURNING value""",
        home=HOME,
    )
    assert row is not None
    return int(row[0])


async def test_a_write_is_there_for_the_next_read(database: Database):
    assert await database.write(add("a")) == "a"
    assert await database.read(names) == ["a"]
    assert await database.scan(names) == ["a"]


async def test_a_write_survives_closing_and_opening(
    tmp_path: Path, storage: Storage, database: Database, postgres
):
    await database.write(add("a"))
    again = storage_of(Settings(postgres=postgres), tmp_path)
    assert await again.home(HOME).read(names) == ["a"]
    await again.close()


async def test_an_exception_undoes_only_its_own_writes(database: Database):
    def failing(db: Db) -> None:
        add("b")(db)
        raise ZeroDivisionError

    outcomes = await asyncio.gather(
        database.write(add("a")), database.write(failing), database.write(add("c")), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [str, ZeroDivisionError, str]
    assert await database.read(names) == ["a", "c"]


async def test_a_refused_write_does_not_disturb_its_neighbours(database: Database):
    outcomes = await asyncio.gather(
        *(database.write(add(name)) for name in ("a", "a", "b")), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [str, Taken, str]
    assert await database.read(names) == ["a", "b"]


async def test_a_read_cannot_leave_anything_behind(database: Database):
    with suppress(ReadOnlySqlTransaction):
        await database.read(add("a"))
    assert await database.read(names) == []


async def test_a_thousand_writers_at_once_all_count(database: Database):
    results = await asyncio.gather(*(database.write(count) for _ in range(1000)))
    assert results == list(range(1, 1001))


async def test_two_programs_take_turns_in_a_home(
    tmp_path: Path, storage: Storage, database: Database, postgres
):
    other = storage_of(Settings(postgres=postgres), tmp_path)
    here = [database.write(count) for _ in range(200)]
    there = [other.home(HOME).write(count) for _ in range(200)]
    results = await asyncio.gather(*here, *there)
    assert sorted(results) == list(range(1, 401))
    await other.close()


async def test_what_a_write_has_read_stays_true_until_it_has_written(
    tmp_path: Path, storage: Storage, database: Database, postgres
):
    def if_empty(name: str):
        def fn(db: Db) -> bool:
            return not names(db) and bool(add(name)(db))

        return fn

    other = storage_of(Settings(postgres=postgres), tmp_path)
    won = await asyncio.gather(
        *(
            each.write(if_empty(f"{i}-{who}"))
            for i in range(20)
            for who, each in enumerate((database, other.home(HOME)))
        )
    )
    assert sum(won) == 1
    await other.close()


async def test_a_caller_who_gives_up_leaves_no_half_write_and_holds_nobody_up(database: Database):
    busy = threading.Event()

    def slow(db: Db) -> None:
        add("slow")(db)
        busy.wait(10)

    first = asyncio.create_task(database.write(slow))
    await asyncio.sleep(0.05)
    waiting = asyncio.create_task(database.write(add("given up")))
    last = asyncio.create_task(database.write(add("last")))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await asyncio.sleep(0)
    busy.set()
    await asyncio.gather(first, last)
    assert waiting.cancelled()
    assert await database.read(names) == ["last", "slow"]


async def test_a_caller_who_gives_up_during_the_write_does_not_undo_it(database: Database):
    started, go_on = threading.Event(), threading.Event()

    def slow(db: Db) -> None:
        add("slow")(db)
        started.set()
        go_on.wait(10)

    task = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(started.wait, 10)
    task.cancel()
    go_on.set()
    await asyncio.gather(task, return_exceptions=True)
    await database.write(add("next"))
    assert await database.read(names) == ["next", "slow"]


async def test_a_scan_sees_one_moment_while_others_write(database: Database):
    await database.write(add("a"))
    seen_once, go_on = threading.Event(), threading.Event()

    def twice(db: Db) -> tuple[list[str], list[str]]:
        first = names(db)
        seen_once.set()
        go_on.wait(10)
        return first, names(db)

    scan = asyncio.create_task(database.scan(twice))
    await asyncio.to_thread(seen_once.wait, 10)
    await database.write(add("b"))
    go_on.set()
    assert await scan == (["a"], ["a"])
    assert await database.scan(names) == ["a", "b"]


async def test_a_storage_that_is_closed_says_so(tmp_path: Path, postgres):
    storage = storage_of(Settings(postgres=postgres), tmp_path)
    await storage.close()
    with pytest.raises(Unavailable):
        await storage.host.write(lambda db: None)
