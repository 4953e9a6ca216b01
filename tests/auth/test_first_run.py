"""The first page of a fresh install."""

import asyncio

import httpx2
import pytest

from cozy.app.house import opened
from cozy.app.server import serving
from cozy.kernel.settings import Settings
from cozy.rooms.homes import service as homes

from .conftest import PASSPHRASE, Browser, found, key

ORIGIN = "http://cozy.localhost:8080"
FIELDS = {
    "public_name": "Camille", "email": "camille@example.org", "locale": "fr", "domain": "cozy.localhost",
    "passphrase": key(PASSPHRASE, "cozy.localhost"),
}  # fmt: skip


@pytest.fixture
def visit(house):
    """A browser at an address of a host."""

    def at(origin: str = ORIGIN) -> Browser:
        return Browser(
            transport=httpx2.ASGITransport(serving(house), client=("192.0.2.1", 4)), base_url=origin
        )

    return at


async def move_in(browser, **fields):
    return await browser.submit("/my/welcome", page="/my/welcome", **{**FIELDS, **fields})


async def test_every_address_of_a_host_without_homes_leads_to_the_first_page(visit):
    async with visit() as browser:
        for path in ("/", "/my/settings", "/auth/login"):
            answer = await browser.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/my/welcome")
        assert 'value="cozy.localhost"' in (await browser.get("/my/welcome")).text


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"])
async def test_an_address_that_no_home_can_have_is_not_proposed(visit, host):
    async with visit(f"http://{host}") as browser:
        assert 'value="cozy.localhost"' in (await browser.get("/my/welcome")).text


async def test_the_first_page_makes_the_home_and_lets_its_owner_in(visit, house):
    async with visit() as browser:
        answer = await move_in(browser)
        assert answer.status_code == 200
        code = found(r"<span>((?:[A-Z0-9]{4}-){5}[A-Z0-9]{4})</span>", answer.text)
        assert await browser.is_in()
        assert 'lang="fr"' in (await browser.get("/my/settings")).text
        again = await browser.submit("/auth/recover", page="/auth/passphrase_reset", code=code)
        assert again.status_code == 303
    listing = await house.read_host(homes.only)
    assert listing.domain == "cozy.localhost"


async def test_without_scripts_the_passphrase_opens_the_home_too(visit):
    async with visit() as browser:
        assert (await move_in(browser, passphrase="", raw_passphrase=PASSPHRASE)).status_code == 200
        browser.cookies.clear()
        assert (await browser.submit("/auth/login", passphrase=FIELDS["passphrase"])).status_code == 303


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("public_name", " ", "Give a name"),
        ("email", "camille", "does not look like an e-mail"),
        ("domain", "not a domain", "cannot be the address"),
        ("locale", "xx", "not available"),
        ("passphrase", "", "Choose a passphrase"),
    ],
)
async def test_what_cannot_be_used_is_said_in_the_form(visit, house, field, value, sentence):
    async with visit() as browser:
        answer = await move_in(browser, **{field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert await house.read_host(homes.is_vacant)


async def test_a_home_at_another_address_is_entered_there(visit):
    async with visit() as browser:
        answer = await move_in(
            browser, domain="camille.localhost", passphrase=key(PASSPHRASE, "camille.localhost")
        )
        assert answer.headers["location"] == "http://camille.localhost:8080/auth/login"


async def test_two_people_at_once_make_one_home(visit, house):
    async with visit() as one, visit("http://other.localhost:8080") as two:
        other = {"domain": "other.localhost", "passphrase": key(PASSPHRASE, "other.localhost")}
        answers = await asyncio.gather(move_in(one), move_in(two, **other))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(await house.read_host(homes.listed)) == 1


async def test_the_first_page_is_gone_once_there_is_a_home(visit, home):
    async with visit(home.origin) as browser:
        assert (await browser.get("/my/welcome")).headers["location"] == "/my"
        answer = await browser.submit("/my/welcome", **FIELDS)
        assert answer.headers["location"] == "/my"


async def test_an_unknown_address_gets_a_plain_page_with_its_style(visit, home):
    async with visit("http://nobody.localhost:8080") as browser:
        for path in ("/", "/my", "/my/welcome", "/auth/login", "/nowhere"):
            answer = await browser.get(path, headers={"accept": "text/html"})
            assert answer.status_code == 404
            assert answer.headers["content-type"].startswith("text/html")
        assert "There is no home at this address" in (await browser.get("/auth/login")).text
        assert (await browser.get("/my/manifest.webmanifest")).status_code == 200


async def test_a_host_may_keep_the_first_page_shut(tmp_path):
    settings = Settings(data=str(tmp_path / "data"), signup=False)
    async with (
        opened(settings) as house,
        Browser(transport=httpx2.ASGITransport(serving(house)), base_url=ORIGIN) as browser,
    ):
        assert (await browser.get("/my/welcome")).status_code == 404


async def test_a_blocked_home_says_so(house, home, visit):
    await house.write_host(homes.change, home.domain, state="blocked")
    async with visit(home.origin) as browser:
        answer = await browser.get("/auth/login")
        assert answer.status_code == 503
        assert "closed for now" in answer.text
