"""Telling the owner in time that the home fills up."""

import pytest
from msgspec.structs import replace

from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.jobs import DayPassed
from cozy.rooms.files import jobs
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import OverQuota
from cozy.rooms.notifications import service as notifications


def add(work, name, size):
    return files.create_file(
        work, files.ROOT, name, inline_content(name.encode() + b"x" * (size - len(name))), "", quota=100
    )


def told(work):
    return [(each.title, each.data["used"]) for each in notifications.listed(work) if not each.read_at]


def test_the_file_that_fills_nine_tenths_is_told_of_and_no_other(work):
    add(work, "a", 89)
    assert told(work) == []
    last = add(work, "b", 2)
    assert told(work) == [("Your home is almost full", 91)]
    add(work, "c", 2)
    files.overwrite(work, last.id, inline_content(b"abc"), "", quota=100)
    assert len(notifications.listed(work)) == 1


def test_what_does_not_fit_is_no_news(work):
    with pytest.raises(OverQuota), work.attempt():
        add(work, "a", 101)
    assert told(work) == []


async def test_the_chore_notices_that_there_is_room_again(house, home, clock):
    home = replace(home, quota=100)
    big = await house.write(home, SYSTEM, add, "a", 95)
    assert len(await house.read(home, SYSTEM, told)) == 1
    await house.write(home, SYSTEM, files.trash, big.id)
    await house.write(home, SYSTEM, files.empty_trash)
    await jobs.watch_space.run(house, home, DayPassed())
    assert await house.read(home, SYSTEM, told) == []
    clock.advance(days=8)
    await house.write(home, SYSTEM, add, "b", 95)
    assert len(await house.read(home, SYSTEM, told)) == 1


async def test_where_only_the_disk_limits_a_home_the_disk_counts(house, home, monkeypatch):
    monkeypatch.setattr(
        "shutil.disk_usage", lambda path: type("Disk", (), {"used": 95, "free": 5, "total": 120})()
    )
    await jobs.watch_space.run(house, home, DayPassed())
    assert await house.read(home, SYSTEM, told) == [("Your home is almost full", 95)]
