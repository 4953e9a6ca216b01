"""Groups of contacts in sharings: cozy-stack's model/sharing/group_test.go and web/sharings/sharings_test.go."""

import pytest

from cozy.rooms.contacts import service as contacts
from cozy.rooms.contacts.model import CONTACTS, GROUPS
from cozy.rooms.documents import service as documents
from tests.homes_apart import body_of, rule, shared

TESTS = "io.cozy.tests"
RULE = rule(TESTS, "t1")


def in_groups(*ids):
    return {"relationships": {"groups": {"data": [{"_id": id_, "_type": GROUPS} for id_ in ids]}}}


def to_group(*ids, name="recipients"):
    return {"data": {"relationships": {name: {"data": [{"id": id_, "type": GROUPS} for id_ in ids]}}}}


@pytest.fixture
async def friends(alice):
    group = (await alice.document(GROUPS, {"name": "friends"})).id
    for name in ("Fiona", "Gaby"):
        await alice.contact(name, f"{name.lower()}@example.net", **in_groups(group))
    return group


async def made(alice, *groups, **more):
    body = body_of(RULE, open_sharing=True)
    body["data"]["relationships"] = to_group(*groups, **more)["data"]["relationships"]
    async with alice.api() as client:
        answer = await client.post("/sharings/", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


async def test_everybody_in_a_group_is_invited(street, alice, friends):
    attributes = (await made(alice, friends))["attributes"]
    owner, fiona, gaby = attributes["members"]
    assert owner["status"] == "owner"
    assert fiona == {
        "status": "pending",
        "name": "Fiona",
        "email": "fiona@example.net",
        "groups": [0],
        "only_in_groups": True,
    }
    assert gaby["groups"] == [0]
    [group] = attributes["groups"]
    assert {name: group[name] for name in ("id", "name", "addedBy", "read_only")} == {
        "id": friends, "name": "friends", "addedBy": 0, "read_only": False,
    }  # fmt: skip
    await street.settle()
    assert alice.mails.links("fiona@example.net")


async def test_a_group_is_added_to_what_is_shared_once(alice, friends):
    bob = await alice.contact("Bob", "bob@example.net")
    async with alice.api() as client:
        sharing_id = (await client.post("/sharings/", json=body_of(RULE, to=[bob]))).json()["data"]["id"]
        answer = await client.post(f"/sharings/{sharing_id}/recipients", json=to_group(friends))
        members = answer.json()["data"]["attributes"]["members"]
        assert [each.get("name") for each in members] == [None, "Bob", "Fiona", "Gaby"]
        again = await client.post(f"/sharings/{sharing_id}/recipients", json=to_group(friends))
        assert again.status_code == 400
        assert again.json()["errors"][0]["detail"] == "The group cannot be added twice to the same sharing"


async def test_a_group_is_taken_out_with_who_is_in_by_nothing_else(alice, friends):
    gaby = await alice.contact("Gaby", "gaby@example.net")
    bob = await alice.contact("Bob", "bob@example.net")
    async with alice.api() as client:
        sharing_id = (await client.post("/sharings/", json=body_of(RULE, to=[bob, gaby]))).json()["data"][
            "id"
        ]
        await client.post(f"/sharings/{sharing_id}/recipients", json=to_group(friends))
        assert (await client.delete(f"/sharings/{sharing_id}/groups/0")).status_code == 204
        assert (await client.delete(f"/sharings/{sharing_id}/groups/3")).status_code == 404
        shown = (await client.get(f"/sharings/{sharing_id}")).json()["data"]["attributes"]
    assert [(each.get("name"), each["status"]) for each in shown["members"][1:]] == [
        ("Bob", "pending"), ("Gaby", "pending"), ("Fiona", "revoked"),
    ]  # fmt: skip
    assert shown["groups"][0]["revoked"] is True


async def test_who_joins_a_group_is_invited_and_who_leaves_is_out(street, alice, friends):
    sharing_id = (await made(alice, friends))["id"]
    await street.settle()
    hugo = await alice.contact("Hugo", "hugo@example.net")
    await alice.write(contacts.groups.put_into, friends, [hugo])
    await street.settle()
    sharing = await alice.sharing(sharing_id)
    assert [(each.name, each.status) for each in sharing.members[1:]] == [
        ("Fiona", "revoked"), ("Gaby", "revoked"), ("Hugo", "pending"),
    ]  # fmt: skip
    assert alice.mails.links("hugo@example.net")


async def test_somebody_of_two_groups_stays_for_the_other(street, alice, friends):
    band = (await alice.document(GROUPS, {"name": "band"})).id
    people = await alice.documents(CONTACTS)
    fiona = next(id_ for id_, each in people.items() if each.get("fullname") == "Fiona")
    await alice.write(contacts.groups.put_into, band, [fiona])
    sharing_id = (await made(alice, friends, band))["id"]
    await alice.write(contacts.groups.put_into, friends, [])
    await street.settle()
    members = (await alice.sharing(sharing_id)).members
    assert [(each.name, each.status, each.groups) for each in members[1:]] == [
        ("Fiona", "pending", (1,)), ("Gaby", "revoked", ()),
    ]  # fmt: skip


async def test_who_has_no_address_yet_is_invited_when_there_is_one(street, alice):
    group = (await alice.document(GROUPS, {"name": "choir"})).id
    await alice.contact("Ida", "ida@example.net", **in_groups(group))
    kim = await alice.contact("Kim", **in_groups(group))
    sharing_id = (await made(alice, group))["id"]
    await street.settle()
    kept = (await alice.sharing(sharing_id)).members
    assert sorted((each.name, each.status) for each in kept[1:]) == [
        ("Ida", "pending"),
        ("Kim", "mail-not-sent"),
    ]
    async with alice.api() as client:
        held = (await client.get(f"/data/{CONTACTS}/{kim}")).json()
        held["email"] = [{"address": "kim@example.net"}]
        assert (await client.put(f"/data/{CONTACTS}/{kim}", json=held)).status_code == 200
    await street.settle()
    kept = (await alice.sharing(sharing_id)).members
    assert sorted((each.name, each.status) for each in kept[1:]) == [("Ida", "pending"), ("Kim", "pending")]
    assert alice.mails.links("kim@example.net")


async def test_a_group_of_another_name_is_called_so(street, alice, friends):
    sharing_id = (await made(alice, friends))["id"]
    await alice.write(contacts.groups.rename, friends, "old friends")
    await street.settle()
    assert (await alice.sharing(sharing_id)).groups[0].name == "old friends"


async def test_a_group_has_the_colour_that_it_has_in_the_contacts(street, alice, friends):
    async def colour(sharing_id):
        async with alice.api() as client:
            shown = (await client.get(f"/sharings/{sharing_id}")).json()["data"]["attributes"]
        return shown["groups"][0].get("color", "none")

    sharing_id = (await made(alice, friends))["id"]
    assert await colour(sharing_id) == "none"
    group = await alice.read(documents.fetch, GROUPS, friends)
    await alice.write(documents.update, group, {**group.body, "color": "#22AA55"})
    await street.settle()
    assert await colour(sharing_id) == "#22AA55"


async def test_a_group_that_is_no_more_lets_nobody_in_any_longer(street, alice, friends):
    sharing_id = (await made(alice, friends, await other_group(alice)))["id"]
    await street.settle()
    await alice.write(documents.delete, await alice.read(documents.fetch, GROUPS, friends))
    await street.settle()
    sharing = await alice.sharing(sharing_id)
    assert [(each.name, each.revoked) for each in sharing.groups] == [("friends", True), ("choir", False)]
    assert [(each.name, each.status) for each in sharing.members[1:]] == [
        ("Fiona", "revoked"), ("Gaby", "revoked"), ("Hugo", "pending"),
    ]  # fmt: skip


async def other_group(alice):
    group = (await alice.document(GROUPS, {"name": "choir"})).id
    await alice.contact("Hugo", "hugo@example.net", **in_groups(group))
    return group


async def test_nobody_may_do_two_things_at_once(alice, friends):
    fiona = await alice.contact("Fiona", "fiona@example.net")
    async with alice.api() as client:
        sharing_id = (await client.post("/sharings/", json=body_of(RULE, to=[fiona]))).json()["data"]["id"]
        answer = await client.post(
            f"/sharings/{sharing_id}/recipients", json=to_group(friends, name="read_only_recipients")
        )
    assert answer.status_code == 400
    assert (
        answer.json()["errors"][0]["detail"]
        == "A group member cannot be added as they are already in the sharing"
    )


async def test_a_group_of_a_member_is_in_through_the_home_of_who_shares(street, alice, bob):
    sharing_id = await shared(street, alice, bob, rules=[RULE], open_sharing=True)
    group = (await bob.document(GROUPS, {"name": "dance"})).id
    await bob.contact("Ida", "ida@example.net", **in_groups(group))
    async with bob.api() as client:
        answer = await client.post(f"/sharings/{sharing_id}/recipients", json=to_group(group))
    assert answer.status_code == 200, answer.text
    await street.settle()
    ours = await alice.sharing(sharing_id)
    assert [(each.name, each.added_by) for each in ours.groups] == [("dance", 1)]
    assert (ours.members[2].email, ours.members[2].groups) == ("ida@example.net", (0,))
    assert bob.mails.links("ida@example.net")
    kim = await bob.contact("Kim", "kim@example.net")
    await bob.write(contacts.groups.put_into, group, [kim])
    await street.settle()
    ours = await alice.sharing(sharing_id)
    assert [(each.email, each.status) for each in ours.members[2:]] == [
        ("ida@example.net", "revoked"),
        ("kim@example.net", "pending"),
    ]
    assert [(each.email, each.status) for each in (await bob.sharing(sharing_id)).members[2:]] == [
        ("ida@example.net", "revoked"), ("kim@example.net", "pending"),
    ]  # fmt: skip
