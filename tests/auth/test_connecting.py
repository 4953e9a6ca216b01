"""A program waits, the owner agrees in a browser, and the program is handed a password once."""

import base64

import httpx2
import pytest

from cozy.app.server import serving
from cozy.rooms.auth.service.connecting import name_of

START = "/index.php/login/v2"


@pytest.fixture
async def program(house, home):
    """A program on somebody's device."""
    transport = httpx2.ASGITransport(serving(house), client=("127.0.0.1", 40_000))
    async with httpx2.AsyncClient(
        transport=transport, base_url=home.origin, headers={"user-agent": "attic (Desktop Client - Linux)"}
    ) as program:
        yield program


class Begun:
    def __init__(self, program, answer):
        said = answer.json()
        self._program, self._poll = program, said["poll"]
        self.page = said["login"].removeprefix(str(program.base_url).rstrip("/"))

    async def poll(self):
        return await self._program.post(self._poll["endpoint"], data={"token": self._poll["token"]})


@pytest.fixture
async def begun(program):
    return Begun(program, await program.post(START))


async def test_the_owner_agrees_and_the_program_is_in(owner, program, begun):
    assert (await begun.poll()).status_code == 404
    page = (await owner.get(begun.page)).text
    assert "attic (Desktop Client - Linux)" in page
    assert "127.0.0.1" in page
    answer = await owner.submit(
        begun.page, page=begun.page, answer="yes", name="Attic", may="change", end="7"
    )
    assert "The device is connected" in answer.text
    got = (await begun.poll()).json()
    assert (got["server"], got["loginName"]) == ("http://alice.localhost:8080", "alice.localhost")
    proof = base64.b64encode(f"{got['loginName']}:{got['appPassword']}".encode()).decode()
    headers = {"authorization": f"Basic {proof}", "depth": "0"}
    there = await program.request("PROPFIND", "/remote.php/dav/files/alice.localhost/", headers=headers)
    assert there.status_code == 207
    listed = (await owner.get("/my/settings/devices")).text
    assert "Attic" in listed
    assert "Until 25 July 2026" in listed


async def test_a_password_is_handed_out_once(owner, begun):
    await owner.submit(begun.page, page=begun.page, answer="yes", name="Attic", may="see")
    assert (await begun.poll()).status_code == 200
    assert (await begun.poll()).status_code == 404
    assert (await owner.get(begun.page)).status_code == 404


async def test_a_device_that_may_only_see_changes_nothing(owner, program, begun):
    await owner.submit(begun.page, page=begun.page, answer="yes", name="Attic", may="see")
    got = (await begun.poll()).json()
    auth_ = httpx2.BasicAuth("anybody", got["appPassword"])
    assert (await program.put("/remote.php/webdav/a.txt", content="a", auth=auth_)).status_code == 403


async def test_who_is_refused_waits_in_vain(owner, begun):
    answer = await owner.submit(begun.page, page=begun.page, answer="no")
    assert "The device was not let in" in answer.text
    assert (await begun.poll()).status_code == 404
    assert (await owner.get(begun.page)).status_code == 404


async def test_a_form_that_lacks_something_is_asked_again(owner, begun):
    answer = await owner.submit(begun.page, page=begun.page, answer="yes", name=" ", may="change")
    assert answer.status_code == 422
    assert (await begun.poll()).status_code == 404
    await owner.submit(begun.page, page=begun.page, answer="yes", name="Attic", may="change")
    assert (await begun.poll()).status_code == 200


async def test_nobody_waits_for_longer_than_twenty_minutes(owner, begun, clock):
    clock.advance(minutes=19)
    assert (await owner.get(begun.page)).status_code == 200
    await owner.submit(begun.page, page=begun.page, answer="yes", name="Attic", may="change")
    clock.advance(minutes=2)
    assert (await begun.poll()).status_code == 404


async def test_only_the_owner_is_asked_and_comes_back_to_the_page(program, begun):
    answer = await program.get(begun.page)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/auth/login?redirect=%2Fmy%2Fsettings%2Fdevices%2Fjoin%2F")


@pytest.mark.parametrize("token", ["", "x", "x.y", "{id}", "{id}."])
async def test_who_knows_the_page_alone_gets_no_password(owner, program, begun, token):
    await owner.submit(begun.page, page=begun.page, answer="yes", name="Attic", may="change")
    id_ = begun._poll["token"].partition(".")[0]
    answer = await program.post(f"{START}/poll", data={"token": token.format(id=id_)})
    assert answer.status_code == 404


async def test_programs_do_not_begin_for_ever(program):
    statuses = [(await program.post(START)).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]


async def test_nothing_is_handed_out_where_others_could_read_it(house, home):
    transport = httpx2.ASGITransport(serving(house), client=("203.0.113.7", 40_000))
    async with httpx2.AsyncClient(transport=transport, base_url=home.origin) as far:
        assert (await far.post(START)).status_code == 403


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("attic (Desktop Client - Linux)", "attic (Desktop Client - Linux)"),
        ("Mozilla/5.0 (Windows) mirall/3.15.3 (Nextcloud, windows-10.0)", "Nextcloud (Windows)"),
        ("Mozilla/5.0 (Android) Nextcloud-android/3.30.0", "Nextcloud (Android)"),
        ("Mozilla/5.0 (iOS) Nextcloud-iOS/6.0.0", "Nextcloud (iPhone)"),
        ("", "Nextcloud"),
        ("x" * 300, "x" * 100),
    ],
)
def test_devices_are_called_what_they_say(said, name):
    assert name_of(said) == name
