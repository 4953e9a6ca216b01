"""A host may limit how many programs its homes let in."""

import pytest

from cozy.app.house import opened
from cozy.kernel.settings import Settings

from .conftest import answered, consent

URL = "/settings/clients/limit-exceeded"


@pytest.fixture
def flags():
    """The feature flags of the host."""
    return {}


@pytest.fixture
async def house(tmp_path, clock, flags):
    async with opened(Settings(data=str(tmp_path / "data"), features=flags), clock=clock) as house:
        yield house


@pytest.fixture
def allowed(flags):
    """`allowed(1)`: the host allows one program."""
    return lambda number: flags.update({"cozy.oauthclients.max": number})


async def let_in(program, owner):
    sent = await consent(owner, program.asking())
    return await program.redeem(answered(sent.headers["location"])["code"])


async def test_one_program_too_many_is_not_let_in(connected, new_program, owner, allowed):
    allowed(1)
    other = new_program()
    await other.register()
    page = await owner.get("/auth/authorize", params=other.asking())
    assert page.status_code == 403
    assert "Your home is full of programs" in page.text
    sent = await owner.submit("/auth/authorize", page="/my/settings", answer="yes", **other.asking())
    assert sent.status_code == 403


async def test_one_that_is_in_may_ask_again(connected, owner, allowed):
    allowed(1)
    assert (await owner.get("/auth/authorize", params=connected.asking("io.cozy.notes"))).status_code == 200


async def test_once_another_is_stopped_it_goes_on(connected, new_program, owner, allowed):
    allowed(1)
    other = new_program()
    await other.register()
    url = f"/my/settings/devices/programs/{connected.known['client_id']}/end"
    await owner.submit(url, page="/my/settings/devices")
    assert (await let_in(other, owner)).status_code == 200


@pytest.mark.parametrize(
    ("limit", "attributes"),
    [
        (None, {"count": 1, "limitReached": False, "limitExceeded": False}),
        (2, {"limit": 2, "count": 1, "limitReached": False, "limitExceeded": False}),
        (1, {"limit": 1, "count": 1, "limitReached": True, "limitExceeded": False}),
        (0, {"limit": 0, "count": 1, "limitReached": True, "limitExceeded": True}),
        (-1, {"count": 1, "limitReached": False, "limitExceeded": False}),
    ],
)
async def test_apps_know_how_many_there_are(connected, app, allowed, limit, attributes):
    allowed(limit)
    data = (await app.get("/settings/clients-usage")).json()["data"]
    assert (data["type"], data["id"]) == ("io.cozy.settings", "io.cozy.settings.clients-usage")
    assert data["attributes"] == attributes


async def test_the_page_of_too_many_leads_on_when_there_are_not(connected, owner, allowed):
    assert (await owner.get(URL, params={"redirect": "/my/drive"})).headers["location"] == "/my/drive"
    assert (await owner.get(URL, params={"redirect": "https://evil.example.org/"})).status_code == 400
    allowed(0)
    page = await owner.get(URL, params={"redirect": "/my/drive"})
    assert page.status_code == 200
    assert "1 program or device is connected." in page.text
