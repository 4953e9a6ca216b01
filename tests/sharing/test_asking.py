"""What one home asks another: tokens are renewed, homes that moved are followed, and it is known who is away."""

import msgspec
import pytest
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model.clients import ACCESS
from cozy.rooms.neighbours import service as neighbours
from cozy.rooms.sharing import service
from cozy.rooms.sharing.errors import PeerAway, PeerGone, PeerRefused
from cozy.rooms.sharing.model import Standing
from tests.conftest import postgres  # noqa: F401 (on both engines)
from tests.homes_apart import rule, shared

RULE = rule("io.cozy.tests", "t1")


@pytest.fixture
async def peer(street, alice, bob):
    """Bob's home, as Alice's talks to it."""
    sharing_id = await shared(street, alice, bob, rules=[RULE])
    [peer] = service.peers(await work_of(alice), await alice.sharing(sharing_id))
    return peer


async def work_of(place):
    found = []
    await place.read(found.append)
    return found[0]


async def ask(place, peer, method="PUT", path="recipients", **more):
    more = more or {"json": {"data": [], "included": []}}
    return await service.asking.ask(
        place.house, place.home, peer, method, f"/sharings/{peer.sharing_id}/{path}", **more
    )


async def standing(place, peer):
    found = await place.read(service.standings, await place.sharing(peer.sharing_id))
    return found.get(peer.index, Standing())


async def test_who_talks_to_whom(street, alice, bob, peer):
    assert (peer.index, peer.address, peer.read_only) == (1, bob.origin, False)
    assert len(peer.key) == 16
    theirs = await bob.sharing(peer.sharing_id)
    [back] = await bob.read(service.peers, theirs)
    assert (back.index, back.address, back.key) == (0, alice.origin, peer.key)


async def test_it_is_known_who_asks(street, alice, bob, peer):
    token = (await bob.sharing(peer.sharing_id)).credentials[0].access_token.access_token
    key = (await bob.read(neighbours.introduction, "")).public_key

    def who(work):
        work.caller = replace(auth.caller_of(work, token), signed_by=key)
        return service.member_who_asks(work, peer.sharing_id), work.caller.kind

    assert await alice.house.read(alice.home, SYSTEM, who) == (1, "client")
    with pytest.raises(Exception, match="not allowed"):
        await alice.read(service.member_who_asks, peer.sharing_id)


async def test_a_token_that_ended_is_renewed_once(street, alice, bob, peer, clock):
    before = (await alice.sharing(peer.sharing_id)).credentials[0].access_token
    clock.advance(seconds=ACCESS.total_seconds() + 1)
    bob.asked.clear()
    reply = await ask(alice, peer)
    assert reply.status == 204
    path = f"/sharings/{peer.sharing_id}/recipients"
    assert bob.asked == [("PUT", path), ("POST", "/auth/access_token"), ("PUT", path)]
    after = (await alice.sharing(peer.sharing_id)).credentials[0].access_token
    assert after.access_token != before.access_token
    assert after.refresh_token == before.refresh_token


async def test_a_stream_that_cannot_begin_again_is_sent_at_the_next_try(street, alice, bob, peer, clock):
    body = msgspec.json.encode({"data": [], "included": []})

    async def once():
        yield body[:5]
        yield body[5:]

    assert (await ask(alice, peer, body=once())).status == 204
    clock.advance(seconds=ACCESS.total_seconds() + 1)
    with pytest.raises(PeerAway):
        await ask(alice, peer, body=once())
    assert (await ask(alice, peer, body=once())).status == 204
    clock.advance(seconds=ACCESS.total_seconds() + 1)
    assert (await ask(alice, peer, body=once)).status == 204


async def test_a_home_that_knows_us_no_more_is_gone(street, alice, bob, peer):
    client_id = (await bob.sharing(peer.sharing_id)).credentials[0].inbound_client_id

    def forget(work):
        auth.other_homes.show_out(work, client_id)

    await bob.house.write(bob.home, SYSTEM, forget)
    with pytest.raises(PeerGone):
        await ask(alice, peer)
    assert (await standing(alice, peer)).trouble == "gone"


async def test_who_is_out_is_asked_nothing(street, alice, bob, peer):
    await alice.write(service.ending.revoke_member, peer.sharing_id, 1)
    await street.settle()
    bob.asked.clear()
    with pytest.raises(PeerGone):
        await ask(alice, peer)
    assert bob.asked == []


async def test_a_refusal_says_how(street, alice, bob, peer):
    with pytest.raises(PeerRefused) as refused:
        await ask(alice, peer, "POST", "recipients/delegated", json={"data": {}})
    assert refused.value.facts["status"] == 403
    assert (await standing(alice, peer)).away_since == ""


async def test_since_when_a_home_is_away_is_known_until_it_is_back(street, alice, bob, peer, clock):
    street.cut("alice", "bob")
    with pytest.raises(PeerAway):
        await ask(alice, peer)
    first = await standing(alice, peer)
    clock.advance(hours=2)
    with pytest.raises(PeerAway):
        await ask(alice, peer)
    assert await standing(alice, peer) == first
    assert first.away_since
    street.restore("alice", "bob")
    await ask(alice, peer)
    back = await standing(alice, peer)
    assert (back.away_since, back.heard_at > first.away_since) == ("", True)


async def test_a_stream_that_is_only_led_elsewhere_was_taken_by_nobody(street, alice, bob, peer):
    """A home that moves says so while a file is sent to it: that is sent again, and not taken for told."""
    there = bob.app

    async def leading(scope, receive, send):
        if scope["method"] != "PUT":
            await there(scope, receive, send)
            return
        headers = [(b"location", f"{bob.origin}{scope['path']}".encode())]
        await send({"type": "http.response.start", "status": 308, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def pieces():
        yield b"a file"

    bob.app = leading
    with pytest.raises(PeerAway):
        await ask(alice, peer, path="io.cozy.files/key", body=pieces)
