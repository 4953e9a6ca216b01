"""A home gets another address, and whoever knew it finds it."""

import httpx2
import msgspec
import pytest

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.homes import service as homes
from cozy.rooms.neighbours import service
from cozy.rooms.neighbours.errors import HasMoved
from cozy.rooms.neighbours.service import meeting
from tests.program import Cozy


@pytest.fixture
def cozy(tmp_path):
    cozy = Cozy(tmp_path / "data")
    assert cozy("homes", "add", "alice.localhost", "--passphrase", "orage tilleul boussole").code == 0
    return cozy


def test_a_home_is_given_another_address(cozy):
    done = cozy("homes", "move", "alice.localhost", "Camille.localhost")
    assert done.code == 0, done.err
    assert done.out.startswith("http://camille.localhost:8080/auth/passphrase_renew?token=")
    (listed,) = cozy("homes", "ls", "--json").json
    assert (listed["domain"], listed["hosted"]["formerly"]) == ("camille.localhost", ["alice.localhost"])


def test_an_address_that_is_taken_or_none_is_refused(cozy):
    assert cozy("homes", "move", "alice.localhost", "alice.localhost").code != 0
    assert cozy("homes", "move", "alice.localhost", "nowhere").code != 0
    assert cozy("homes", "add", "bob.localhost", "--passphrase", "orage tilleul boussole").code == 0
    assert cozy("homes", "move", "alice.localhost", "bob.localhost").code != 0
    assert {each["domain"] for each in cozy("homes", "ls", "--json").json} == {
        "alice.localhost",
        "bob.localhost",
    }


async def test_at_the_old_address_stands_where_the_home_has_gone(near, home, bob, client):
    """Who comes by follows by the key, and tokens of before go on being good."""
    await service.sure(near, home, bob.origin)
    there = bob.origin.replace("bob.", "robert.")
    token = await near.read(bob, SYSTEM, auth.mint)
    record = await near.read(bob, SYSTEM, service.move_record, bob.origin, there)
    await near.write_host(homes.move, bob.domain, "robert.localhost", msgspec.json.encode(record).decode())
    for domain in (bob.domain, "robert.localhost"):
        near.relisted[domain] += 1
    meeting.forget()
    with pytest.raises(HasMoved):
        await service.sure(near, home, bob.origin)
    await service.sure(near, home, there)
    assert (await near.read(home, SYSTEM, service.known, there)).public_key == record.public_key
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(serving(near)), base_url=there) as moved:
        answer = await moved.get("/files/metadata?Path=/", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        gone = await moved.get(f"{bob.origin}/files/metadata?Path=/")
        assert (gone.status_code, gone.headers["location"]) == (308, f"{there}/files/metadata?Path=/")


async def test_an_address_where_no_home_ever_was_says_nothing(near, home):
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(serving(near))) as anybody:
        assert (await anybody.get("http://nobody.localhost:8080/.well-known/cozy-home")).status_code == 404
        bad = await anybody.get(f"{home.origin}/.well-known/cozy-home", params={"challenge": "a\nb"})
        assert bad.status_code == 400
