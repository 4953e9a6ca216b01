"""Backups to a WebDAV server of another make: what is there then, what is sent the second time, what goes wrong."""

import asyncio
import socket
import subprocess
import sys

import pytest
from msgspec.structs import replace

from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.jobs import DayPassed
from cozy.rooms.accounts import service as accounts
from cozy.rooms.auth import service as auth
from cozy.rooms.exports import service
from cozy.rooms.exports.errors import NoPlace, PlaceAway
from cozy.rooms.exports.events import BackupDue
from cozy.rooms.exports.jobs import begin_backup, go_on
from cozy.rooms.exports.service import answering
from cozy.rooms.exports.service.webdav import Webdav
from cozy.rooms.files import service as files
from cozy.rooms.jobs import service as jobs
from cozy.rooms.notifications import jobs as notifications_jobs
from tests.exports.conftest import webdav_shelf
from tests.exports.test_pages import PASSPHRASE


@pytest.fixture
def settings(settings):
    return replace(settings, outside_allowed="127.0.0.0/8")


@pytest.fixture
def shelf(tmp_path):
    with webdav_shelf(tmp_path / "shelf") as shelf:
        yield shelf


def read_me(folder) -> str:
    done = subprocess.run(
        [sys.executable, "-I", folder / "read_me.py"], capture_output=True, text=True, check=False
    )
    return done.stdout


async def added(house, home, url, password="there"):
    return (await house.write(home, SYSTEM, service.places.add, url, "alice", password, "week")).id


async def backed_up(house, home, id_):
    await service.backing_up.back_up(house, home, id_)
    return (await house.read(home, SYSTEM, service.places.one, id_)).body


@pytest.fixture
def puts(monkeypatch) -> list[str]:
    """The paths that are sent."""
    sent: list[str] = []
    put = Webdav.put

    async def noting(self, path, size, pieces):
        sent.append(path)
        await put(self, path, size, pieces)

    monkeypatch.setattr(Webdav, "put", noting)
    return sent


async def test_everything_is_there_and_whole_and_then_only_what_changed_is_sent(house, lived_in, shelf, puts):
    folder, url = shelf
    big = await house.blobs.put(lived_in.id, _once(b"x" * 3_000_000))
    await house.write(lived_in, SYSTEM, files.create_file, files.ROOT, "é & ü #1?.bin", big, "")
    id_ = await added(house, lived_in, url)
    body = await backed_up(house, lived_in, id_)
    assert (body.state, body.why) == ("done", "")
    assert body.due_at.startswith("2026-07-25T14:02")
    assert read_me(folder).endswith("all as they were.\n")
    assert (folder / "Files" / "é & ü #1_.bin").stat().st_size == 3_000_000
    puts.clear()
    file = await house.read(lived_in, SYSTEM, files.at_path, "/plan.cozy-note")
    await house.write(
        lived_in, SYSTEM, files.destroy, (await house.write(lived_in, SYSTEM, files.trash, file.id)).id
    )
    await house.write(lived_in, SYSTEM, files.create_file, files.ROOT, "new.txt", inline_content(b"new"), "")
    assert (await backed_up(house, lived_in, id_)).state == "done"
    told = read_me(folder)
    assert (told.endswith("all as they were.\n"), "added since" in told) == (True, False)
    assert "Files/new.txt" in puts
    assert [path for path in puts if path.endswith(".bin")] == []
    assert not (folder / "Files" / "plan.cozy-note").exists()


async def _once(data):
    yield data


async def test_one_that_breaks_off_goes_on_and_never_says_that_something_is_there_that_is_not(
    house, lived_in, shelf, puts, monkeypatch
):
    folder, url = shelf
    id_ = await added(house, lived_in, url)
    await backed_up(house, lived_in, id_)
    file = await house.read(lived_in, SYSTEM, files.at_path, "/trip.cozy-note")
    await house.write(lived_in, SYSTEM, files.overwrite, file.id, inline_content(b"other"), "")
    put = Webdav.put

    async def breaks(self, path, size, pieces):
        if path == "Files/trip.cozy-note":
            raise RuntimeError
        await put(self, path, size, pieces)

    with monkeypatch.context() as patch:
        patch.setattr(Webdav, "put", breaks)
        body = await backed_up(house, lived_in, id_)
    assert body.state == "failed"
    assert body.due_at.startswith("2026-07-18T20:02")
    sums = (folder / "manifest-sha256.txt").read_text()
    assert "Files/trip.cozy-note" not in sums
    assert "Files/sea.jpg" in sums
    puts.clear()
    assert (await backed_up(house, lived_in, id_)).state == "done"
    assert "Files/trip.cozy-note" in puts
    assert "Files/sea.jpg" not in puts
    assert read_me(folder).endswith("all as they were.\n")


async def test_a_wrong_password_is_said_and_another_homes_folder_is_left_alone(house, lived_in, shelf):
    folder, url = shelf
    id_ = await added(house, lived_in, url, "wrong")
    body = await backed_up(house, lived_in, id_)
    assert (body.state, "login and password" in body.why) == ("failed", True)
    (folder / "manifest.json").write_text('{"format": "cozy-open-folder", "home": "bob.localhost"}')
    other = await added(house, lived_in, url)
    body = await backed_up(house, lived_in, other)
    assert (body.state, "another home" in body.why) == ("failed", True)
    assert [each.name for each in folder.iterdir()] == ["manifest.json"]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_server_that_says_nothing_is_not_waited_for_all_day(house, monkeypatch):
    monkeypatch.setattr(answering, "_PATIENCE_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/cozy"
        async with asyncio.timeout(20):
            with pytest.raises(PlaceAway):
                await Webdav(house, url, "", "").put("a", 5, _once(b"hello"))


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_server_that_stops_in_the_middle_is_not_waited_for_as_long_as_the_rest_might_take(
    house, monkeypatch
):
    monkeypatch.setattr(answering, "_PATIENCE_S", 0.1)
    monkeypatch.setattr(answering, "_SLOWEST", 100_000_000)

    async def much():
        for _ in range(6_000):
            yield b"x" * 1_000_000

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/cozy"
        async with asyncio.timeout(20):
            with pytest.raises(PlaceAway):
                await Webdav(house, url, "", "").put("a", 6_000_000_000, much())


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_one_that_takes_long_takes_turns_with_others(house, lived_in, shelf, puts, monkeypatch):
    folder, url = shelf
    id_ = await added(house, lived_in, url)
    with monkeypatch.context() as patch:
        patch.setattr(service.backing_up, "_TURN_S", -1.0)
        body = await backed_up(house, lived_in, id_)
    assert (body.state, body.made_at, body.due_at[:16]) == ("waiting", "", "2026-07-18T14:03")
    first = [path for path in puts if path != "manifest-sha256.txt"]
    assert len(first) == 1
    puts.clear()
    assert (await backed_up(house, lived_in, id_)).state == "done"
    assert first[0] not in puts
    assert read_me(folder).endswith("all as they were.\n")


async def test_the_password_is_locked_and_goes_with_the_place(house, lived_in):
    id_ = await added(house, lived_in, "http://127.0.0.1:1/x")
    (account,) = await house.read(lived_in, SYSTEM, accounts.listed)
    assert "there" not in str(account.body)
    body = await backed_up(house, lived_in, id_)
    assert (body.state, "cannot be reached" in body.why) == ("failed", True)
    await house.write(lived_in, SYSTEM, service.places.remove, id_)
    assert await house.read(lived_in, SYSTEM, accounts.listed) == []


async def test_its_time_comes_and_what_was_missed_is_told(house, lived_in, clock):
    id_ = await added(house, lived_in, "http://127.0.0.1:1/x")
    at = (await house.read(lived_in, SYSTEM, service.places.one, id_)).body.due_at
    await house.write(lived_in, SYSTEM, begin_backup.run, BackupDue(id_, "2020-01-01T00:00:00Z"))
    assert (await house.read(lived_in, SYSTEM, service.places.one, id_)).body.state == "waiting"
    await house.write(lived_in, SYSTEM, begin_backup.run, BackupDue(id_, at))
    assert (await house.read(lived_in, SYSTEM, service.places.one, id_)).body.state == "running"
    await backed_up(house, lived_in, id_)
    clock.advance(days=9)
    await house.write(lived_in, SYSTEM, notifications_jobs.tell_missed_backups.run, DayPassed())

    def told(work):
        return work.db.all(
            "SELECT body->>'category_id' FROM documents WHERE home_id = :home AND doctype = 'io.cozy.notifications' AND body->>'category' = 'backup_missed'",
            home=work.home,
        )

    assert await house.read(lived_in, SYSTEM, told) == [(id_,)]


async def test_a_place_is_named_on_the_page(reader, house, lived_in, shelf):
    folder, url = shelf
    key = auth.passphrase.derive(PASSPHRASE, lived_in.domain)
    await house.write(lived_in, SYSTEM, auth.passphrase.keep, await auth.passphrase.seal(key))
    assert 'name="address"' in (await reader.get("/my/leave/places/new")).text
    said = {"login": "alice", "secret": "there", "every": "month", "raw_passphrase": PASSPHRASE}
    for wrong in (
        {"address": "ftp://x"},
        {"address": f"{url}/none"},
        {"address": url, "secret": "no"},
        {"address": url, "raw_passphrase": "no"},
    ):
        answer = await reader.submit("/my/leave/places/new", **{**said, **wrong})
        assert answer.status_code == 422, wrong
        assert "aria-invalid" in answer.text, wrong
    answer = await reader.submit("/my/leave/places/new", **said, address=url)
    page = await reader.landed(answer)
    assert "127.0.0.1" in page
    assert "Once a month" in page
    here = answer.headers["location"]
    await service.backing_up.back_up(house, lived_in, here.rpartition("/")[2])
    assert "Backed up" in (await reader.get(here)).text
    assert "Last backup: 18 July 2026" in (await reader.get("/my/leave")).text
    assert read_me(folder).endswith("all as they were.\n")
    await reader.submit(f"{here}/begin")
    assert "Being backed up" in (await reader.get(here)).text
    assert "No more backups" in await reader.landed(await reader.submit(f"{here}/remove"))


async def test_one_whose_process_is_gone_can_be_begun_anew(house, lived_in):
    id_ = await added(house, lived_in, "http://127.0.0.1:1/x")

    def asked(work):
        return work.db.all("SELECT id FROM jobs WHERE home_id = :home AND worker = 'backup'", home=work.home)

    for number in (1, 2):
        await house.write(lived_in, SYSTEM, service.places.begin, id_)
        assert len(await house.read(lived_in, SYSTEM, asked)) == number


async def test_no_other_account_is_shown_to_the_server_of_a_place(house, lived_in):
    id_ = await added(house, lived_in, "http://127.0.0.1:1/x")

    def pointed_elsewhere(work):
        other = accounts.create(
            work, {"account_type": "bank", "auth": {"login": "alice", "password": "secret"}}
        )

        def change(body):
            body.account = other.id

        return service.places.change(work, id_, change).body

    place = await house.write(lived_in, SYSTEM, pointed_elsewhere)
    with pytest.raises(NoPlace):
        await house.read(lived_in, SYSTEM, service.places.opened, house, place)


async def test_one_whose_job_was_called_off_goes_on_the_next_day(house, lived_in):
    id_ = await added(house, lived_in, "http://127.0.0.1:1/x")
    await house.write(lived_in, SYSTEM, service.places.begin, id_)

    def waiting(work):
        return jobs.triggers.waiting(work, service.places.WORKER)

    def called_off(work):
        jobs.running.cancel(work, waiting(work))

    await house.write(lived_in, SYSTEM, called_off)
    assert not await house.read(lived_in, SYSTEM, waiting)
    for _ in range(2):
        await house.write(lived_in, SYSTEM, go_on.run, DayPassed())
        assert len(await house.read(lived_in, SYSTEM, waiting)) == 1
