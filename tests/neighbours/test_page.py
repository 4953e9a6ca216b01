"""The page of other homes."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.neighbours import service
from cozy.rooms.neighbours.errors import OtherKey
from cozy.rooms.neighbours.model import fingerprint
from tests.neighbours.conftest import begin_anew

PAGE = "/my/settings/neighbours"


async def test_the_homes_that_are_known_are_listed_with_their_keys(near, home, bob, reader):
    assert "None yet" in (await reader.get(PAGE)).text
    await service.sure(near, home, bob.origin)
    key = (await near.read(home, SYSTEM, service.fetch, bob.origin)).public_key
    assert fingerprint(key) in (await reader.get(PAGE)).text


async def test_a_home_that_is_no_longer_who_it_was_is_shown_until_the_owner_decides(near, home, bob, reader):
    await service.sure(near, home, bob.origin)
    await begin_anew(near, bob)
    with pytest.raises(OtherKey):
        await service.sure(near, home, bob.origin)
    met = await near.read(home, SYSTEM, service.fetch, bob.origin)
    assert "is no longer the one you know" in (await reader.get("/my")).text
    shown = (await reader.get(PAGE)).text
    assert fingerprint(met.public_key) in shown
    assert fingerprint(met.refused_key) in shown
    asked = await reader.get(f"{PAGE}/accept", params={"address": bob.origin})
    assert fingerprint(met.refused_key) in asked.text
    await reader.submit(f"{PAGE}/accept", address=bob.origin)
    assert "is no longer" not in (await reader.get(PAGE)).text


async def test_a_home_that_is_not_known_has_no_key_to_take(reader):
    assert (
        await reader.get(f"{PAGE}/accept", params={"address": "https://x.example.org"})
    ).status_code == 404
