"""The page where the owner lets their home move."""

import asyncio

import msgspec
import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.homes import service as homes
from cozy.rooms.moves import service as moves
from cozy.rooms.moves.errors import NoDeparture
from cozy.rooms.neighbours import service as neighbours

PASSPHRASE = "orage tilleul boussole velours"
INVITATION = "http://camille.localhost:8080#code"


@pytest.fixture
async def owned(house, home):
    """The home, with a passphrase."""
    sealed = await auth.passphrase.seal(auth.passphrase.derive(PASSPHRASE, home.domain))
    await house.write(home, SYSTEM, auth.passphrase.keep, sealed)
    return home


@pytest.fixture
def on_page() -> str:
    return "/my/leave/move"


async def test_it_is_found_from_the_page_of_leaving(reader, owned):
    assert 'href="/my/leave/move"' in (await reader.get("/my/leave")).text
    assert 'name="invitation"' in (await reader.get("/my/leave/move")).text


async def test_a_move_is_begun_looked_at_and_given_up(reader, house, owned):
    page = await reader.landed(
        await reader.submit("/my/leave/move", invitation=INVITATION, raw_passphrase=PASSPHRASE)
    )
    assert "camille.localhost" in page
    assert "It begins in a moment." in page
    departure = await house.read_host(moves.leaving.of, owned.id)
    assert (departure.address, departure.code) == ("http://camille.localhost:8080", "code")
    await house.write_host(moves.leaving.change, owned.id, size=2_000_000, carried=500_000, said="It is far.")
    page = (await reader.get("/my/leave/move")).text
    assert 'max="2000000" value="500000"' in page
    assert "It is far." in page
    assert "data-again" in page
    assert (
        "Look every 20 seconds" in page
    )  # for who asks for it: a page that loads by itself is read out anew
    assert "refresh" not in (await reader.get("/my/leave/move")).headers
    assert (await reader.get("/my/leave/move?again=1")).headers["refresh"] == "20"
    assert "Your home stays." in await reader.landed(await reader.submit("/my/leave/move/abandon"))
    assert (await house.read_host(moves.leaving.of, owned.id)).given_up


@pytest.mark.parametrize(
    "typed",
    [
        {"invitation": INVITATION, "raw_passphrase": "something else entirely"},
        {"invitation": "camille.localhost", "raw_passphrase": PASSPHRASE},
        {"invitation": "", "raw_passphrase": ""},
    ],
)
async def test_who_types_something_wrong_is_told_and_nothing_moves(reader, house, owned, typed):
    answer = await reader.submit("/my/leave/move", **typed)
    assert answer.status_code == 422
    assert "aria-invalid" in answer.text
    with pytest.raises(NoDeparture):
        await house.read_host(moves.leaving.of, owned.id)


async def test_a_form_that_was_sent_as_the_home_went_is_sent_on(reader, house, owned):
    for each in await house.read_host(moves.leaving.under_way):  # of other tests
        await house.write_host(moves.leaving.forget, each.home_id)
    await moves.leaving.begin(house, owned, INVITATION)
    record = msgspec.json.encode(
        await house.read(owned, SYSTEM, neighbours.move_record, owned.origin, "http://camille.localhost:8080")
    ).decode()
    async with house.storage.leaving(owned.id) as leaving, leaving.held():
        await leaving.seal()

    async def arrives():
        while owned.id not in house.gone:  # noqa: ASYNC110  until the form is refused
            await asyncio.sleep(0.01)
        await house.write_host(homes.depart, owned.domain, record)
        await house.write_host(moves.leaving.change, owned.id, state="arrived", record=record)

    sent = reader.submit("/my/leave/move", invitation=INVITATION, raw_passphrase=PASSPHRASE)
    _, answer = await asyncio.gather(arrives(), sent)
    assert answer.status_code == 308, answer.text
    assert answer.headers["location"] == "http://camille.localhost:8080/my/leave/move"
