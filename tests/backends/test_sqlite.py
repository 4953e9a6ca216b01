"""What only SQLite can do wrong: a full disk, files that other hands touch, too many of them open."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest

from cozy.app import migrations
from cozy.backends.sqlite import SqliteDatabase, SqliteStorage, connect
from cozy.kernel.db import Db
from cozy.kernel.problem import OutOfSpace, Unavailable

HOME = "home-1"


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[SqliteStorage]:
    storage = SqliteStorage(tmp_path, migrations.of, open_homes=4)
    await storage.add(HOME)
    yield storage
    await storage.close()


def add(name: str, size: int = 10):
    def fn(db: Db) -> None:
        db.run("INSERT INTO secrets (home_id, name, value) VALUES (:home, :name, :value)",
               home=HOME, name=name, value=b"x" * size)  # fmt: skip

    return fn


def names(db: Db) -> list[str]:
    return [
        name for (name,) in db.all("SELECT name FROM secrets WHERE home_id = :home ORDER BY name", home=HOME)
    ]


def limit(database: SqliteDatabase, pages: int) -> None:
    """Let the file grow to so many pages and no further: SQLite's own way to a full disk."""
    assert database._writer is not None
    row = next(database._writer.execute("PRAGMA page_count"))
    database._writer.execute(f"PRAGMA max_page_count={row[0] + pages}")


async def test_homes_are_made_alike_and_their_steps_are_gone_through_once(
    storage: SqliteStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("cozy.backends.sqlite.migrate_sqlite", lambda *_: pytest.fail("once is enough"))
    await storage.add("home-2")
    made, again = (connect(tmp_path / "homes" / name / "home.db") for name in (HOME, "home-2"))
    asked = ("PRAGMA journal_mode", "PRAGMA user_version", "SELECT sql FROM sqlite_schema")
    assert [list(made.execute(sql)) for sql in asked] == [list(again.execute(sql)) for sql in asked]
    assert next(again.execute("PRAGMA journal_mode")) == ("wal",)
    made.close()
    again.close()


async def test_a_write_that_finds_the_disk_full_says_so_and_its_neighbours_are_stored(storage: SqliteStorage):
    home = storage.home(HOME)
    await home.write(add("before"))
    limit(home, 20)
    outcomes = await asyncio.gather(
        home.write(add("small 1")), home.write(add("large", 1_000_000)), home.write(add("small 2")),
        return_exceptions=True,
    )  # fmt: skip
    assert [type(outcome) for outcome in outcomes] == [type(None), OutOfSpace, type(None)]
    assert await home.read(names) == ["before", "small 1", "small 2"]


async def test_a_home_works_again_when_there_is_space_again(storage: SqliteStorage):
    home = storage.home(HOME)
    await home.write(add("before"))
    limit(home, 0)
    with pytest.raises(OutOfSpace):
        await home.write(add("large", 1_000_000))
    limit(home, 10_000)
    await home.write(add("large", 1_000_000))
    assert await home.read(names) == ["before", "large"]


async def test_a_home_that_another_program_holds_answers_that_it_is_busy(
    storage: SqliteStorage, tmp_path: Path
):
    home = storage.home(HOME)
    await home.write(add("before"))
    assert home._writer is not None
    home._writer.set_busy_timeout(50)
    other = connect(tmp_path / "homes" / HOME / "home.db")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        await home.write(add("refused"))
    assert await home.read(names) == ["before"]
    other.execute("ROLLBACK")
    other.close()
    await home.write(add("stored"))
    assert await home.read(names) == ["before", "stored"]


async def test_a_damaged_file_is_reported_and_touches_no_other_home(storage: SqliteStorage, tmp_path: Path):
    await storage.add("home-2")
    await storage.home(HOME).write(add("large", 100_000))
    await storage.close()
    path = tmp_path / "homes" / HOME / "home.db"
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(os.urandom(20_000))
    again = SqliteStorage(tmp_path, migrations.of)
    assert await again.home(HOME).damages() != []
    assert await again.home("home-2").damages() == []
    await again.close()


async def test_a_home_of_a_missing_file_is_unavailable_and_nothing_is_made_in_its_place(
    storage, tmp_path: Path
):
    for use in (storage.home("nobody").read(names), storage.home("nobody").scan(names)):
        with pytest.raises(Unavailable):
            await use
    assert not (tmp_path / "homes" / "nobody").exists()


async def test_few_files_stay_open_however_many_homes_are_used(storage: SqliteStorage):
    before = len(os.listdir("/proc/self/fd"))
    for i in range(30):
        await storage.add(f"home-{i:03}-x")
        await storage.home(f"home-{i:03}-x").read(lambda db: db.one("SELECT 1"))
    await storage.home(HOME).scan(lambda db: None)
    assert len(os.listdir("/proc/self/fd")) - before < 4 * 5 + 8


async def test_closing_lets_go_of_every_file(storage: SqliteStorage, tmp_path: Path):
    await asyncio.gather(
        *(storage.home(HOME).scan(names) for _ in range(4)), storage.home(HOME).write(add("a"))
    )
    await storage.close()
    open_files = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if _is_link(fd)]
    assert [file for file in open_files if file.startswith(str(tmp_path))] == []


def _is_link(fd: str) -> bool:
    return os.path.lexists(f"/proc/self/fd/{fd}")


async def test_every_commit_is_synced_and_logged_ahead(storage: SqliteStorage):
    home = storage.home(HOME)
    await home.write(add("a"))
    assert home._writer is not None
    settings = [next(home._writer.execute(f"PRAGMA {name}"))[0] for name in ("journal_mode", "synchronous")]
    assert settings == ["wal", 2]


async def test_a_scan_goes_on_while_its_home_is_pushed_out_by_others(storage: SqliteStorage):
    for name in range(50):
        await storage.home(HOME).write(add(f"{name:02}"))
    started, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slowly(db: Db) -> int:
        rows = db.each("SELECT name FROM secrets WHERE home_id = :home", home=HOME)
        next(rows)
        loop.call_soon_threadsafe(started.set)
        go_on.wait(10)
        return 1 + sum(1 for _ in rows)

    scan = asyncio.create_task(storage.home(HOME).scan(slowly))
    await started.wait()
    for i in range(10):
        await storage.add(f"other-{i}")
        await storage.home(f"other-{i}").read(lambda db: None)
    go_on.set()
    assert await scan == 50


def test_an_error_of_sqlite_that_is_none_of_ours_stays_itself(tmp_path: Path):
    with pytest.raises(apsw.CantOpenError):
        connect(tmp_path / "none.db")
