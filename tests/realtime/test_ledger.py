"""To hear of documents is to read them, and the ledger says so."""

from cozy.kernel.caller import SYSTEM
from cozy.rooms.permissions import service as permissions

FOOS = "io.cozy.foos"


async def test_a_subscription_and_what_it_tells_are_readings(house, home, listening, client):
    socket = await listening(FOOS, scope=f"{FOOS}:GET")
    for number in range(3):
        await client.post(f"/data/{FOOS}", json={"n": number})
        await socket.event()
    await socket.settled()
    await permissions.ledger.flush(house)
    found = await house.read(home, SYSTEM, permissions.ledger.entries)
    assert {(line.verb, line.requests, line.documents) for line in found} == {("GET", 1, 3), ("POST", 3, 3)}


async def test_what_is_refused_is_none(house, home, open_, minted):
    socket = await open_()
    await socket.say("AUTH", await minted(f"{FOOS}:POST"))
    await socket.subscribe(FOOS)
    assert await socket.error() == "403 Forbidden"
    assert house.ledger.take_of(home.id) == []
