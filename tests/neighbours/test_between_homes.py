"""Homes that share know each other by their keys, and find each other again."""

import msgspec
import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.homes import service as homes
from cozy.rooms.neighbours import service
from cozy.rooms.neighbours.errors import OtherKey
from cozy.rooms.neighbours.service import meeting
from cozy.rooms.notifications.model import NOTIFICATIONS
from cozy.rooms.sharing import service as sharing
from cozy.rooms.sharing.errors import PeerAway, PeerRefused
from tests.homes_apart import Street, accept, rule, share, shared
from tests.neighbours.conftest import begin_anew

TESTS = "io.cozy.tests"


@pytest.fixture
async def street(tmp_path, clock):
    meeting.forget()
    async with Street(tmp_path, clock) as street:
        yield street


@pytest.fixture
async def alice(street):
    return await street.home("alice")


@pytest.fixture
async def bob(street):
    return await street.home("bob")


@pytest.fixture
async def both(street, alice, bob):
    """The id of something that Alice shares with Bob."""
    document = await alice.document(TESTS, {"a": 1})
    return await shared(street, alice, bob, rules=[rule(TESTS, document.id)])


async def peer(place, sharing_id):
    found = await place.read(sharing.fetch, sharing_id)
    return (await place.read(sharing.peers, found))[0]


async def ask(place, sharing_id):
    """Ask the other home for something that only it answers."""
    there = await peer(place, sharing_id)
    path = f"/sharings/{sharing_id}/recipients/self/moved"
    return await sharing.asking.ask(
        place.house, place.home, there, "POST", path, json={"data": {"attributes": {}}}
    )


async def key(place):
    return (await place.read(service.introduction, "")).public_key


async def meet(place, other):
    await service.sure(place.house, place.home, other.origin)


async def test_homes_that_share_keep_each_others_keys(alice, bob, both):
    for one, other in ((alice, bob), (bob, alice)):
        await meet(one, other)
        assert (await one.read(service.fetch, other.origin)).public_key == await key(other)


async def test_the_token_of_a_member_opens_nothing_without_the_signature_of_their_home(alice, bob, both):
    await meet(alice, bob)
    secrets = (await bob.sharing(both)).credentials[0]
    async with alice.api(secrets.access_token.access_token) as thief:
        answer = await thief.post(
            f"/sharings/{both}/recipients/self/moved", json={"data": {"attributes": {}}}
        )
    assert answer.status_code == 403
    assert "not signed" in answer.text
    with pytest.raises(PeerRefused) as refused:
        await ask(bob, both)
    assert refused.value.facts["status"] == 422, "it was let in, and said something that makes no sense"


async def test_the_owner_hears_that_somebody_has_the_token_of_another_home(alice, bob, both):
    await meet(alice, bob)
    secrets = (await bob.sharing(both)).credentials[0]
    for _ in range(2):
        async with alice.api(secrets.access_token.access_token) as thief:
            assert (await thief.delete(f"/sharings/{both}/answer")).status_code == 403
    told = [
        each for each in (await alice.documents(NOTIFICATIONS)).values() if "in the name of" in each["title"]
    ]
    assert [each["title"] for each in told] == ["Somebody else asked in the name of bob.localhost:8080"]
    assert (await alice.sharing(both)).members[1].status == "ready"


async def test_nothing_is_asked_of_a_home_that_shows_another_key(alice, bob, both):
    await meet(bob, alice)
    await begin_anew(alice.house, alice.home)
    alice.asked.clear()
    with pytest.raises(PeerRefused):
        await ask(bob, both)
    assert alice.asked == []
    assert [each.address for each in await bob.read(service.refused)] == [alice.origin]
    async with bob.browser() as reader:
        for page in ("/my/shared", f"/my/shared/{both}"):
            assert "Their home is no longer the one you know" in (await reader.get(page)).text


async def moves(place, domain):
    """Give a home another address, as `cozy homes move` does."""
    there = place.origin.replace(place.home.domain, domain)
    record = await place.house.read(place.home, SYSTEM, service.move_record, place.origin, there)
    said = msgspec.json.encode(record).decode()
    await place.house.write_host(homes.move, place.home.domain, domain, said)
    for each in (place.home.domain, domain):
        place.house.relisted[each] += 1
    before, place.home = place.origin, msgspec.structs.replace(place.home, domain=domain, origin=there)
    await place.house.write(place.home, SYSTEM, homes.tell_move, before)
    return before


async def test_a_home_that_moves_tells_those_it_shares_with(street, alice, bob, both):
    for one, other in ((alice, bob), (bob, alice)):
        await meet(one, other)
    before = await moves(bob, "robert.localhost")
    await street.settle("bob")
    await street.settle("alice")
    assert (await alice.sharing(both)).members[1].instance == bob.origin
    assert (await bob.sharing(both)).members[1].instance == bob.origin
    assert await alice.read(service.known, before) is None
    assert (await alice.read(service.fetch, bob.origin)).public_key == await key(bob)


async def test_a_home_that_missed_the_move_of_another_finds_it_by_its_old_address(
    street, alice, bob, both, monkeypatch
):
    await meet(alice, bob)
    before, at = await moves(bob, "robert.localhost"), street.at
    monkeypatch.setattr(street, "at", lambda netloc: bob if before.endswith(f"//{netloc}") else at(netloc))
    meeting.forget()
    with pytest.raises(PeerAway):
        await ask(alice, both)
    await street.settle("alice")
    assert (await alice.sharing(both)).members[1].instance == bob.origin
    with pytest.raises(PeerRefused):
        await ask(alice, both)


async def move_to(place, sharing_id, address):
    """Say at the other home that this one is at an address by now; what it answers."""
    there = await peer(place, sharing_id)
    path = f"/sharings/{sharing_id}/recipients/self/moved"
    body = {"data": {"attributes": {"new_instance": address}}}
    return await sharing.asking.ask(place.house, place.home, there, "POST", path, json=body)


async def test_a_home_moves_to_no_address_of_another(street, alice, bob, both):
    carol = await street.home("carol")
    await meet(alice, bob)
    with pytest.raises(PeerRefused):
        await move_to(bob, both, carol.origin)
    assert (await alice.sharing(both)).members[1].instance == bob.origin
    assert await alice.read(service.known, carol.origin) is None
    carol.is_stack = True
    await meet(alice, carol)
    with pytest.raises(PeerRefused):
        await move_to(bob, both, carol.origin)
    assert (await alice.read(service.fetch, carol.origin)).public_key == ""


async def test_no_invitation_is_answered_to_a_home_that_shows_another_key(street, alice, bob, both):
    await meet(bob, alice)
    once_more = await share(alice, bob, rules=[rule(TESTS, "t2")])
    await street.settle()
    await begin_anew(alice.house, alice.home)
    alice.asked.clear()
    with pytest.raises(OtherKey):
        await accept(bob, once_more)
    assert alice.asked == []


async def test_nobody_is_invited_at_a_home_that_shows_another_key(street, alice, bob, both):
    await meet(alice, bob)
    await begin_anew(bob.house, bob.home)
    bob.asked.clear()
    await share(alice, bob, rules=[rule(TESTS, "t2")])
    await street.settle()
    assert bob.asked == []
    assert alice.mails.links("bob@example.net") != []
