"""What is put into the inbox comes into the home, once, and is gone from there only then."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import PIPE

import pytest

from cozy.app import inboxes
from cozy.app.configuration import load
from cozy.app.house import home_of, opened
from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from cozy.rooms.live_folder import jobs, service
from cozy.rooms.live_folder.service import inbox as take_in
from tests.live_folder.living import held
from tests.program import environment, make_home

BIG = b"much" * 50_000


@pytest.fixture
def inbox(base):
    return base / "Inbox"


async def in_home(house, home) -> dict[str, str]:
    """The files of the home, by path."""
    found = await house.read(home, SYSTEM, held)
    return {path: sha256 for path, sha256 in found.items() if sha256 is not None}


def sums(**contents: bytes) -> dict[str, str]:
    return {path: inline_content(data).sha256 for path, data in contents.items()}


async def test_files_come_into_the_same_folder_of_the_home_with_their_dates(house, home, inbox):
    (inbox / "Papers" / "2020").mkdir(parents=True)
    (inbox / "a.txt").write_bytes(b"a")
    (inbox / "Papers" / "2020" / "big.bin").write_bytes(BIG)
    os.utime(inbox / "a.txt", (981_173_106, 981_173_106))
    assert await service.take_in(house, home) == 2
    assert await in_home(house, home) == sums(**{"/a.txt": b"a", "/Papers/2020/big.bin": BIG})
    assert (await house.read(home, SYSTEM, files.at_path, "/a.txt")).updated_at.startswith("2001-02-03")
    assert [path.name for path in inbox.rglob("*") if path.is_file()] == []
    assert (inbox / "Papers" / "2020").is_dir()  # where a scanner writes


async def test_a_name_that_is_taken_keeps_both_and_the_same_file_again_adds_nothing(house, home, inbox):
    for data in (b"first", b"second", b"first"):
        (inbox / "a.txt").write_bytes(data)
        await service.take_in(house, home)
        assert list(inbox.iterdir()) == []
    assert await in_home(house, home) == sums(**{"/a.txt": b"first", "/a (2).txt": b"second"})


async def test_however_deep_folders_are_in_each_other_the_inbox_is_looked_at(house, home, inbox):
    (inbox / "a.txt").write_bytes(b"a")
    deep = [Path("d")]
    while len(deep) < sys.getrecursionlimit() + 50:
        deep.append(deep[-1] / "d")
    here = os.open(inbox, os.O_DIRECTORY)
    try:
        for path in deep:
            os.mkdir(path, dir_fd=here)
        assert await service.take_in(house, home) == 1
    finally:
        for path in reversed(deep):
            os.rmdir(path, dir_fd=here)
        os.close(here)


async def test_a_file_waits_until_it_rests(house, home, inbox, clock):
    (inbox / "a.txt").write_bytes(b"a")
    clock.now = datetime.now(UTC)
    assert not service.waits(inbox.parent, clock.now.timestamp())
    assert await service.take_in(house, home) == 0
    clock.now += timedelta(seconds=6)
    assert service.waits(inbox.parent, clock.now.timestamp())
    assert await service.take_in(house, home) == 1


async def test_what_a_program_is_still_writing_waits(house, home, inbox):
    (inbox / "film.mp4.part").write_bytes(b"half")
    (inbox / ".hidden").write_bytes(b"theirs")
    with (inbox / "slow.bin").open("wb") as slow:
        slow.write(b"half")
        slow.flush()
        assert await service.take_in(house, home) == 0
        slow.write(b"whole")
    (inbox / "film.mp4.part").rename(inbox / "film.mp4")
    assert await service.take_in(house, home) == 2
    assert await in_home(house, home) == sums(**{"/slow.bin": b"halfwhole", "/film.mp4": b"half"})
    assert [path.name for path in inbox.iterdir()] == [".hidden"]


async def test_what_cannot_be_taken_stays_with_a_note_until_it_can(house, home, inbox, base):
    (inbox / "link").symlink_to(base)
    (inbox / "big.bin").write_bytes(BIG)
    home_with_quota = home_of(
        house.settings, await house.write_host(homes.change, home.domain, quota=100_000)
    )
    assert await service.take_in(house, home_with_quota) == 0
    assert sorted(path.name for path in inbox.iterdir()) == [
        "big.bin",
        "big.bin.not-taken.txt",
        "link",
        "link.not-taken.txt",
    ]
    assert (inbox / "link.not-taken.txt").read_text() == (
        "Cozy: This is not a file: links and devices are not taken in.\n"
    )
    assert not service.waits(base, time.time())
    (inbox / "link").unlink()
    (inbox / "big.bin").write_bytes(b"small now")
    assert service.waits(base, time.time() + 60)
    assert await service.take_in(house, home_with_quota) == 1
    assert list(inbox.iterdir()) == []


async def test_what_was_taken_in_before_somebody_was_killed_is_removed_and_not_taken_twice(
    house, home, inbox
):
    (inbox / "a.txt").write_bytes(b"mine")
    await house.write(home, SYSTEM, files.create_file, files.ROOT, "a.txt", inline_content(b"other"), "")
    kept = inbox.with_name("kept")
    os.link(inbox / "a.txt", kept)
    await service.take_in(house, home)
    os.link(kept, inbox / "a.txt")
    status = kept.lstat()
    await house.write(
        home, SYSTEM, lambda work: work.db.run(
            "INSERT INTO live_folder_taken (home_id, path, stamp) VALUES (:home, 'a.txt', :stamp)",
            home=home.id, stamp=f"{status.st_ino} {status.st_size} {status.st_mtime_ns}",
        ),
    )  # fmt: skip
    await service.take_in(house, home)
    assert await in_home(house, home) == sums(**{"/a.txt": b"other", "/a (2).txt": b"mine"})
    assert list(inbox.iterdir()) == []


async def test_the_server_looks_into_inboxes_and_has_a_job_wait_for_what_is_there(house, home, inbox):
    async def waiting() -> int:
        return await house.read(home, SYSTEM, lambda work: len(work.db.all(
            "SELECT id FROM jobs WHERE home_id = :home AND name = :name", home=home.id, name=jobs.take_in.name
        )))  # fmt: skip

    await inboxes.look(house)
    assert await waiting() == 0
    (inbox / "a.txt").write_bytes(b"a")
    await inboxes.look(house)
    await inboxes.look(house)
    assert await waiting() == 1
    await house.write_host(homes.change, home.domain, state="blocked")
    assert await house.read_host(homes.with_live_folder)


def test_killed_at_any_moment_each_file_comes_in_once(tmp_path):
    data, base, chance = tmp_path / "data", tmp_path / "live", random.Random(11)
    make_home(data)
    asyncio.run(_in_house(data, service.turn_on, base))
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.live_folder.living", str(data), "inbox"]
    env = environment() | {"PYTHONPATH": f"{root}:{root / 'src'}"}
    wanted: set[str] = set()
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, env=env, cwd=root, text=True) as program:
        assert program.stdin
        assert program.stdout
        for seed in range(8):
            for number in range(40):
                text = f"{seed} {number} ".encode() * (chance.choice([1, 20_000]))
                wanted.add(inline_content(text).sha256)
                (base / "Inbox" / chance.choice("abc")).mkdir(exist_ok=True)
                path = base / "Inbox" / chance.choice("abc") / f"{number}.bin"
                path.parent.mkdir(exist_ok=True)
                if path.exists():
                    path = path.with_name(f"{seed}-{path.name}")
                path.write_bytes(text)
            print(seed, file=program.stdin, flush=True)
            pid = int(program.stdout.readline())
            time.sleep(chance.uniform(0.02, 0.2))
            os.kill(pid, signal.SIGKILL)
        program.stdin.close()
    asyncio.run(_in_house(data, service.take_in))
    found = asyncio.run(_in_house(data, in_home))
    assert sorted(found.values()) == sorted(wanted)
    assert [path for path in (base / "Inbox").rglob("*") if path.is_file()] == []


async def _in_house(data: Path, act, *arguments):
    later = timedelta(hours=1)
    async with opened(load(data=str(data)), clock=lambda: datetime.now(UTC) + later) as house:
        home = home_of(house.settings, await house.read_host(homes.only))
        return await act(house, home, *arguments)


async def test_a_note_is_never_written_through_a_link_or_over_the_file_of_somebody(
    house, home, inbox, tmp_path
):
    other = tmp_path / "other"
    other.write_bytes(b"of others")
    (inbox / "a").symlink_to(other)
    (inbox / "a.not-taken.txt").symlink_to(other)
    (inbox / "b").symlink_to(other)
    (inbox / "b.not-taken.txt").write_bytes(b"not a note")
    await service.take_in(house, home)
    assert other.read_bytes() == b"of others"
    assert "/b.not-taken.txt" in await in_home(house, home)


async def test_a_file_that_is_called_like_a_note_comes_in_as_any_other(house, home, inbox):
    (inbox / "a").write_bytes(b"a")
    (inbox / "a.not-taken.txt").write_bytes(b"not a note")
    assert await service.take_in(house, home) == 2
    assert await in_home(house, home) == sums(**{"/a": b"a", "/a.not-taken.txt": b"not a note"})


async def test_a_folder_that_becomes_a_link_meanwhile_leads_nowhere(
    house, home, inbox, tmp_path, monkeypatch
):
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_bytes(b"of others")
    (inbox / "Papers").mkdir()
    (inbox / "Papers" / "a.txt").write_bytes(b"a")
    candidates = take_in._candidates

    def swapped(folder):
        found = list(candidates(folder))
        if (inbox / "Papers").exists() and not (inbox / "Papers").is_symlink():
            (inbox / "Papers").rename(inbox / ".Papers")
            (inbox / "Papers").symlink_to(other)
        return found

    monkeypatch.setattr(take_in, "_candidates", swapped)
    assert await service.take_in(house, home) == 0
    assert (other / "a.txt").read_bytes() == b"of others"
    assert await in_home(house, home) == {}


async def test_a_new_live_folder_is_for_its_user_alone_and_an_old_one_as_it_was(house, home, tmp_path):
    known = tmp_path / "known"
    known.mkdir()
    known.chmod(0o755)
    for base, mode in ((tmp_path / "new", 0o700), (known, 0o755)):
        await service.turn_on(house, home, base)
        assert base.stat().st_mode & 0o777 == mode
        await service.turn_off(house, home)
