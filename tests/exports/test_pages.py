"""The pages: ask with the passphrase, follow, fetch, remove, without scripts."""

import io
import re
import zipfile

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.exports import service
from cozy.rooms.exports.events import ExportDue
from cozy.rooms.exports.jobs import remove_expired

PASSPHRASE = "orage tilleul boussole velours"


@pytest.fixture
async def owned(house, lived_in):
    """The home, with a passphrase."""
    key = auth.passphrase.derive(PASSPHRASE, lived_in.domain)
    sealed = await auth.passphrase.seal(key)
    await house.write(lived_in, SYSTEM, auth.passphrase.keep, sealed)
    return lived_in


@pytest.fixture
def on_page() -> str:
    return "/my/leave"


async def asked(reader) -> str:
    """The page of an export that was asked for."""
    answer = await reader.submit("/my/leave/new", raw_passphrase=PASSPHRASE)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_it_is_two_taps_from_the_settings(reader, owned):
    assert 'href="/my/leave"' in (await reader.get("/my/settings")).text
    page = (await reader.get("/my/leave")).text
    assert 'href="/my/leave/new"' in page
    assert 'name="raw_passphrase"' in (await reader.get("/my/leave/new")).text


async def test_who_does_not_know_the_passphrase_begins_nothing(reader, house, owned):
    answer = await reader.submit("/my/leave/new", raw_passphrase="something else entirely")
    assert answer.status_code == 422
    assert "aria-invalid" in answer.text
    assert await house.read(owned, SYSTEM, service.all_) == []


async def test_it_is_asked_for_followed_fetched_and_removed(reader, anonymous, house, owned):
    url = await asked(reader)
    page = (await reader.get(url)).text
    assert "Being prepared" in page
    assert "Stop" in page
    assert "/my/leave/new" not in (await reader.get("/my/leave")).text
    await service.make(house, owned, url.rpartition("/")[2])
    page = (await reader.get(url)).text
    assert "It is kept until 25 July 2026" in page
    link, tar = re.findall(r'href="(/my/leave/[^"]+/[^"]+)"', page)
    assert tar.endswith(".tar")
    assert link.endswith("/1/cozy-alice.localhost-2026-07-18.zip")
    answer = await anonymous.get(link)
    assert answer.headers["content-disposition"].startswith('attachment; filename="cozy-alice')
    assert "read_me.py" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    page = await reader.landed(await reader.submit(f"{url}/remove"))
    assert "Removed." in page
    assert (await anonymous.get(link)).status_code == 404
    assert (await reader.get(url)).status_code == 404


async def test_another_browser_of_the_owner_is_asked_again(reader, house, owned):
    url = await asked(reader)
    await service.make(house, owned, url.rpartition("/")[2])
    reader.cookies.delete("cozy-leave")
    page = (await reader.get(url)).text
    assert ".zip" not in page
    answer = await reader.submit(f"{url}/open", raw_passphrase="no")
    assert answer.status_code == 422
    assert ".zip" not in answer.text
    assert ".zip" in await reader.landed(await reader.submit(f"{url}/open", raw_passphrase=PASSPHRASE))


async def test_a_second_step_is_asked_for_too(reader, house, owned, clock):
    import pyotp

    secret = auth.totp.new_secret()
    code = pyotp.TOTP(secret).at(clock.now)
    await house.write(owned, SYSTEM, auth.totp.turn_on, secret, code)
    page = (await reader.get("/my/leave/new")).text
    assert 'name="code"' in page
    assert (await reader.submit("/my/leave/new", raw_passphrase=PASSPHRASE)).status_code == 422
    clock.advance(minutes=1)
    code = pyotp.TOTP(secret).at(clock.now)
    answer = await reader.submit("/my/leave/new", raw_passphrase=PASSPHRASE, code=code)
    assert answer.status_code == 303


async def test_it_goes_after_seven_days(reader, house, owned):
    url = await asked(reader)
    id_ = url.rpartition("/")[2]
    await service.make(house, owned, id_)

    def planned(work):
        return work.db.all(
            "SELECT due_at, argument FROM jobs WHERE home_id = :home AND name = 'exports.remove_expired'",
            home=work.home,
        )

    ((due, argument),) = await house.read(owned, SYSTEM, planned)
    assert due.startswith("2026-07-25T14:02")
    assert id_ in argument
    for _ in range(2):
        await remove_expired.run(house, owned, ExportDue(id_))
    assert (await reader.get(url)).status_code == 404


async def test_a_failure_says_what_to_do(reader, house, owned, monkeypatch):
    url = await asked(reader)

    async def fails(*args):
        raise RuntimeError

    monkeypatch.setattr("cozy.rooms.exports.service.freezing.freeze", fails)
    await service.make(house, owned, url.rpartition("/")[2])
    page = (await reader.get(url)).text
    assert "Nothing in your home has changed: try again." in page
    assert 'href="/my/leave/new"' in page
    assert "Needs you" in (await reader.get("/my/leave")).text


async def test_a_full_disk_is_said_with_numbers(reader, owned, monkeypatch):
    monkeypatch.setattr("cozy.rooms.exports.service.making._SPARE", 5 * 10**15)
    answer = await reader.submit("/my/leave/new", raw_passphrase=PASSPHRASE)
    assert answer.status_code == 422
    assert "There is not enough room on the disk" in answer.text
    assert re.search(r"About [\d.,]+.[TP]B are needed", answer.text)


async def test_what_was_made_is_told_apart_in_the_list(reader, house, owned):
    for what, since in (("everything", ""), ("archive", ""), ("everything", "1")):
        answer = await reader.submit("/my/leave/new", raw_passphrase=PASSPHRASE, what=what, since=since)
        made = answer.headers["location"].rpartition("/")[2]
        await service.make(house, owned, made)
        await house.write(owned, SYSTEM, service.fetched, made, [0])
    found = re.findall(
        r'<b><a href="/my/leave/[^"]+">([^<]+) on [^<]+</a>.*?<small>([^<\d]*)',
        (await reader.get("/my/leave")).text,
        re.DOTALL,
    )
    assert sorted(found) == [
        ("Everything, as it was", ""), ("Everything, as it was", "Only what changed since "), ("The archive for another Cozy, as it was", ""),
    ]  # fmt: skip


async def test_what_to_take_is_chosen_and_kept_when_the_passphrase_is_wrong(reader, house, owned):
    answer = await reader.submit("/my/leave/new", raw_passphrase="no", what="photos", since="1")
    assert 'value="photos" checked' in answer.text
    assert re.search(r'name="since" value="1" checked', answer.text)
    answer = await reader.submit("/my/leave/new", raw_passphrase=PASSPHRASE, what="photos", since="1")
    page = await reader.landed(answer)
    assert "Photos and films, as they were on" in page
    (made,) = await house.read(owned, SYSTEM, service.all_)
    assert (made.body.what, made.body.is_since) == ("photos", True)
