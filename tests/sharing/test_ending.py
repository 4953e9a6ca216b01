"""Somebody is out: by the owner's wish, by their own, by a group; and the other home gets to know, however late."""

import pytest

from cozy.rooms.auth.model.clients import CLIENTS
from cozy.rooms.permissions import service as permissions
from cozy.rooms.sharing import service
from cozy.rooms.sharing.service import letting_in
from tests.homes_apart import accept, body_of, rule, share, shared

TESTS = "io.cozy.tests"
RULE = rule(TESTS, "t1")


async def asked_with(place, token, method, path, **more):
    async with place.api(token) as client:
        return await client.request(method, path, **more)


@pytest.fixture
async def carol(street):
    return await street.home("carol")


async def test_a_member_who_is_taken_out_is_out_at_once_and_their_home_knows(street, alice, bob, carol):
    sharing_id = await shared(street, alice, bob, carol, rules=[RULE])
    token = (await bob.sharing(sharing_id)).credentials[0].access_token.access_token
    async with alice.api() as client:
        assert (await client.delete(f"/sharings/{sharing_id}/recipients/1")).status_code == 204
    assert (await asked_with(alice, token, "DELETE", f"/sharings/{sharing_id}/answer")).status_code == 400
    await street.settle()
    ours, theirs = await alice.sharing(sharing_id), await bob.sharing(sharing_id)
    assert [each.status for each in ours.members] == ["owner", "revoked", "ready"]
    assert (ours.active, theirs.active, theirs.members[1].status) == (True, False, "revoked")
    assert ours.credentials[0] == theirs.credentials[0]  # nothing is left on either side
    assert len(await alice.documents(CLIENTS)) == 1
    assert await bob.documents(CLIENTS) == {}
    assert [each.status for each in (await carol.sharing(sharing_id)).members] == [
        "owner",
        "revoked",
        "ready",
    ]


async def test_a_home_that_is_away_is_told_when_it_is_back(street, alice, bob, clock):
    sharing_id = await shared(street, alice, bob, rules=[RULE])
    street.cut("alice", "bob")
    async with alice.api() as client:
        assert (await client.delete(f"/sharings/{sharing_id}/recipients/1")).status_code == 204
    await street.settle()
    assert (await bob.sharing(sharing_id)).active
    clock.advance(hours=1)
    street.restore("alice", "bob")
    await street.settle()
    assert not (await bob.sharing(sharing_id)).active
    assert (await alice.sharing(sharing_id)).credentials[0].access_token is None


async def test_when_the_last_one_is_out_nothing_is_shared_any_more(street, alice, bob):
    sharing_id = await shared(street, alice, bob, rules=[RULE], preview_path="/preview", app_slug="testapp")
    assert await alice.read(permissions.previews.of_sharing, "share-preview", sharing_id)
    async with alice.api() as client:
        await client.delete(f"/sharings/{sharing_id}/recipients/1")
    assert not (await alice.sharing(sharing_id)).active
    assert await alice.read(permissions.previews.of_sharing, "share-preview", sharing_id) is None


async def test_the_whole_of_it_is_taken_back(street, alice, bob, carol):
    sharing_id = await shared(street, alice, bob, rules=[RULE])
    contact = await alice.contact("Carol", "carol@example.net", carol.origin)
    async with alice.api() as client:
        more = {
            "data": {"relationships": {"recipients": {"data": [{"id": contact, "type": "io.cozy.contacts"}]}}}
        }
        await client.post(f"/sharings/{sharing_id}/recipients", json=more)
        await street.settle()
        assert (await client.delete(f"/sharings/{sharing_id}/recipients")).status_code == 204
    await street.settle()
    assert [each.status for each in (await alice.sharing(sharing_id)).members] == [
        "owner",
        "revoked",
        "revoked",
    ]
    assert not (await alice.sharing(sharing_id)).active
    assert not (await bob.sharing(sharing_id)).active
    with pytest.raises(Exception, match=r"nobody like that|not shared|as it is now"):
        await accept(carol, sharing_id)


async def test_a_member_leaves(street, alice, bob, carol, app):
    sharing_id = await shared(street, alice, bob, carol, rules=[RULE])
    async with bob.api() as client:
        assert (await client.delete(f"/sharings/{sharing_id}/recipients/self")).status_code == 204
    assert not (await bob.sharing(sharing_id)).active
    await street.settle()
    assert [each.status for each in (await alice.sharing(sharing_id)).members] == [
        "owner",
        "revoked",
        "ready",
    ]
    assert len(await alice.documents(CLIENTS)) == 1
    async with alice.api() as client:
        assert (await client.delete(f"/sharings/{sharing_id}/recipients/self")).status_code == 400


async def test_who_may_only_read_leaves_too(street, alice, bob):
    sharing_id = await shared(street, alice, rules=[RULE], readers=(bob,))
    async with bob.api() as client:
        await client.delete(f"/sharings/{sharing_id}/recipients/self")
    await street.settle()
    assert (await alice.sharing(sharing_id)).members[1].status == "revoked"


async def test_taking_back_what_a_home_may_do_takes_its_member_out(street, alice, bob):
    """The owner stops it on the page “Who can see what”."""
    sharing_id = await shared(street, alice, bob, rules=[RULE])
    client_id = (await alice.sharing(sharing_id)).credentials[0].inbound_client_id

    def withdraw(work):
        granted = permissions.of_source(work, "oauth", client_id)
        assert granted is not None
        permissions.withdraw(work, granted)

    await alice.write(withdraw)
    await street.settle()
    assert (await alice.sharing(sharing_id)).members[1].status == "revoked"
    assert not (await bob.sharing(sharing_id)).active


@pytest.mark.parametrize("path", ["recipients", "recipients/1", "groups/0", "recipients/1/readonly"])
async def test_only_who_holds_what_is_shared_decides(street, alice, bob, app, path):
    sharing_id = await shared(street, alice, bob, rules=[RULE])
    held = await app(alice, "io.cozy.notes")
    method = "POST" if path.endswith("readonly") else "DELETE"
    before = await alice.sharing(sharing_id)
    async with alice.api(**held) as client:
        assert (await client.request(method, f"/sharings/{sharing_id}/{path}")).status_code == 403
    async with alice.api("") as client:
        assert (await client.request(method, f"/sharings/{sharing_id}/{path}")).status_code == 401
    token = (await bob.sharing(sharing_id)).credentials[0].access_token.access_token
    assert (await asked_with(alice, token, method, f"/sharings/{sharing_id}/{path}")).status_code == 403
    assert await alice.sharing(sharing_id) == before


async def test_a_member_of_an_open_sharing_takes_nobody_out(street, alice, bob, carol):
    sharing_id = await shared(street, alice, bob, carol, rules=[RULE], open_sharing=True)
    async with bob.api() as client:
        assert (await client.delete(f"/sharings/{sharing_id}/recipients/2")).status_code == 403
    assert (await alice.sharing(sharing_id)).members[2].status == "ready"


async def test_no_home_says_for_another_that_it_is_over(street, alice, bob, carol):
    sharing_id = await shared(street, alice, bob, carol, rules=[RULE])
    other = await shared(street, alice, bob, rules=[rule(TESTS, "t2")])
    strange = (await bob.sharing(other)).credentials[0].access_token.access_token
    assert (await asked_with(alice, strange, "DELETE", f"/sharings/{sharing_id}/answer")).status_code == 403
    own = (await bob.sharing(sharing_id)).credentials[0].access_token.access_token
    assert (await asked_with(alice, own, "DELETE", f"/sharings/{sharing_id}")).status_code == 403
    for_carol = (await alice.sharing(sharing_id)).credentials[1].access_token.access_token
    assert (await asked_with(bob, for_carol, "DELETE", f"/sharings/{sharing_id}")).status_code == 400
    assert (await bob.sharing(sharing_id)).active
    async with bob.api("") as nobody:
        assert (await nobody.delete(f"/sharings/{sharing_id}")).status_code == 401


async def test_somebody_who_was_out_comes_in_again(street, alice, bob):
    sharing_id = await shared(street, alice, bob, rules=[RULE])
    before = (await alice.sharing(sharing_id)).credentials[0].key
    async with alice.api() as client:
        await client.delete(f"/sharings/{sharing_id}/recipients/1")
        await street.settle()
        contact = await alice.contact("Bob", "bob@example.net", bob.origin)
        more = {
            "data": {"relationships": {"recipients": {"data": [{"id": contact, "type": "io.cozy.contacts"}]}}}
        }
        answer = await client.post(f"/sharings/{sharing_id}/recipients", json=more)
    assert answer.status_code == 200, answer.text
    await street.settle()
    await accept(bob, sharing_id)
    ours, theirs = await alice.sharing(sharing_id), await bob.sharing(sharing_id)
    assert [each.status for each in ours.members] == ["owner", "ready"]
    assert theirs.active
    assert ours.credentials[0].key == theirs.credentials[0].key != before


async def test_leftovers_of_answers_that_broke_off_are_swept(street, alice, bob, clock):
    sharing_id = await shared(street, alice, bob, rules=[RULE])
    await alice.write(letting_in.let_in, "gone", name="Eve", address="http://eve.localhost", writes=True)
    clock.advance(days=2)
    await alice.write(service.ending.sweep_clients)
    assert list(await alice.documents(CLIENTS)) == [
        (await alice.sharing(sharing_id)).credentials[0].inbound_client_id
    ]


async def test_an_invitation_that_nobody_answered_is_taken_back(street, alice, bob):
    sharing_id = await share(alice, bob, rules=[RULE])
    contact = await alice.contact("Dave", "dave@example.net")
    async with alice.api() as client:
        more = body_of(to=[contact])
        await client.post(f"/sharings/{sharing_id}/recipients", json=more)
        await street.settle()
        await client.delete(f"/sharings/{sharing_id}/recipients/2")
    link = alice.mails.links("dave@example.net")[0]
    async with alice.api("") as visitor:
        page = await visitor.get(link)
    assert page.status_code == 400
    assert "dave" not in page.text
