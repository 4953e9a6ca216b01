"""How much may be asked in a minute by those who show nothing, and of one home."""

import httpx2
import pytest
from msgspec.structs import replace

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.web import rates
from cozy.web.rates import Rate, TooManyRequests

ROOT = "/files/io.cozy.files.root-dir"


@pytest.fixture
def settings(settings):
    return replace(settings, address_per_minute=2, home_per_minute=8)


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The moment, which stands still."""
    at = [1_000.0]
    monkeypatch.setattr(rates, "monotonic", lambda: at[0])
    return at


@pytest.fixture
async def token(house, home):
    return {"authorization": f"Bearer {await house.read(home, SYSTEM, auth.mint)}"}


@pytest.fixture
def at(house, home):
    """Somebody at this address."""
    app = serving(house)

    def at(address):
        transport = httpx2.ASGITransport(app, client=(address, 4711))
        return httpx2.AsyncClient(transport=transport, base_url=home.origin)

    return at


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_who_shows_nothing_waits_and_the_owner_at_the_same_address_does_not(at, token, now):
    async with at("192.0.2.7") as client, at("192.0.2.8") as other:
        wrong = {"authorization": "Bearer nobody"}
        assert [(await client.get(ROOT, headers=wrong)).status_code for _ in range(2)] == [400, 400]
        refused = await client.get("/auth/login")

        assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
        assert "try again in a moment" in refused.text
        assert (await client.get(ROOT, headers=token)).status_code == 200
        assert (await other.get("/auth/login")).status_code == 200
        now[0] += 30
        assert (await client.get("/auth/login")).status_code == 200


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_this_machine_has_no_limit_but_that_of_the_home_and_strangers_do_not_use_up_the_owners(
    at, token
):
    async with at("127.0.0.1") as client:
        assert [(await client.get("/auth/login")).status_code for _ in range(9)] == [200] * 8 + [429]
        assert [(await client.get(ROOT, headers=token)).status_code for _ in range(8)] == [200] * 8
        refused = await client.get(ROOT, headers=token)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "8")
    assert refused.json()["errors"][0]["status"] == "429"


def test_of_the_many_who_asked_a_few_are_remembered(monkeypatch, now):
    monkeypatch.setattr(rates, "_KEPT", 2)
    rate = Rate(1)
    rate.count("early")
    now[0] += 40
    rate.count("late")
    now[0] += 40
    rate.count("new")
    rate.count("early")
    with pytest.raises(TooManyRequests):
        rate.count("early")
