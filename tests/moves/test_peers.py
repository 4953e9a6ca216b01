"""A home that shares with another moves to another host: the other follows by its key, and the sharing goes on both ways."""

import pytest

from cozy.app.house import home_of
from cozy.backends.disk import inline_content
from cozy.kernel.home import Home
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Query
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from cozy.rooms.moves import service as moves
from cozy.rooms.neighbours import service as neighbours
from tests.homes_apart import Place, Street, rule, shared

AWAY = "alicia.localhost"


async def move(street, alice, host):
    """Alice's home lives at the other host, at another address."""
    origin = f"http://{AWAY}:8080"
    street.places["alicia"] = there = Place(
        "alicia", host.house, Home("", AWAY, origin), host.app, host.mails
    )
    code = await host.house.write_host(moves.expecting.expect, AWAY, None)
    await moves.leaving.begin(alice.house, alice.home, f"{origin}#{code}")
    assert (await moves.leaving.carry_on(alice.house, alice.home.id)).state == "arrived"
    there.home = home_of(host.house.settings, await host.house.read_host(homes.at, AWAY))
    del street.places["alice"]
    street.gone = alice
    return there


class Leading(Street):
    """A street on which the old host still answers, though nobody lives there."""

    gone: Place | None = None

    def at(self, netloc):
        is_old = self.gone is not None and self.gone.origin.endswith(netloc)
        return self.gone if is_old else super().at(netloc)


@pytest.fixture
async def three(tmp_path, clock):
    async with Leading(tmp_path, clock) as street:
        yield street, *[await street.home(name) for name in ("alice", "bob", "host")]


async def beat(street, clock):
    for _ in range(4):
        await street.settle()
        clock.advance(minutes=11)


@pytest.mark.parametrize("is_told", [True, False], ids=["told", "comes by"])
async def test_a_home_that_is_shared_with_follows_and_nothing_is_lost_on_either_side(three, clock, is_told):
    street, alice, bob, host = three
    folder = (await alice.write(files.create_folder, files.ROOT, "Trip")).id
    sharing_id = await shared(street, alice, bob, rules=[rule("io.cozy.files", folder, title="Trip")])
    await write(alice, "before.txt")
    await beat(street, clock)
    assert await names(bob) == {"before.txt"}
    if not is_told:
        street.cut("host", "bob")
    there = await move(street, alice, host)
    await street.settle("alicia")
    street.restore("host", "bob")
    await write(bob, "of bob.txt")
    await beat(street, clock)
    await write(there, "of alice.txt")
    await beat(street, clock)
    assert (await bob.sharing(sharing_id)).members[0].instance == there.origin
    assert (await bob.read(neighbours.known, there.origin)).public_key
    assert await bob.read(neighbours.known, alice.origin) is None
    assert await names(bob) == await names(there) == {"before.txt", "of bob.txt", "of alice.txt"}


async def write(place, name):
    """A file in the folder that is shared."""
    folder = await place.read(trip)
    await place.write(files.create_file, folder.id, name, inline_content(name.encode()), "")


async def names(place):
    """Of what is in it."""
    return {each.name for each in await place.read(lambda work: files.children(work, trip(work).id))}


def trip(work):
    """The folder, wherever it is in this home."""
    found = documents.find(
        work, "io.cozy.files", Query(selector={"name": "Trip", "type": "directory"}, limit=5)
    )
    return found.documents[0]
