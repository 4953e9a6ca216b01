"""Fair turns: who asks one home a lot does not keep the others waiting."""

import asyncio

import httpx2
import pytest

from cozy.app.house import home_of
from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.web import lanes
from cozy.web.lanes import Crowded, Lanes
from tests.conftest import ALICE


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """However slow this machine is: nobody is alone again, and no place lost, before a test is over."""
    monkeypatch.setattr(lanes, "ALONE_AFTER_S", 1_000.0)
    monkeypatch.setattr(lanes, "HELD_S", 1_000.0)


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_one_request_of_another_home_waits_for_a_few_of_many(house, home):
    bob = home_of(
        house.settings, await auth.open_home(house, "bob.localhost", ALICE, "http://bob.localhost:8080")
    )
    answered = []
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(serving(house))) as client:

        async def ask(at, token):
            answer = await client.get(
                f"{at.origin}/files/io.cozy.files.root-dir", headers={"authorization": f"Bearer {token}"}
            )
            assert answer.status_code == 200, answer.text
            answered.append(at.domain)

        hers, his = [await house.read(each, SYSTEM, auth.mint) for each in (home, bob)]
        await ask(home, hers)
        await asyncio.gather(*(ask(bob, his) for _ in range(40)), ask(home, hers))

    assert len(answered) == 42
    assert answered[1:].index(home.domain) <= 12  # without turns, after all 40


async def test_beside_others_so_many_of_a_home_are_at_work_and_the_next_come_in_order():
    among = Lanes(2)
    await among.enter("alice")
    leave = [await among.enter("bob") for _ in range(2)]
    came = []

    async def come(number):
        leave.append(await among.enter("bob"))
        came.append(number)

    waiting = [asyncio.ensure_future(come(number)) for number in range(3)]
    await asyncio.sleep(0)
    assert await among.enter("alice"), "another home has places of its own"
    assert came == []
    leave[0]()
    leave[0]()  # a second time it means nothing
    await asyncio.wait_for(waiting[0], 10)
    assert came == [0]
    leave[1]()
    await asyncio.wait_for(waiting[1], 10)
    assert came == [0, 1]
    waiting[2].cancel()


async def test_a_home_beside_which_nobody_asks_has_all_places(monkeypatch):
    monkeypatch.setattr(lanes, "ALONE_AFTER_S", 0.0)
    among = Lanes(1)
    for _ in range(5):
        await asyncio.wait_for(among.enter("bob"), 10)


async def test_who_waits_for_something_else_than_us_holds_no_place(monkeypatch):
    monkeypatch.setattr(lanes, "HELD_S", 0.001)
    among = Lanes(1)
    for _ in range(3):
        await asyncio.wait_for(among.enter("bob"), 10)


async def test_a_line_that_is_too_long_is_told_so(monkeypatch):
    monkeypatch.setattr(lanes, "LINE", 1)
    among = Lanes(1)
    await among.enter("bob")
    waiting = asyncio.ensure_future(among.enter("bob"))
    await asyncio.sleep(0)
    with pytest.raises(Crowded):
        await among.enter("bob")
    waiting.cancel()
