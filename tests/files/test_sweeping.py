"""The daily chores of files: what a crash left goes, what anybody needs stays."""

import os
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import BadAge
from tests.conftest import OWNER, Clock

BIG = os.urandom(100_000)


async def once(data: bytes) -> AsyncIterator[bytes]:
    yield data


def age(house: House, home: Home, hours: float) -> None:
    """Let every byte on the disk be that old."""
    for path in (Path(house.settings.data) / "homes" / home.id).rglob("*"):
        if path.is_file() and path.suffix not in {".db", ".db-wal", ".db-shm"}:
            os.utime(path, (time.time() - hours * 3600,) * 2)


def stored(house: House, home: Home) -> set[str | None]:
    return {blob.key for blob in (*house.blobs.stored(home.id), *house.blobs.unfinished(home.id))}


@pytest.mark.on_disk
async def test_bytes_that_nobody_names_go_after_a_day_and_others_stay(house: House, home: Home):
    named = await house.blobs.put(home.id, once(BIG))
    await house.write(home, OWNER, files.create_file, files.ROOT, "named", named, "")
    left = await house.blobs.put(home.id, once(BIG))
    await house.blobs.begin(home.id, "left")
    assert stored(house, home) == {named.blob, left.blob, "left"}
    age(house, home, 23)
    assert await files.sweep_contents(house, home) == 0
    age(house, home, 25)
    assert await files.sweep_contents(house, home) == 2
    assert stored(house, home) == {named.blob}
    assert await files.sweep_contents(house, home) == 0


async def test_an_upload_under_way_keeps_its_bytes_however_old_also_at_its_very_end(house: House, home: Home):
    def begin(work: Work) -> None:
        for id_ in ("sending", "ending"):
            work.db.run(
                """INSERT INTO uploads (home_id, id, size, details, expires_at)
                   VALUES (:home, :id, 100000, '{}', '2027')""",
                home=work.home, id=id_,
            )  # fmt: skip

    await house.write(home, OWNER, begin)
    for id_ in ("sending", "ending"):
        await house.blobs.begin(home.id, id_)
        await house.blobs.append(home.id, id_, 0, once(BIG), len(BIG))
    ended = await house.blobs.finish(home.id, "ending")
    age(house, home, 1000)
    assert await files.sweep_contents(house, home) == 0
    assert stored(house, home) == {"sending", ended.blob}


@pytest.mark.parametrize(("days", "left"), [(29, 1), (31, 0)])
async def test_the_bin_empties_itself_after_the_days_that_were_set(
    house: House, home: Home, clock: Clock, days, left
):
    content = await house.blobs.put(home.id, once(BIG))

    def trash(work: Work) -> None:
        folder = files.create_folder(work, files.ROOT, "folder")
        files.create_file(work, folder.id, "inside", content, "")
        files.trash(work, folder.id)

    await house.write(home, OWNER, trash)
    clock.advance(days=days)
    assert await files.empty_old_trash(house, home) == 1 - left
    assert len(await house.read(home, OWNER, files.children, files.TRASH)) == left
    assert len(stored(house, home)) == left


async def test_the_bin_keeps_everything_where_no_days_are_set(house: House, home: Home, clock: Clock):
    folder = await house.write(home, OWNER, files.create_folder, files.ROOT, "folder")
    await house.write(home, OWNER, files.trash, folder.id)
    clock.advance(days=4000)
    for_ever = replace(house, settings=msgspec.structs.replace(house.settings, trash_days=0))
    assert await files.empty_old_trash(for_ever, home) == 0


async def test_the_bin_keeps_things_for_as_long_as_its_owner_chose(house, home, clock):
    kept = await house.write(home, OWNER, files.create_folder, files.ROOT, "kept")
    await house.write(home, OWNER, files.trash, kept.id)
    await house.write(home, OWNER, files.choose_bin_days, 90)
    clock.advance(days=60)
    assert await files.empty_old_trash(house, home) == 0
    await house.write(home, OWNER, files.choose_bin_days, 7)
    assert await files.empty_old_trash(house, home) == 1


async def test_a_bin_that_keeps_for_ever_lets_go_of_nothing(house, home, clock):
    kept = await house.write(home, OWNER, files.create_folder, files.ROOT, "kept")
    await house.write(home, OWNER, files.trash, kept.id)
    await house.write(home, OWNER, files.choose_bin_days, 0)
    clock.advance(days=4000)
    assert await files.empty_old_trash(house, home) == 0


async def test_an_age_that_is_not_offered_is_refused(house, home):
    with pytest.raises(BadAge):
        await house.write(home, OWNER, files.choose_bin_days, -1)
