"""A home keeps its address and gets another host: the name of that is asked until the address leads there."""

import pytest

from cozy.app.house import home_of
from cozy.kernel.carrying import HomeGone
from cozy.kernel.problem import NotFound
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from cozy.rooms.moves import service as moves
from cozy.rooms.moves.errors import BadInvitation, GivenUp
from cozy.rooms.neighbours.model import WELL_KNOWN
from tests.conftest import OWNER
from tests.moves.two import OLD, Cut, Pair

DOOR = "host.localhost"


@pytest.fixture
async def pair(tmp_path):
    pair = Pair(tmp_path)
    await pair.start()
    pair.between.apps[DOOR] = pair.between.apps["camille.localhost"]
    yield pair
    await pair.close()


@pytest.fixture
async def home(pair):
    home = await pair.make()
    async with pair.client() as client:
        await client.upload("small.txt", b"hello")
    return home


async def begin(pair, home):
    code = await pair.new.write_host(moves.expecting.expect, OLD, None)
    return await moves.leaving.begin(pair.old, home, f"http://{OLD}:8080#{code}@http://{DOOR}:8080")


async def writes(house, home):
    """Whether it takes a write there."""
    try:
        listing = await house.read_host(homes.at, OLD)
        if listing.state != "active":
            return False
        await house.write(home_of(house.settings, listing), OWNER, documents.create, "io.cozy.tests", {})
    except (HomeGone, NotFound):
        return False
    return True


async def test_a_home_gets_another_host_and_keeps_its_address_and_its_passphrase(pair, home):
    await begin(pair, home)
    departure = await pair.carry_on()
    assert (departure.state, departure.link, departure.is_in_place) == ("arrived", "", True)
    assert [await writes(each, home) for each in (pair.old, pair.new)] == [False, True]
    assert (await pair.new.read_host(homes.at, OLD)).hosted.formerly == ()
    await moves.leaving.erase(pair.old, home.id)
    async with pair.client(OLD) as client:  # whose name still leads to the old host
        for path in ("/files/metadata", WELL_KNOWN):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    pair.between.apps[OLD] = pair.between.apps[DOOR]  # and now to the new one
    async with pair.client(OLD) as client:
        found = await client.get("/files/download", params={"Path": "/small.txt"})
        assert (found.status_code, found.content) == (200, b"hello")
        assert (await client.get(WELL_KNOWN)).json()["address"] == f"http://{OLD}:8080"


@pytest.mark.parametrize("at", range(1, 10, 2))
async def test_at_whatever_request_it_ends_it_goes_on(pair, home, at):
    await begin(pair, home)
    pair.between.ends = (at, True)
    with pytest.raises(Cut):
        await pair.carry_on()
    assert [await writes(each, home) for each in (pair.old, pair.new)].count(True) <= 1
    pair.between.ends = None
    assert (await pair.carry_on()).state == "arrived"
    assert [await writes(each, home) for each in (pair.old, pair.new)] == [False, True]


async def test_it_is_given_up_like_any_other_move(pair, home):
    await begin(pair, home)
    pair.between.ends = (5, True)
    with pytest.raises(Cut):
        await pair.carry_on()
    pair.between.ends = None
    await pair.old.write_host(moves.leaving.give_up, home.id)
    with pytest.raises(GivenUp):
        await pair.carry_on()
    assert [await writes(each, home) for each in (pair.old, pair.new)] == [True, False]


async def test_it_moves_back_to_the_host_where_it_was(pair, home):
    await begin(pair, home)
    await pair.carry_on()
    await moves.leaving.erase(pair.old, home.id)
    pair.between.apps["first.localhost"] = pair.between.apps[OLD]
    code = await pair.old.write_host(moves.expecting.expect, OLD, None)
    there = home_of(pair.new.settings, await pair.new.read_host(homes.at, OLD))
    await moves.leaving.begin(pair.new, there, f"http://{OLD}:8080#{code}@http://first.localhost:8080")
    assert (await moves.leaving.carry_on(pair.new, home.id)).state == "arrived"
    assert [await writes(each, home) for each in (pair.old, pair.new)] == [True, False]


async def test_without_another_name_of_the_host_it_is_told_what_is_missing(pair, home):
    for invitation in (f"http://{OLD}:8080#code", f"http://{OLD}:8080#code@http://{OLD}:8080"):
        with pytest.raises(BadInvitation, match="--reached-by"):
            await moves.leaving.begin(pair.old, home, invitation)
