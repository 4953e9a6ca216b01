"""Members invite others, know who is in, and how it is called (cozy-stack web/sharings/sharings_test.go, model/sharing/member_test.go)."""

import pytest

from cozy.rooms.permissions import service as permissions
from cozy.rooms.sharing.model import SHARINGS
from tests.homes_apart import accept, body_of, rule, share, shared, state_in

TESTS = "io.cozy.tests"
RULE = rule(TESTS, "t1")


def to(*ids):
    return {
        "data": {
            "relationships": {
                "recipients": {"data": [{"id": id_, "type": "io.cozy.contacts"} for id_ in ids]}
            }
        }
    }


async def test_a_member_of_an_open_sharing_invites_somebody_by_their_own_mail(street, alice, bob):
    carol = await street.home("carol")
    sharing_id = await shared(street, alice, bob, rules=[RULE], open_sharing=True)
    edward = await bob.contact("Edward", "edward@example.net")
    async with bob.api() as client:
        answer = await client.post(f"/sharings/{sharing_id}/recipients", json=to(edward))
    assert answer.status_code == 200, answer.text
    members = answer.json()["data"]["attributes"]["members"]
    assert [(each["status"], each.get("email")) for each in members] == [
        ("owner", "alice@example.net"), ("ready", "bob@example.net"), ("pending", "edward@example.net"),
    ]  # fmt: skip
    assert members[2]["name"] == "Edward"
    await street.settle()
    link = bob.mails.links("edward@example.net")[0]
    assert link.startswith(f"{bob.origin}/sharings/{sharing_id}/discovery?state=")
    assert alice.mails.links("edward@example.net") == []
    async with bob.api("") as visitor:  # whose home is Carol's
        assert (await visitor.get(link)).status_code == 200
        sent = await visitor.post(link.partition("?")[0], data={"state": state_in(link), "url": carol.origin})
    assert sent.headers["location"].startswith(f"{carol.origin}/auth/authorize/sharing?")
    await accept(carol, sharing_id, state_in(link))
    assert [each.status for each in (await alice.sharing(sharing_id)).members] == ["owner", "ready", "ready"]


@pytest.mark.parametrize(("is_open", "reads"), [(False, False), (True, True)])
async def test_other_members_invite_nobody(street, alice, bob, is_open, reads):
    people = {"readers": (bob,)} if reads else {}
    others = () if reads else (bob,)
    sharing_id = await shared(street, alice, *others, rules=[RULE], open_sharing=is_open, **people)
    edward = await bob.contact("Edward", "edward@example.net")
    async with bob.api() as client:
        assert (await client.post(f"/sharings/{sharing_id}/recipients", json=to(edward))).status_code == 502
    assert len((await alice.sharing(sharing_id)).members) == 2
    token = (await bob.sharing(sharing_id)).credentials[0].access_token.access_token
    body = {"data": {"relationships": {"recipients": {"data": [{"email": "edward@example.net"}]}}}}
    async with alice.api(token) as client:
        assert (
            await client.post(f"/sharings/{sharing_id}/recipients/delegated", json=body)
        ).status_code == 403
    async with alice.api() as client:  # the owner is no member who asks
        assert (
            await client.post(f"/sharings/{sharing_id}/recipients/delegated", json=body)
        ).status_code == 403


async def test_the_delegated_request_is_in_the_words_of_the_protocol(street, alice, bob):
    bob.is_stack = True
    sharing_id = await shared(street, alice, bob, rules=[RULE], open_sharing=True)
    token = (await bob.sharing(sharing_id)).credentials[0].access_token.access_token
    related = {
        "recipients": {"data": [{"email": "dave@example.net", "groups": None}]},
        "groups": {"data": [{"id": "g1", "name": "Dance", "addedBy": 0, "read_only": False}]},
    }
    async with alice.api(token) as client:
        body = {"data": {"type": SHARINGS, "id": sharing_id, "relationships": related}}
        answer = await client.post(f"/sharings/{sharing_id}/recipients/delegated", json=body)
    assert answer.status_code == 200, answer.text
    ours = await alice.sharing(sharing_id)
    assert answer.json() == {"dave@example.net": ours.credentials[1].state}
    assert (ours.members[2].status, ours.groups[0].added_by, ours.groups[0].name) == ("pending", 1, "Dance")


async def test_every_home_knows_who_is_in(street, alice, bob):
    carol = await street.home("carol")
    sharing_id = await shared(street, alice, bob, rules=[RULE])
    contact = await alice.contact("Carol", "carol@example.net", carol.origin)
    async with alice.api() as client:
        await client.post(f"/sharings/{sharing_id}/recipients", json=to(contact))
    await street.settle()
    [_, _, third] = (await bob.sharing(sharing_id)).members
    assert (third.status, third.email, third.instance, third.name) == ("pending", "carol@example.net", "", "")
    await accept(carol, sharing_id)
    await street.settle()
    assert (await bob.sharing(sharing_id)).members[2].status == "ready"
    assert (await bob.sharing(sharing_id)).members[2].public_name == "Carol"


async def test_a_list_of_members_is_believed_of_the_owners_home_alone(street, alice, bob):
    carol = await street.home("carol")
    sharing_id = await shared(street, alice, bob, carol, rules=[RULE])
    before = await bob.sharing(sharing_id)
    body = {
        "data": [{"status": "owner"}, {"status": "revoked", "email": "eve@example.net"}],
        "included": None,
    }
    for token in ("", "wrong", (await carol.sharing(sharing_id)).credentials[0].access_token.access_token):
        async with bob.api(token) as client:
            assert (await client.put(f"/sharings/{sharing_id}/recipients", json=body)).status_code in {
                400,
                401,
                403,
            }
    assert await bob.sharing(sharing_id) == before


async def test_who_was_invited_knows_who_is_in_by_the_code_of_the_preview(street, alice, bob, app):
    held = await app(alice)
    contact = await alice.contact("Bob", "bob@example.net", bob.origin)
    async with alice.api(**held) as client:
        body = body_of(RULE, to=[contact], preview_path="/preview")
        sharing_id = (await client.post("/sharings/", json=body)).json()["data"]["id"]
        await street.settle()
        edward = await alice.contact("Edward", "edward@example.net")
        await client.post(f"/sharings/{sharing_id}/recipients", json=to(edward))
    await street.settle()
    assert [each.email for each in (await bob.sharing(sharing_id)).members] == [
        "alice@example.net", "bob@example.net", "edward@example.net",
    ]  # fmt: skip


async def test_it_is_called_otherwise_everywhere(street, alice, bob):
    sharing_id = await shared(street, alice, bob, rules=[RULE])
    async with alice.api() as client:
        answer = await client.patch(
            f"/sharings/{sharing_id}", json={"data": {"attributes": {"description": "another name"}}}
        )
        assert answer.json()["data"]["attributes"]["description"] == "another name"
        assert answer.json()["data"]["attributes"]["rules"][0]["title"] == "something"
        too_long = {"data": {"attributes": {"description": "x" * 1001}}}
        assert (await client.patch(f"/sharings/{sharing_id}", json=too_long)).status_code == 400
    await street.settle()
    assert (await bob.sharing(sharing_id)).description == "another name"


async def test_only_the_owners_home_says_how_it_is_called(street, alice, bob):
    carol = await street.home("carol")
    sharing_id = await shared(street, alice, bob, carol, rules=[RULE])
    token = (await bob.sharing(sharing_id)).credentials[0].access_token.access_token
    async with alice.api(token) as client:
        answer = await client.put(f"/sharings/{sharing_id}/metadata", json={"description": "mine"})
    assert answer.status_code == 403
    assert (await alice.sharing(sharing_id)).description == "a test"


async def test_a_sharing_has_ninety_members_at_most(alice):
    people = [await alice.contact(f"P{n}", f"p{n}@example.net") for n in range(90)]
    async with alice.api() as client:
        assert (await client.post("/sharings/", json=body_of(RULE, to=people))).status_code == 400
        made = await client.post("/sharings/", json=body_of(RULE, to=people[:89]))
    assert made.status_code == 201
    assert len(made.json()["data"]["attributes"]["members"]) == 90


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (body_of(RULE), 400, "A sharing must have recipients"),
        (body_of(to=["gone"]), 400, "A sharing must have rules"),
        (body_of(RULE, to=["gone"]), 404, "The member was not found"),
        (body_of(rule("io.cozy.files", "a", "b"), to=["gone"]), 400, "A rule is invalid"),
    ],
)
async def test_what_cannot_be_shared_is_told_as_cozy_stack_does(alice, body, status, detail):
    async with alice.api() as client:
        answer = await client.post("/sharings/", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["detail"]) == (status, detail)


async def test_who_cannot_be_reached_or_is_oneself_is_not_invited(alice):
    nobody, oneself = await alice.contact("Nobody"), await alice.contact("Me", "alice@example.net")
    async with alice.api() as client:
        answer = await client.post("/sharings/", json=body_of(RULE, to=[nobody]))
        assert (answer.status_code, answer.json()["errors"][0]["detail"]) == (
            422,
            "The contact has no email address",
        )
        assert (await client.post("/sharings/", json=body_of(RULE, to=[oneself]))).status_code == 422


async def test_a_home_that_does_not_answer_is_invited_by_mail_instead(street, alice):
    away = await alice.contact("Bob", "bob@example.net", "http://away.localhost:8080")
    async with alice.api() as client:
        sharing_id = (await client.post("/sharings/", json=body_of(RULE, to=[away]))).json()["data"]["id"]
    await street.settle()
    assert (await alice.sharing(sharing_id)).members[1].status == "pending"
    assert alice.mails.links("bob@example.net")


async def test_a_home_that_moved_is_followed(street, alice, bob):
    alice.is_stack = True
    sharing_id = await shared(street, alice, bob, rules=[RULE])
    token = (await alice.sharing(sharing_id)).credentials[0].access_token.access_token
    attributes = {
        "new_instance": "http://alice.elsewhere.localhost:8080",
        "access_token": "xxx",
        "refresh_token": "yyy",
    }
    body = {"data": {"type": "io.cozy.sharings.moved", "id": sharing_id, "attributes": attributes}}
    async with bob.api(token) as client:
        assert (
            await client.post(f"/sharings/{sharing_id}/recipients/self/moved", json=body)
        ).status_code == 204
    theirs = await bob.sharing(sharing_id)
    assert theirs.members[0].instance == "http://alice.elsewhere.localhost:8080"
    assert theirs.credentials[0].access_token.access_token == "xxx"
    async with bob.api() as client:
        assert (
            await client.post(f"/sharings/{sharing_id}/recipients/self/moved", json=body)
        ).status_code == 403


async def test_secrets_are_in_no_answer(street, alice, bob):
    sharing_id = await shared(street, alice, bob, rules=[RULE])
    pending = await share(alice, bob, rules=[rule(TESTS, "t2")])
    await street.settle()
    secrets = [
        text
        for place in (alice, bob)
        for each in await place.sharings()
        for held in each.credentials
        for text in (
            held.state,
            held.xor_key,
            held.access_token and held.access_token.access_token,
            held.inbound_client_id,
        )
        if text
    ]
    for place in (alice, bob):
        async with place.api() as client:
            shown = [
                (await client.get(url)).text
                for url in (
                    f"/sharings/{sharing_id}", f"/sharings/{pending}", f"/sharings/doctype/{TESTS}", "/sharings/drives",
                    f"/data/{SHARINGS}/_all_docs?include_docs=true", f"/data/{SHARINGS}/{sharing_id}", "/data/_all_doctypes",
                )
            ]  # fmt: skip
    assert len(secrets) >= 6
    assert not [secret for secret in secrets for text in shown if secret in text]


async def test_what_another_home_does_is_in_the_ledger_under_its_name(street, alice, bob):
    sharing_id = await shared(street, alice, bob, rules=[RULE], open_sharing=True)
    edward = await bob.contact("Edward", "edward@example.net")
    async with bob.api() as client:
        await client.post(f"/sharings/{sharing_id}/recipients", json=to(edward))

    async def titles():
        await permissions.ledger.flush_home(alice.house, alice.home)
        return [each.title for each in await alice.read(permissions.ledger.entries) if each.kind == "client"]

    assert await titles() == ["Bob (bob.localhost:8080)"]
    async with bob.api() as client:  # which ends what it may do
        await client.delete(f"/sharings/{sharing_id}/recipients/self")
    await street.settle()
    assert await titles() == ["Bob (bob.localhost:8080)"] * 2


async def test_the_folder_of_what_is_shared_with_a_home_comes_out_of_its_bin(street, alice, bob):
    await share(alice, bob, rules=[RULE])
    await street.settle()
    folder = "io.cozy.files.shared-with-me-dir"
    async with bob.api() as client:
        assert (await client.delete(f"/files/{folder}")).status_code == 200
        await share(alice, bob, rules=[rule(TESTS, "t2")])
        await street.settle()
        shown = (await client.get(f"/files/{folder}")).json()["data"]["attributes"]
    assert (shown["path"], shown["dir_id"]) == ("/Shared with me", "io.cozy.files.root-dir")


async def test_the_public_key_of_a_member_is_kept_where_passwords_are_shared(street, alice, bob):
    """cozy-stack docs/sharing.md, `public-key`: the organization of Bitwarden, and its members by the host of their home."""
    bob.is_stack = True
    organization = (await alice.document("com.bitwarden.organizations", {"name": "Family", "members": {}})).id
    contact = await alice.contact("Bob", "bob@example.net", bob.origin)
    async with alice.api() as client:
        body = body_of(rule("com.bitwarden.organizations", organization), to=[contact])
        sharing_id = (await client.post("/sharings/", json=body)).json()["data"]["id"]
    await street.settle()
    link = alice.mails.links("bob@example.net")[0]  # no shortcut can lead to passwords
    async with alice.api("") as visitor:
        await visitor.post(link.partition("?")[0], data={"state": state_in(link), "url": bob.origin})
    await accept(bob, sharing_id)
    token = (await bob.sharing(sharing_id)).credentials[0].access_token.access_token
    for key, members in (("key one", 1), ("key two", 1)):
        said = {"bitwarden": {"user_id": "u1", "public_key": key}}
        async with alice.api(token) as client:
            answer = await client.post(
                f"/sharings/{sharing_id}/public-key", json={"data": {"attributes": said}}
            )
        assert answer.status_code == 204, answer.text
        kept = (await alice.documents("com.bitwarden.organizations"))[organization]["members"]
        assert (len(kept), kept["bob.localhost:8080"]["status"], kept["bob.localhost:8080"]["user_id"]) == (
            members,
            1,
            "u1",
        )
        assert (await alice.documents("com.bitwarden.contacts"))["u1"]["public_key"] == key
