"""A backup of a host, and the way back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cozy.app.house import home_of, opened
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home, origin_of
from cozy.kernel.house import House
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.backups import service as backups
from cozy.rooms.backups.errors import (
    BadKeep,
    BadKey,
    Damaged,
    HomeHere,
    HomesHere,
    NoBackup,
    NotInBackup,
    OtherHost,
    WrongKey,
)
from cozy.rooms.backups.model import Made, kept
from cozy.rooms.backups.service.keys import Lock, Unlock
from cozy.rooms.checkup import service as checkup
from cozy.rooms.collections import service as collections
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from tests.conftest import ALICE, DOMAIN

LARGE = 300_000


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """The secret key, in a file."""
    backups.keys.make(tmp_path / "key")
    return tmp_path / "key"


@pytest.fixture
def lock(key: Path) -> Lock:
    return Lock(_public(key))


def _public(key: Path) -> str:
    return key.read_text().split("public key: ")[1].split()[0]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "place"


async def one(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def store(house: House, home: Home, name: str, data: bytes) -> files.File:
    content = await house.blobs.put(home.id, one(data))
    return await house.write(home, SYSTEM, files.create_file, files.ROOT, name, content, "")


async def backed_up(house: House, place: Path, lock: Lock, **options) -> Made:
    made = await backups.making.back_up(house, place, lock, **options)
    assert made.failed == {}
    return made


@asynccontextmanager
async def back(tmp_path: Path, place: Path, key: Path, data: str = "back", **options):
    """A host that a backup was put back on, and what came."""
    async with opened(Settings(data=str(tmp_path / data))) as house:
        yield house, await backups.restoring.restore(house, place, Unlock(key), **options)


async def faults(house: House) -> list:
    """What `cozy check --scrub` finds."""
    found: list = []
    await checkup.check_host(house, found.append)
    for listing in await house.read_host(homes.listed):
        home = home_of(house.settings, listing)
        await checkup.check(house, home, found.append, lambda count: None, scrub=True)
    return found


async def read(house: House, home_id: str, path: str):
    home = Home(home_id, DOMAIN, "")

    def find(work: Work) -> files.File:
        return files.at_path(work, path)

    file = await house.read(home, SYSTEM, find)
    content = await house.read(home, SYSTEM, files.content_by_hash, file.sha256)
    assert content is not None
    return b"".join([piece async for piece in files.content_pieces(house, home, content)])


async def neighbour(house: House, domain: str = "bob.localhost") -> Home:
    listing = await auth.open_home(house, domain, ALICE, origin_of(house.settings, domain))
    return home_of(house.settings, listing)


def objects(place: Path) -> list[Path]:
    return sorted(path for path in (place / "objects").rglob("*") if path.is_file())


async def test_a_whole_host_comes_back_on_an_empty_machine(house, home, place, lock, key, tmp_path):
    bob = await neighbour(house)
    large = bytes(range(256)) * (LARGE // 256)
    await store(house, home, "small", b"hello")
    await store(house, bob, "large", large)
    await backed_up(house, place, lock)
    async with back(tmp_path, place, key) as (there, restored):
        assert restored.gone == []
        assert await there.read_host(homes.listed) == await house.read_host(homes.listed)
        assert await read(there, home.id, "/small") == b"hello"
        assert await read(there, bob.id, "/large") == large
        assert await faults(there) == []


async def test_a_home_whose_address_changes_meanwhile_is_in_it(house, home, place, lock, monkeypatch):
    bob = await neighbour(house)
    monkeypatch.setattr(backups.making, "_PAGE", 1)
    one_home = backups.making._Backup._one

    async def moving(run, listing):
        await one_home(run, listing)
        if listing.id == home.id:
            await house.write_host(homes.listing.move, bob.domain, "aaron.localhost", "{}")

    monkeypatch.setattr(backups.making._Backup, "_one", moving)
    assert (await backed_up(house, place, lock)).homes == 2


@pytest.mark.on_disk
async def test_what_is_locked_for_accounts_elsewhere_opens_there_too(house, home, place, lock, key, tmp_path):
    await backed_up(house, place, lock)
    async with back(tmp_path, place, key) as (_, restored):
        assert restored.keys
        assert (tmp_path / "back" / "host.key").read_bytes() == (tmp_path / "data" / "host.key").read_bytes()


async def test_programs_compare_everything_anew_after_it(house, home, place, lock, key, tmp_path):
    before = await house.read(home, SYSTEM, collections.sync.epoch)
    await backed_up(house, place, lock)
    async with back(tmp_path, place, key) as (there, _):
        assert await there.read(home, SYSTEM, collections.sync.epoch) != before


async def test_what_is_stored_already_is_not_stored_again(house, home, place, lock):
    await store(house, home, "large", bytes(LARGE))
    first = await backed_up(house, place, lock)
    second = await backed_up(house, place, lock)
    assert first.stored > 1
    assert (second.stored, second.there) == (0, first.stored + first.there)
    await store(house, home, "another", bytes(LARGE) + b".")
    third = await backed_up(house, place, lock)
    assert 1 < third.stored < first.stored


async def test_nothing_in_the_folder_tells_what_is_in_it(house, home, place, lock):
    secret = b"what nobody else may read " * (LARGE // 26)
    file = await store(house, home, "love letter", secret)
    await store(house, home, "little love letter", b"what nobody else may read, short")
    await backed_up(house, place, lock)
    everything = b"".join(
        str(path).encode() + path.read_bytes() for path in place.rglob("*") if path.is_file()
    )
    for told in (b"nobody else", b"love letter", file.sha256.encode(), home.id.encode(), DOMAIN.encode()):
        assert told not in everything


async def test_another_secret_key_opens_nothing(house, home, place, lock, tmp_path):
    await backed_up(house, place, lock)
    backups.keys.make(tmp_path / "other")
    with pytest.raises(WrongKey):
        async with back(tmp_path, place, tmp_path / "other"):
            pass


async def test_a_second_key_opens_it_too_and_what_was_locked_for_one_alone_is_stored_anew(
    house, home, place, lock, key, tmp_path
):
    await backed_up(house, place, lock)
    both = Lock(f"{_public(key)}, {backups.keys.make(tmp_path / 'second')}")
    assert (await backed_up(house, place, both)).stored > 1
    async with back(tmp_path, place, tmp_path / "second") as (there, _):
        assert await faults(there) == []


def test_what_is_no_key_is_refused(tmp_path):
    with pytest.raises(BadKey):
        Lock("age1nonsense")
    (tmp_path / "empty").write_text("# nothing\n")
    with pytest.raises(BadKey):
        Unlock(tmp_path / "empty")


class Sudden:
    """The content store, which frees a content at the moment when it is first asked for."""

    def __init__(self, house: House, home: Home, file: files.File) -> None:
        self._house, self._home, self._file = house, home, file
        self._done = False

    def __getattr__(self, name: str):
        return getattr(self._house.blobs, name)

    async def place(self, home_id, key, path):
        if not self._done:
            self._done = True
            await self._house.write(self._home, SYSTEM, _destroyed, self._file.id)
        return await self._house.blobs.place(home_id, key, path)


def _destroyed(work: Work, id_: str) -> None:
    files.trash(work, id_)
    files.destroy(work, id_)


async def test_a_content_that_is_freed_meanwhile_leaves_a_whole_backup(
    house, home, place, lock, key, tmp_path
):
    going = await store(house, home, "going", bytes(LARGE))
    await store(house, home, "staying", bytes(LARGE + 1))
    sudden = replace(house, blobs=Sudden(house, home, going))
    await backed_up(sudden, place, lock)
    async with back(tmp_path, place, key) as (there, restored):
        assert restored.contents == 1
        assert await faults(there) == []
        assert not await there.read(home, SYSTEM, files.holding.holds, "backup")
    assert not await house.read(home, SYSTEM, files.holding.holds, "backup")


async def test_a_backup_that_was_killed_holds_nothing_after_the_next_one(house, home, place, lock):
    await house.write(home, SYSTEM, files.holding.hold, "backup")
    await backed_up(house, place, lock)
    assert not await house.read(home, SYSTEM, files.holding.holds, "backup")


async def test_each_moment_that_was_backed_up_comes_back(house, home, place, lock, key, tmp_path, clock):
    moments = []
    for number in range(3):
        await store(house, home, f"file-{number}", bytes(LARGE + number))
        moments.append((await backed_up(house, place, lock)).at)
        clock.advance(days=1)
    for number, at in enumerate(moments):
        async with back(tmp_path, place, key, data=f"back-{number}", at=at) as (there, restored):
            assert (restored.at, restored.contents) == (at, number + 1)
            assert await faults(there) == []
    with pytest.raises(NoBackup):
        async with back(tmp_path, place, key, data="earlier", at="2026-01-01"):
            pass


async def test_what_is_not_to_be_kept_goes_and_what_is_kept_comes_back(
    house, home, place, lock, key, tmp_path, clock
):
    gone = await store(house, home, "going", bytes(LARGE))
    await backed_up(house, place, lock)
    await house.write(home, SYSTEM, _destroyed, gone.id)
    await store(house, home, "coming", bytes(LARGE + 1))
    clock.advance(hours=1)
    before = set(objects(place))
    made = await backed_up(house, place, lock, keep="1d")
    assert made.forgotten == 1
    assert len(list((place / "runs").glob("*.json"))) == len(list((place / "runs").glob("*.age"))) == 1
    assert before - set(objects(place))
    async with back(tmp_path, place, key) as (there, _):
        assert await faults(there) == []


async def test_the_backups_of_one_home_and_of_the_host_do_not_drive_each_other_out(
    house, home, place, lock, key, tmp_path, clock
):
    await neighbour(house)
    await backed_up(house, place, lock)
    clock.advance(hours=1)
    assert (await backed_up(house, place, lock, home=home, keep="1d")).forgotten == 0
    async with back(tmp_path, place, key) as (there, restored):
        assert len(restored.homes) == 2
        assert await faults(there) == []


async def test_one_home_comes_back_beside_others(house, home, place, lock, key, tmp_path):
    bob = await neighbour(house)
    await store(house, bob, "large", bytes(LARGE))
    await backed_up(house, place, lock)
    async with opened(Settings(data=str(tmp_path / "elsewhere"))) as there:
        await neighbour(there, "carol.localhost")
        await backups.restoring.restore(there, place, Unlock(key), domain="bob.localhost")
        assert [each.domain for each in await there.read_host(homes.listed)] == [
            "bob.localhost",
            "carol.localhost",
        ]
        assert await read(there, bob.id, "/large") == bytes(LARGE)
        assert await faults(there) == []
        with pytest.raises(NotInBackup):
            await backups.restoring.restore(there, place, Unlock(key), domain="nobody.localhost")


async def test_what_is_here_is_never_written_over(house, home, place, lock, key):
    await backed_up(house, place, lock)
    with pytest.raises(HomesHere):
        await backups.restoring.restore(house, place, Unlock(key))
    with pytest.raises(HomeHere):
        await backups.restoring.restore(house, place, Unlock(key), domain=DOMAIN)


@pytest.mark.parametrize("damage", ["missing", "cut", "exchanged"])
async def test_a_damaged_backup_is_told_and_comes_back_once_it_is_mended(
    house, home, place, lock, key, tmp_path, damage
):
    await store(house, home, "large", bytes(LARGE))
    await backed_up(house, place, lock)
    largest, *_, smallest = sorted(objects(place), key=lambda path: -path.stat().st_size)
    whole = largest.read_bytes()
    if damage == "missing":
        largest.unlink()
    else:
        largest.write_bytes(smallest.read_bytes() if damage == "exchanged" else whole[:-100])
    with pytest.raises(Damaged):
        async with back(tmp_path, place, key):
            pass
    async with opened(Settings(data=str(tmp_path / "back"))) as there:
        assert await there.read_host(homes.listed) == []
    largest.write_bytes(whole)
    async with back(tmp_path, place, key) as (there, _):
        assert await faults(there) == []


async def test_the_folder_of_another_host_is_left_alone(house, home, place, lock, tmp_path):
    await backed_up(house, place, lock)
    async with opened(Settings(data=str(tmp_path / "other"))) as other:
        await neighbour(other)
        with pytest.raises(OtherHost):
            await backed_up(other, place, lock)


async def test_a_host_comes_back_on_the_engine_that_it_was_on(house, home, place, lock, key):
    bob = await neighbour(house)
    await store(house, home, "small", b"hello")
    await store(house, bob, "large", bytes(LARGE))
    before = await house.read_host(homes.listed)
    await backed_up(house, place, lock)
    for known in before:
        await house.write_host(homes.delist, known.domain)
        await house.blobs.drop(known.id)
        await house.storage.drop(known.id)
    restored = await backups.restoring.restore(house, place, Unlock(key))
    assert restored.homes == before == await house.read_host(homes.listed)
    assert await read(house, home.id, "/small") == b"hello"
    assert await read(house, bob.id, "/large") == bytes(LARGE)
    assert await faults(house) == []


async def test_a_home_that_cannot_be_read_hinders_no_other_and_keeps_what_was_stored_of_it(
    house, home, place, lock, key, tmp_path, postgres
):
    if postgres:
        return  # there is no file of it
    bob = await neighbour(house)
    await backed_up(house, place, lock)
    path = tmp_path / "data" / "homes" / home.id / "home.db"
    await house.storage.close()
    path.write_bytes(b"no database" * 1000)
    for left in path.parent.glob("home.db-*"):
        left.unlink()
    async with opened(house.settings) as again:
        made = await backups.making.back_up(again, place, lock, keep="1d")
    assert (list(made.failed), made.forgotten) == ([DOMAIN], 0)
    async with back(tmp_path, place, key) as (_, restored):
        assert [each.id for each in restored.homes] == [bob.id]
        assert restored.gone == [DOMAIN]


def moments(*days: int) -> list[tuple[str, datetime]]:
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    return [(str(day), now - timedelta(days=day)) for day in days]


@pytest.mark.parametrize(
    ("rule", "staying"),
    [
        ("3d", {"0", "1", "2"}),
        ("1d,2w", {"0", "5"}),
        ("2m", {"0", "27"}),
        ("9y", {"0", "340"}),
        ("99d", {"0", "1", "2", "5", "12", "27", "340"}),
    ],
)
def test_the_newest_of_each_period_stays(rule, staying):
    assert kept(moments(0, 1, 2, 5, 12, 27, 340), rule) == staying


@pytest.mark.parametrize("rule", ["", "7", "d", "0d", "7d 4w", "7d,,4w", "-1d"])
def test_a_rule_that_says_nothing_is_refused(rule):
    with pytest.raises(BadKeep):
        kept(moments(0), rule)
