"""The page that a link with a password leads to shows once it was given, on the origin of the home."""

from urllib.parse import parse_qs, urlsplit

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from tests.conftest import OWNER


@pytest.fixture
async def link(house, home):
    sealed = await permissions.passwords.seal("tilleul")
    wanted = permissions.links.Wanted(
        rules={"files": Rule("io.cozy.files", ("GET",))}, labels=["bob"], sealed=sealed
    )
    return await house.write(home, OWNER, permissions.links.make, wanted)


async def test_a_guest_gives_the_password_and_comes_back(browser, home, link):
    page = f"/public?sharecode={link.shortcodes['bob']}"
    away = await browser.get(page)
    assert away.status_code == 302
    where = away.headers["location"]
    assert where.startswith(f"{home.origin}/auth/share-by-link/password?")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}
    assert asked == {"perm_id": link.id, "redirect": f"http://mini.alice.localhost:8080{page}"}
    assert (await browser.get(where)).status_code == 200
    back = await browser.post(where.partition("?")[0], data={**asked, "password": "tilleul"})
    assert back.status_code == 303
    entered = await browser.get(back.headers["location"])
    assert (entered.status_code, entered.headers["location"]) == (303, page)
    assert (await browser.get(page)).status_code == 200
    headers = {"authorization": f"Bearer {link.shortcodes['bob']}"}
    assert (await browser.get(f"{home.origin}/files/io.cozy.files.root-dir", headers=headers)).status_code == 200  # fmt: skip


@pytest.mark.parametrize("proof", ["x", ""])
async def test_a_guest_who_makes_a_proof_up_is_asked(browser, link, proof):
    answer = await browser.get(f"/public?sharecode={link.shortcodes['bob']}.&unlocked={proof}")
    assert answer.status_code == 302
    assert "unlocked" not in answer.headers["location"]


async def test_codes_of_six_digits_are_not_guessed_here(browser, house, home, link):
    """Where a password is asked for tells that a code is right."""
    for number in range(20):
        assert (await browser.get(f"/public?sharecode={number:06d}")).status_code == 200
    assert (await browser.get("/public?sharecode=123456")).status_code == 429


async def test_the_owner_is_not_asked(owner, browser, link):
    assert (await browser.get("/", follow_redirects=True)).status_code == 200
    answer = await browser.get(f"/public?sharecode={link.shortcodes['bob']}")
    assert answer.status_code == 200


async def test_a_link_without_one_opens_at_once(browser, house, home, link):
    open_ = await house.write(home, OWNER, permissions.links.change, link, permissions.links.Patch(sealed=""))
    assert await house.read(home, SYSTEM, permissions.passwords.sealed, link.id) == ""
    assert (await browser.get(f"/public?sharecode={open_.codes['bob']}")).status_code == 200
