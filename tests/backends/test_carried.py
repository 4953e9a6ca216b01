"""What is known to have changed in a file that is carried away is all that has changed in it."""

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor

import apsw
import pytest

from cozy.app import migrations
from cozy.backends.sqlite import SqliteStorage
from cozy.kernel.carrying import BLOCK
from cozy.kernel.db import Db
from cozy.kernel.ids import new_id


@pytest.fixture
async def storage(tmp_path):
    storage = SqliteStorage(tmp_path, migrations.of)
    yield storage
    await storage.close()


def _write(chance):
    """Some rows more, larger, or fewer."""

    def writing(db: Db) -> None:
        deed = chance.random()
        if deed < 0.6:
            db.run(
                "INSERT INTO things (data) VALUES (:data)", data=chance.randbytes(chance.randrange(40_000))
            )
        elif deed < 0.8:
            db.run(
                "UPDATE things SET data = :data WHERE id % 7 = :at", data=b"x" * 900, at=chance.randrange(7)
            )
        else:
            db.run("DELETE FROM things WHERE id % 5 = :at", at=chance.randrange(5))

    return writing


def _checkpoints(path, chance):
    """Another process that puts the log into the file, and begins it anew."""
    connection = apsw.Connection(str(path))
    try:
        connection.wal_checkpoint(
            "main", chance.choice([apsw.SQLITE_CHECKPOINT_PASSIVE, apsw.SQLITE_CHECKPOINT_RESTART])
        )
    except apsw.BusyError:
        pass
    finally:
        connection.close()


async def _read(leaving, copy, numbers):
    """These blocks, and what is at the end by now."""
    count = -(-await leaving.size() // BLOCK)
    for number in {*numbers, *range(max(len(copy) - 1, 0), count), count - 1}:
        copy[number] = await leaving.block(number)
    return count


@pytest.mark.parametrize("seed", range(6))
async def test_what_was_read_once_and_again_where_it_changed_is_the_file(storage, tmp_path, seed):
    chance = random.Random(seed)
    home_id = new_id()
    await storage.add(home_id)
    home, path = storage.home(home_id), tmp_path / "homes" / home_id / "home.db"
    await home.write(lambda db: db.run("CREATE TABLE things (id INTEGER PRIMARY KEY, data BLOB)"))
    is_over = asyncio.Event()

    async def change():
        while not is_over.is_set():
            await home.write(_write(chance))

    with ThreadPoolExecutor(1) as thread:
        async with asyncio.TaskGroup() as group, storage.leaving(home_id) as leaving:
            group.create_task(change())
            copy = {}
            await asyncio.sleep(0.05)
            await leaving.watch()
            await _read(leaving, copy, [])
            for _ in range(chance.randrange(1, 5)):
                await asyncio.sleep(chance.random() / 50)
                thread.submit(_checkpoints, path, chance)
                await _read(leaving, copy, await leaving.changed())
            async with leaving.held() as changed:
                count = await _read(leaving, copy, changed)
                whole = {number: await leaving.block(number) for number in range(count)}
            is_over.set()
    assert {number: copy[number] for number in range(count)} == whole


async def test_a_home_is_held_while_another_one_puts_its_log_into_the_file(storage, tmp_path):
    home_id = new_id()
    await storage.add(home_id)
    home, path = storage.home(home_id), tmp_path / "homes" / home_id / "home.db"
    await home.write(lambda db: db.run("CREATE TABLE things (id INTEGER PRIMARY KEY, data BLOB)"))
    reader, other = apsw.Connection(str(path)), apsw.Connection(str(path))
    reader.execute("BEGIN")
    for each in (reader, other):
        each.execute("SELECT count(*) FROM things").fetchall()
    await home.write(lambda db: db.run("INSERT INTO things (data) VALUES ('a')"))
    other.set_busy_timeout(1000)  # it waits for the reader, and nobody else may do the same meanwhile
    with ThreadPoolExecutor(1) as thread:
        storing = thread.submit(other.wal_checkpoint, "main", apsw.SQLITE_CHECKPOINT_FULL)
        await asyncio.sleep(0.1)
        asyncio.get_running_loop().call_later(0.5, reader.close)
        async with storage.leaving(home_id) as leaving, leaving.held():
            pass
        storing.result()
    other.close()
