"""Members who may only read: flags, tokens, and who may change them (cozy-stack web/sharings/readonly.go)."""

import pytest

from cozy.rooms.permissions import service as permissions
from cozy.rooms.sharing.model import SHARINGS
from tests.homes_apart import rule, share, shared

TESTS = "io.cozy.tests"
RULE = rule(TESTS, "t1")


def may_write(place, sharing_id, client_id):
    def look(work):
        granted = permissions.of_source(work, "oauth", client_id)
        return granted is not None and any(
            "POST" in grant.verbs and sharing_id in grant.values for grant in granted.grants
        )

    return place.read(look)


async def inbound(place, sharing_id, at=0):
    return (await place.sharing(sharing_id)).credentials[at].inbound_client_id


async def test_who_is_invited_to_look_is_let_in_to_read_alone(street, alice, bob):
    sharing_id = await shared(street, alice, rules=[RULE], readers=(bob,))
    theirs = await bob.sharing(sharing_id)
    assert theirs.is_read_only(theirs.me)
    assert theirs.credentials[0].access_token.scope == f"{SHARINGS}:GET:{sharing_id}"
    assert not await may_write(alice, sharing_id, await inbound(alice, sharing_id))


async def test_rules_by_which_nothing_comes_back_make_everybody_a_reader(street, alice, bob):
    pushed = rule(TESTS, "t1", add="push", update="push", remove="push")
    sharing_id = await shared(street, alice, bob, rules=[pushed])
    assert not await may_write(alice, sharing_id, await inbound(alice, sharing_id))
    assert (await bob.sharing(sharing_id)).is_read_only(1)


async def test_a_member_only_reads_from_now_on_once_the_last_changes_are_sent(street, alice, bob, clock):
    sharing_id = await shared(street, alice, bob, rules=[RULE])
    before = await inbound(alice, sharing_id)
    key = (await bob.sharing(sharing_id)).credentials[0].key
    async with alice.api() as client:
        assert (await client.post(f"/sharings/{sharing_id}/recipients/1/readonly")).status_code == 204
    after = await inbound(alice, sharing_id)
    assert after != before
    assert not await may_write(alice, sharing_id, before)
    ours, theirs = await alice.sharing(sharing_id), await bob.sharing(sharing_id)
    assert (ours.members[1].read_only, theirs.members[1].read_only) == (True, True)
    assert theirs.credentials[0].key == key
    assert theirs.credentials[0].client["client_id"] == after
    assert await may_write(alice, sharing_id, after)
    clock.advance(minutes=61)
    await street.settle()
    assert not await may_write(alice, sharing_id, after)
    assert (await alice.sharing(sharing_id)).members[1].status == "ready"


async def test_a_member_may_write_again(street, alice, bob):
    sharing_id = await shared(street, alice, rules=[RULE], readers=(bob,))
    async with alice.api() as client:
        assert (await client.delete(f"/sharings/{sharing_id}/recipients/1/readonly")).status_code == 204
        assert (await client.delete(f"/sharings/{sharing_id}/recipients/1/readonly")).status_code == 204
    assert await may_write(alice, sharing_id, await inbound(alice, sharing_id))
    assert not (await bob.sharing(sharing_id)).members[1].read_only


async def test_nothing_changes_while_their_home_is_away(street, alice, bob):
    sharing_id = await shared(street, alice, bob, rules=[RULE])
    before = await alice.sharing(sharing_id)
    street.cut("alice", "bob")
    async with alice.api() as client:
        assert (await client.post(f"/sharings/{sharing_id}/recipients/1/readonly")).status_code == 502
    after = await alice.sharing(sharing_id)
    assert (after.members, after.credentials) == (before.members, before.credentials)


async def test_who_was_not_asked_yet_finds_another_invitation(street, alice, bob):
    sharing_id = await share(alice, bob, rules=[RULE])
    street.cut("alice", "bob")
    async with alice.api() as client:
        assert (await client.post(f"/sharings/{sharing_id}/recipients/1/readonly")).status_code == 204
        assert (await client.post(f"/sharings/{sharing_id}/recipients/0/readonly")).status_code == 404
    assert (await alice.sharing(sharing_id)).members[1].read_only


async def test_nobody_lets_themselves_write(street, alice, bob):
    sharing_id = await shared(street, alice, rules=[RULE], readers=(bob,), open_sharing=True)
    async with bob.api() as client:
        answer = await client.delete(f"/sharings/{sharing_id}/recipients/1/readonly")
    assert answer.status_code == 502
    assert (await alice.sharing(sharing_id)).members[1].read_only
    token = (await bob.sharing(sharing_id)).credentials[0].access_token.access_token
    async with alice.api(token) as client:
        assert (await client.delete(f"/sharings/{sharing_id}/recipients/1/readonly")).status_code == 403
    async with bob.api(token) as client:
        body = {"data": {"attributes": {}}}
        assert (
            await client.request("DELETE", f"/sharings/{sharing_id}/recipients/self/readonly", json=body)
        ).status_code == 400


async def test_a_member_of_an_open_sharing_may_change_the_flag_of_another(street, alice, bob):
    carol = await street.home("carol")
    sharing_id = await shared(street, alice, bob, carol, rules=[RULE], open_sharing=True)
    async with bob.api() as client:
        assert (await client.post(f"/sharings/{sharing_id}/recipients/2/readonly")).status_code == 204
    assert (await alice.sharing(sharing_id)).members[2].read_only
    await street.settle()
    assert (await carol.sharing(sharing_id)).members[2].read_only


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_only_the_home_of_the_owner_says_so(street, alice, bob, method):
    carol = await street.home("carol")
    sharing_id = await shared(street, alice, bob, carol, rules=[RULE])
    before = await bob.sharing(sharing_id)
    answer = {"client": {"client_id": "c1"}, "access_token": {"access_token": "a"}}
    body = {"data": {"type": "io.cozy.sharings.answer", "attributes": answer}}
    for token in ("", (await carol.sharing(sharing_id)).credentials[0].access_token.access_token):
        async with bob.api(token) as client:
            asked = await client.request(
                method, f"/sharings/{sharing_id}/recipients/self/readonly", json=body
            )
            assert asked.status_code in {400, 401, 403}
    assert await bob.sharing(sharing_id) == before
