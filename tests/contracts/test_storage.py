"""What the storage of a host promises about its homes."""

import asyncio
from pathlib import Path

import pytest

from cozy.app.house import storage_of
from cozy.kernel.carrying import NoHomeFile
from cozy.kernel.db import Db, Storage
from cozy.kernel.problem import Unavailable
from cozy.kernel.settings import Settings


def note(home_id: str, value: int = 1):
    return lambda db: db.run(
        """INSERT INTO counters (home_id, name, value) VALUES (:home, 'note', :value)
           ON CONFLICT (home_id, name) DO UPDATE SET value = excluded.value""",
        home=home_id, value=value,
    )  # fmt: skip


def noted(home_id: str):
    def fn(db: Db) -> int | None:
        row = db.one("SELECT value FROM counters WHERE home_id = :home AND name = 'note'", home=home_id)
        return int(row[0]) if row else None

    return fn


async def test_homes_that_were_added_are_there(storage: Storage):
    for home_id in ("b", "a"):
        await storage.add(home_id)
        await storage.home(home_id).write(note(home_id))
    assert await storage.homes() == ["a", "b"]


async def test_a_dropped_home_is_gone_and_its_neighbour_is_not(storage: Storage):
    for home_id in ("a", "b"):
        await storage.add(home_id)
        await storage.home(home_id).write(note(home_id))
    await storage.drop("a")
    assert await storage.homes() == ["b"]
    assert await storage.home("b").read(noted("b")) == 1
    with pytest.raises(Unavailable):
        await storage.home("a").write(note("a"))


async def test_a_home_that_is_not_here_cannot_be_written(storage: Storage):
    with pytest.raises(Unavailable):
        await storage.home("nobody").write(note("nobody"))
    assert await storage.homes() == []


async def test_a_home_is_dropped_after_its_writers_have_finished(storage: Storage):
    await storage.add("a")
    writes = [asyncio.create_task(storage.home("a").write(note("a", i))) for i in range(50)]
    await asyncio.sleep(0)
    await storage.drop("a")
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert all(outcome == 1 or isinstance(outcome, Unavailable) for outcome in outcomes)
    assert await storage.homes() == []


async def test_a_name_can_be_added_again_after_it_was_dropped(storage: Storage):
    for value in (1, 2):
        await storage.add("a")
        await storage.home("a").write(note("a", value))
        assert await storage.home("a").read(noted("a")) == value
        await storage.drop("a")


async def test_homes_answer_side_by_side(storage: Storage):
    ids = [f"home-{i:03}" for i in range(20)]
    for home_id in ids:
        await storage.add(home_id)
    await asyncio.gather(*(storage.home(home_id).write(note(home_id, i)) for i, home_id in enumerate(ids)))
    assert [await storage.home(home_id).read(noted(home_id)) for home_id in ids] == list(range(20))


async def test_programs_may_start_at_once(tmp_path: Path, postgres):
    def start():
        return storage_of(Settings(postgres=postgres), tmp_path)

    started = await asyncio.gather(*(asyncio.to_thread(start) for _ in range(4)))
    for storage in started:
        assert await storage.homes() == []
        await storage.close()


async def test_a_healthy_home_has_no_damages(storage: Storage):
    await storage.add("a")
    assert await storage.home("a").damages() == []
    assert await storage.host.damages() == []


async def test_a_copy_is_of_one_moment_and_can_be_adopted(storage: Storage, tmp_path: Path):
    for home_id in ("a", "b"):
        await storage.add(home_id)
    await storage.home("a").write(note("a", 1))
    assert await storage.home("a").copy(tmp_path / "copy", noted("a")) == 1
    await storage.home("a").write(note("a", 2))
    await storage.adopt("a", tmp_path / "copy")
    assert await storage.home("a").read(noted("a")) == 1


async def test_what_is_no_home_is_not_adopted(storage: Storage, tmp_path: Path):
    (tmp_path / "copy").write_bytes(b"no database")
    with pytest.raises(NoHomeFile):
        await storage.adopt("a", tmp_path / "copy")
    assert await storage.homes() == []
