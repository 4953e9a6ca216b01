"""The disk shows what the home holds, whatever happens to either."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE

import pytest

from cozy.app.configuration import load
from cozy.app.house import home_of, opened
from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.house import House
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from cozy.rooms.live_folder import jobs, service
from cozy.rooms.live_folder.errors import IsOff, NotEmpty, NotHere, OnAlready, WithinOurs
from cozy.rooms.live_folder.service import bringing
from tests.live_folder.living import big, bring, held, live, shown
from tests.program import environment, make_home

OLD = files.Details(
    created_at="2001-02-03T04:05:06Z",
    updated_at="2002-03-04T05:06:07Z",
    executable=True,
    dates_are_final=True,
)


async def make(house, home, name, content, inside=files.ROOT, details=files.Details()):
    return await house.write(home, SYSTEM, files.create_file, inside, name, content, "", details)


async def folder(house, home, name, inside=files.ROOT):
    return await house.write(home, SYSTEM, files.create_folder, inside, name)


async def change(house, home, id_, **members):
    return await house.write(home, SYSTEM, files.change, id_, files.Change(**members))


async def test_files_are_files_with_their_dates_that_nobody_can_write_to(house, home, base):
    await make(house, home, "small.txt", inline_content(b"hello"), details=OLD)
    await make(house, home, "big.bin", await big(house, home, b"much"), details=OLD)
    await bring(house, home)
    for name in ("small.txt", "big.bin"):
        status = (base / "Files" / name).stat()
        assert datetime.fromtimestamp(status.st_mtime, UTC).year == 2002
        assert status.st_mode & 0o777 == 0o555
    assert (base / "Files").stat().st_mode & 0o222 == 0
    assert (base / "Files" / "small.txt").read_bytes() == b"hello"


@pytest.mark.on_disk
async def test_a_large_content_is_on_the_disk_once(house, home, base, settings):
    content = await big(house, home, b"much")
    await make(house, home, "big.bin", content)
    await bring(house, home)
    (blob,) = (Path(settings.data) / "homes" / home.id / "contents").glob(f"*/{content.blob}")
    target = base / "Files" / "big.bin"
    assert target.samefile(blob) or target.stat().st_nlink == 1  # a link, or a clone where the disk can


async def test_one_that_is_turned_on_while_somebody_looks_whether_it_is_stays_on(
    house, home, tmp_path, monkeypatch
):
    """The worker read that there is none, then the command turned it on, and then the worker forgot what was shown."""
    base = tmp_path / "late"

    async def late(house, home):
        place = await service.place_of(house, home)
        monkeypatch.undo()
        await service.turn_on(house, home, base)
        return place

    monkeypatch.setattr(bringing, "place_of", late)
    await service.catch_up(house, home)
    await make(house, home, "a.txt", inline_content(b"a"))
    await bring(house, home)
    assert (base / "Files" / "a.txt").read_bytes() == b"a"


async def test_names_that_a_disk_takes_for_one_get_a_number_and_the_older_keeps_its_own(house, home, base):
    for name, data in (("Cat.jpg", b"older"), ("cat.JPG", b"newer"), ('a:b"', b"odd")):
        await make(house, home, name, inline_content(data))
    await bring(house, home)
    assert (base / "Files" / "Cat.jpg").read_bytes() == b"older"
    assert (base / "Files" / "cat (2).JPG").read_bytes() == b"newer"
    assert (base / "Files" / "a_b_").read_bytes() == b"odd"


async def test_a_folder_that_moves_is_moved_on_the_disk_with_all_that_is_in_it(house, home, base):
    here, there = await folder(house, home, "here"), await folder(house, home, "there")
    moving = await folder(house, home, "moving", here.id)
    await make(house, home, "deep.txt", inline_content(b"deep"), moving.id)
    await bring(house, home)
    before = (base / "Files/here/moving/deep.txt").stat().st_ino
    await change(house, home, moving.id, dir_id=there.id, name="moved")
    await bring(house, home)
    assert (base / "Files/there/moved/deep.txt").stat().st_ino == before
    assert not (base / "Files/here/moving").exists()


async def test_what_did_not_change_is_left_alone(house, home, base):
    await make(house, home, "stays.txt", inline_content(b"stays"))
    await make(house, home, "stays.bin", await big(house, home, b"stays"))
    await bring(house, home)
    before = {name: (base / "Files" / name).stat() for name in ("stays.txt", "stays.bin")}
    await make(house, home, "comes.txt", inline_content(b"comes"))
    assert await house.write(home, SYSTEM, service.look_again)
    await bring(house, home)
    assert {name: (base / "Files" / name).stat().st_ctime_ns for name in before} == {
        name: status.st_ctime_ns for name, status in before.items()
    }


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_in_the_home_the_disk_follows(house, home, base, seed):
    chance = random.Random(seed)
    for _ in range(12):
        await live(house, home, chance, chance.randrange(1, 12))
        await bring(house, home)
        assert shown(base) == await house.read(home, SYSTEM, held)


async def test_what_somebody_changes_there_by_force_is_mended_and_what_they_add_goes_to_the_inbox(
    house, home, base
):
    await make(house, home, "mine.txt", inline_content(b"mine"))
    inner = await folder(house, home, "inner")
    await bring(house, home)
    (base / "Files").chmod(0o755)
    (base / "Files" / "mine.txt").unlink()
    (base / "Files" / "mine.txt").write_bytes(b"theirs")
    (base / "Files" / "inner").chmod(0o755)
    (base / "Files" / "inner" / "added.txt").write_bytes(b"added")
    await house.write(home, SYSTEM, files.trash, inner.id)
    await house.write(home, SYSTEM, service.look_again)
    await bring(house, home)
    assert shown(base) == await house.read(home, SYSTEM, held)
    assert {path.name: path.read_bytes() for path in (base / "Inbox").iterdir()} == {
        "mine.txt": b"theirs",
        "added.txt": b"added",
    }


async def test_a_disk_that_is_not_mounted_is_not_filled(house, home, base):
    base.rename(base.with_name("elsewhere"))
    base.mkdir()
    await make(house, home, "late.txt", inline_content(b"late"))
    with pytest.raises(NotHere):
        await bring(house, home)
    assert list(base.iterdir()) == []
    base.rmdir()
    base.with_name("elsewhere").rename(base)
    await bring(house, home)
    assert (base / "Files" / "late.txt").read_bytes() == b"late"


async def test_all_of_it_comes_back_when_somebody_removed_it(house, home, base):
    await make(house, home, "a.txt", inline_content(b"a"), (await folder(house, home, "inner")).id)
    await bring(house, home)
    (base / "Files").rename(base / "gone")
    await change(house, home, (await folder(house, home, "other")).id, name="another")
    await bring(house, home)
    assert shown(base) == await house.read(home, SYSTEM, held)


async def test_a_home_that_came_from_another_host_forgets_the_folder_there(house, home, base):
    listing = await house.read_host(homes.at, home.domain)
    await house.write_host(homes.change, home.domain, hosted=type(listing.hosted)())
    await make(house, home, "new.txt", inline_content(b"new"))
    assert not await service.catch_up(house, home)
    assert not await house.write(home, SYSTEM, service.look_again)
    assert not (base / "Files" / "new.txt").exists()


async def test_turning_it_off_takes_away_what_was_shown_and_nothing_else(house, home, base):
    await make(house, home, "a.txt", inline_content(b"a"), (await folder(house, home, "inner")).id)
    await bring(house, home)
    (base / "Inbox" / "waiting.txt").write_text("waiting")
    assert await service.turn_off(house, home) == str(base)
    assert [path.relative_to(base).as_posix() for path in base.rglob("*")] == ["Inbox", "Inbox/waiting.txt"]
    with pytest.raises(IsOff):
        await service.turn_off(house, home)
    await make(house, home, "b.txt", inline_content(b"b"))
    assert not await service.catch_up(house, home)


async def test_it_goes_into_no_folder_that_is_somebody_elses(house, home, tmp_path, settings):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(NotEmpty):
        await service.turn_on(house, home, tmp_path / "full")
    for place in (Path(settings.data) / "live", Path(settings.data), tmp_path):
        with pytest.raises(WithinOurs):
            await service.turn_on(house, home, place)
    await service.turn_on(house, home, tmp_path / "live")
    with pytest.raises(OnAlready):
        await service.turn_on(house, home, tmp_path / "other")


async def test_a_change_queues_the_job_once_and_a_home_without_a_live_folder_nothing(house, home, tmp_path):
    async def waiting() -> int:
        return await house.read(home, SYSTEM, lambda work: len(work.db.all(
            "SELECT id FROM jobs WHERE home_id = :home AND name = :name", home=home.id, name=jobs.follow_changes.name
        )))  # fmt: skip

    await make(house, home, "before.txt", inline_content(b"a"))
    assert await waiting() == 0
    await service.turn_on(house, home, tmp_path / "live")
    await make(house, home, "one.txt", inline_content(b"a"))
    await make(house, home, "two.txt", inline_content(b"a"))
    assert await waiting() == 1


async def test_the_owner_sees_in_the_settings_that_it_is_on_and_where(house, home, reader, tmp_path):
    assert "Live folder" not in (await reader.get("/my/settings/storage")).text
    await service.turn_on(house, home, tmp_path / "live")
    assert f"<code>{tmp_path}/live/Files</code>" in (await reader.get("/my/settings/storage")).text


def test_killed_at_any_moment_it_is_mended_by_the_next_run(tmp_path):
    data, base, chance = tmp_path / "data", tmp_path / "live", random.Random(7)
    make_home(data)
    asyncio.run(_on(data, base))
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.live_folder.living", str(data)]
    env = environment() | {"PYTHONPATH": f"{root}:{root / 'src'}"}
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, env=env, cwd=root, text=True) as program:
        assert program.stdin
        assert program.stdout
        for seed in range(10):
            print(seed, file=program.stdin, flush=True)
            pid = int(program.stdout.readline())
            time.sleep(chance.uniform(0.02, 0.5))
            os.kill(pid, signal.SIGKILL)
            asyncio.run(_mended(data, base))
        program.stdin.close()
    assert program.returncode == 0


async def _on(data: Path, base: Path) -> None:
    async with opened(load(data=str(data))) as house:
        await service.turn_on(house, await _only(house), base)


async def _mended(data: Path, base: Path) -> None:
    async with opened(load(data=str(data))) as house:
        home = await _only(house)
        await bring(house, home)
        held_here = await house.read(home, SYSTEM, held)
        assert held_here
        assert shown(base) == held_here
        assert list((base / "Inbox").iterdir()) == []
        assert list((base / ".cozy" / "moving").iterdir()) == []


async def _only(house: House):
    return home_of(house.settings, await house.read_host(homes.only))
