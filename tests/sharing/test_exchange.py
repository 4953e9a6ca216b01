"""How two homes get to know each other: cozy-stack's web/sharings/sharings_test.go, as owner and as recipient."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from cozy.kernel.clock import parse
from cozy.rooms.auth.model.clients import CLIENTS
from cozy.rooms.contacts.model import CONTACTS
from cozy.rooms.neighbours import service as neighbours
from tests.homes_apart import accept, body_of, rule, share, shared, state_in

TESTS = "io.cozy.tests"
JSONAPI = "application/vnd.api+json"


@pytest.fixture
async def invited(street, alice, app):
    """Bob is invited by mail, and Dave to read only. Token headers of Alice's app, the sharing's id, and Bob's link."""
    held = await app(alice)
    bob = await alice.contact("Bob", "bob@example.net")
    dave = await alice.contact("Dave", "dave@example.net")
    body = body_of(
        rule(TESTS, "000000", title="test one", update="", remove=""),
        to=[bob],
        readers=[dave],
        open_sharing=True,
    )
    async with alice.api(**held) as client:
        answer = await client.post("/sharings/", json=body)
    assert answer.status_code == 201, answer.text
    await street.settle()
    return held, answer, alice.mails.links("bob@example.net")[0]


async def test_a_sharing_is_made_and_shown_as_cozy_stack_does(alice, invited):
    held, made, _ = invited
    data = made.json()["data"]
    assert made.headers["content-type"] == JSONAPI
    assert (data["type"], data["links"]["self"]) == ("io.cozy.sharings", f"/sharings/{data['id']}")
    async with alice.api(**held) as client:
        shown = (await client.get(f"/sharings/{data['id']}")).json()["data"]
    assert shown["relationships"] == {"shared_docs": {"data": []}}
    for attributes in (data["attributes"], shown["attributes"]):
        assert attributes["description"] == "a test"
        assert attributes["app_slug"] == "testapp"
        assert attributes["owner"] is True
        assert parse(attributes["created_at"]) <= parse(attributes["updated_at"])
        assert "credentials" not in attributes
        assert attributes["rules"] == [
            {
                "title": "test one",
                "doctype": TESTS,
                "values": ["000000"],
                "add": "sync",
                "update": "none",
                "remove": "none",
            }
        ]
        owner, bob, dave = attributes["members"]
        assert owner == {
            "status": "owner", "public_name": "Alice", "email": "alice@example.net", "instance": "http://alice.localhost:8080",
        }  # fmt: skip
        assert bob == {"status": "pending", "name": "Bob", "email": "bob@example.net"}
        assert dave == {"status": "pending", "name": "Dave", "email": "dave@example.net", "read_only": True}


async def test_the_mail_of_an_invitation_names_who_shares_and_leads_to_the_discovery(alice, invited):
    _, made, link = invited
    [mail] = [each for each in alice.mails.messages if "bob@" in each.to]
    assert (mail.sender, mail.reply_to) == ("Alice", "alice@example.net")
    assert "Alice" in mail.subject
    assert "a test" in mail.text
    assert link.startswith(f"{alice.origin}/sharings/{made.json()['data']['id']}/discovery?state=")


async def test_from_the_link_to_the_answer(street, alice, bob, invited):
    _, made, link = invited
    sharing_id, state = made.json()["data"]["id"], state_in(link)
    async with alice.api("") as visitor:
        asked = await visitor.get(link)
        assert asked.status_code == 200
        assert f'name="state" value="{state}"' in asked.text
        sent = await visitor.post(
            f"/sharings/{sharing_id}/discovery", data={"state": state, "slug": bob.origin}
        )
    assert sent.status_code == 302
    target = urlsplit(sent.headers["location"])
    assert sent.headers["location"].startswith(f"{bob.origin}/auth/authorize/sharing?")
    assert parse_qs(target.query) == {"sharing_id": [sharing_id], "state": [state]}

    request = await bob.sharing(sharing_id)
    assert (request.active, request.owner, request.description, request.app_slug) == (
        False,
        False,
        "a test",
        "testapp",
    )
    owner, me, dave = request.members
    assert (owner.status, owner.public_name, owner.email, owner.instance) == (
        "owner",
        "Alice",
        "alice@example.net",
        alice.origin,
    )
    assert (me.status, me.email, me.instance) == ("pending", "bob@example.net", bob.origin)
    assert (dave.status, dave.email, dave.instance, dave.read_only) == (
        "pending",
        "dave@example.net",
        "",
        True,
    )
    assert request.rules[0].title == "test one"
    assert request.rules[0].values != ("000000",)

    async with bob.browser() as reader:
        page = await reader.get(sent.headers["location"])
        assert page.status_code == 200
        assert f'name="state" value="{state}"' in page.text
        assert "alice.localhost" in page.text
        done = await reader.submit(
            "/auth/authorize/sharing", sharing_id=sharing_id, state=state, synchronize="true", answer="yes"
        )
    assert done.status_code == 303, done.text

    ours, theirs = await alice.sharing(sharing_id), await bob.sharing(sharing_id)
    assert [each.status for each in ours.members] == ["owner", "ready", "pending"]
    assert (ours.active, theirs.active) == (True, True)
    given, kept = ours.credentials[0], theirs.credentials[0]
    assert given.key == kept.key
    assert len(given.key) == 16
    assert max(given.key) < 16
    [for_alice], [for_bob] = [await place.documents(CLIENTS) for place in (bob, alice)]
    assert given.client["client_id"] == for_alice == kept.inbound_client_id
    assert kept.client["client_id"] == for_bob == given.inbound_client_id
    clients = (await bob.documents(CLIENTS))[for_alice], (await alice.documents(CLIENTS))[for_bob]
    assert [(each["client_kind"], each["client_name"], each["client_uri"]) for each in clients] == [
        ("sharing", "Sharing Alice", f"{alice.origin}/"), ("sharing", "Sharing Bob", f"{bob.origin}/"),
    ]  # fmt: skip
    for token in (given.access_token, kept.access_token):
        assert token.access_token
        assert token.refresh_token
        assert token.scope == f"io.cozy.sharings:ALL:{sharing_id}"


async def test_the_answer_is_in_the_words_of_the_protocol(street, alice, bob, invited):
    """What a home that is served by cozy-stack sends, and reads."""
    _, made, link = invited
    sharing_id, state = made.json()["data"]["id"], state_in(link)
    async with alice.api("") as visitor:
        await visitor.post(f"/sharings/{sharing_id}/discovery", data={"state": state, "url": bob.origin})
        client = {
            "client_id": "c1", "client_secret": "hush", "client_secret_expires_at": 0, "registration_access_token": "r",
            "redirect_uris": [f"{alice.origin}/sharings/answer"], "client_name": "Sharing Alice", "client_kind": "sharing",
            "client_uri": f"{alice.origin}/", "software_id": "github.com/cozy/cozy-stack",
        }  # fmt: skip
        token = {
            "token_type": "bearer",
            "access_token": "a",
            "refresh_token": "r",
            "scope": f"io.cozy.sharings:ALL:{sharing_id}",
        }
        attributes = {"state": state, "client": client, "access_token": token, "public_name": "Bob"}
        document = {"data": {"type": "io.cozy.sharings.answer", "id": sharing_id, "attributes": attributes}}
        answer = await visitor.post(
            f"/sharings/{sharing_id}/answer",
            json=document,
            headers={"content-type": JSONAPI, "accept": JSONAPI},
        )
    assert (answer.status_code, answer.headers["content-type"]) == (200, JSONAPI)
    data = answer.json()["data"]
    assert (data["type"], data["id"]) == ("io.cozy.sharings.answer", sharing_id)
    assert set(data["attributes"]) == {"client", "access_token", "xor_key"}
    assert set(data["attributes"]["client"]) >= {
        "client_id", "client_secret", "registration_access_token", "redirect_uris", "client_name", "client_kind", "client_uri",
        "software_id",
    }  # fmt: skip
    assert set(data["attributes"]["access_token"]) == {"token_type", "access_token", "refresh_token", "scope"}
    assert len(base64.b64decode(data["attributes"]["xor_key"])) == 16
    kept = (await alice.sharing(sharing_id)).credentials[0]
    assert (kept.client["client_id"], kept.access_token.access_token) == ("c1", "a")
    assert (await alice.sharing(sharing_id)).members[1].public_name == "Bob"


@pytest.mark.parametrize(
    ("change", "status"),
    [({"state": "wrong"}, 404), ({"state": ""}, 400), ({"client": None}, 400), ({"access_token": None}, 400),
     ({"access_token": {"access_token": ""}}, 400), ({"client": "text"}, 400)],
)  # fmt: skip
async def test_an_answer_that_proves_nothing_changes_nothing(alice, bob, invited, change, status):
    _, made, link = invited
    sharing_id, state = made.json()["data"]["id"], state_in(link)
    async with alice.api("") as visitor:
        await visitor.post(f"/sharings/{sharing_id}/discovery", data={"state": state, "url": bob.origin})
        before = await alice.sharing(sharing_id)
        attributes = {
            "state": state,
            "client": {"client_id": "c1"},
            "access_token": {"access_token": "a"},
            **change,
        }
        answer = await visitor.post(
            f"/sharings/{sharing_id}/answer", json={"data": {"attributes": attributes}}
        )
    assert answer.status_code == status, answer.text
    assert await alice.sharing(sharing_id) == before
    assert await alice.documents(CLIENTS) == {}


async def test_an_answer_may_come_again_for_an_hour_and_takes_nobodys_place_afterwards(
    street, alice, bob, clock
):
    sharing_id = await share(alice, bob, rules=[rule(TESTS, "t1")])
    await street.settle()
    state = (await alice.sharing(sharing_id)).credentials[0].state
    attributes = {
        "state": state,
        "client": {"client_id": "c1"},
        "access_token": {"access_token": "a"},
        "public_name": "Bob",
    }
    async with alice.api("") as visitor:
        statuses = []
        for minutes in (0, 59, 2):
            clock.advance(minutes=minutes)
            answer = await visitor.post(
                f"/sharings/{sharing_id}/answer", json={"data": {"attributes": attributes}}
            )
            statuses.append(answer.status_code)
    assert statuses == [200, 200, 409]
    assert len(await alice.documents(CLIENTS)) == 1


async def test_an_answer_whose_end_is_not_heard_leaves_nothing_and_is_given_again(street, alice, bob):
    sharing_id = await share(alice, bob, rules=[rule(TESTS, "t1")])
    await street.settle()
    await neighbours.sure(bob.house, bob.home, alice.origin)
    street.deaf.add(("bob", "alice"))
    with pytest.raises(Exception, match="cannot be reached"):
        await accept(bob, sharing_id)
    assert await bob.documents(CLIENTS) == {}
    assert (await bob.sharing(sharing_id)).is_waiting
    assert (await alice.sharing(sharing_id)).members[1].status == "ready"
    street.deaf.clear()
    taken = await accept(bob, sharing_id)
    assert taken.active
    assert taken.credentials[0].key == (await alice.sharing(sharing_id)).credentials[0].key


async def test_whoever_says_yes_knows_who_shares_from_then_on(street, alice, bob):
    sharing_id = await shared(street, alice, bob, rules=[rule(TESTS, "t1")])
    [known] = [each for each in (await bob.documents(CONTACTS)).values() if not each.get("me")]
    assert known["cozy"] == [{"url": alice.origin, "primary": True}]
    assert known["email"] == [{"address": "alice@example.net", "primary": True}]
    assert known["trustedForSharing"] is True
    assert (await bob.sharing(sharing_id)).members[1].status == "ready"


async def test_nobody_becomes_a_contact_by_naming_their_mail_address(street, alice, bob):
    carol = await bob.contact("Carol", "alice@example.net", "https://carol.example.org")
    await shared(street, alice, bob, rules=[rule(TESTS, "t1")])
    known = await bob.documents(CONTACTS)
    assert known[carol]["cozy"] == [{"url": "https://carol.example.org", "primary": True}]
    assert "trustedForSharing" not in known[carol]
    [met] = [each for each in known.values() if each.get("cozy", [{}])[0].get("url") == alice.origin]
    assert "email" not in met


async def test_a_preview_of_an_app_leads_to_the_same_answer(street, alice, bob, app):
    held = await app(alice)
    contact = await alice.contact("Bob", "bob@example.net")
    async with alice.api(**held) as client:
        body = body_of(rule(TESTS, "foobaz", title="test two"), to=[contact], preview_path="/preview")
        made = await client.post("/sharings/", json=body)
    sharing_id = made.json()["data"]["id"]
    await street.settle()
    link = alice.mails.links("bob@example.net")[0]
    assert link.startswith("http://testapp.alice.localhost:8080/preview?sharecode=")
    code = parse_qs(urlsplit(link).query)["sharecode"][0]
    async with alice.api(code) as guest:
        own = await guest.get("/permissions/self")
        assert own.json()["data"]["attributes"]["source_id"] == f"io.cozy.sharings/{sharing_id}"
        assert (await alice.sharing(sharing_id)).members[1].status == "seen"
        assert (await guest.get(f"/sharings/{sharing_id}")).status_code == 200
    async with alice.api("", accept="application/json") as visitor:
        sent = await visitor.post(
            f"/sharings/{sharing_id}/discovery", data={"sharecode": code, "url": bob.origin}
        )
    assert sent.status_code == 200
    target = urlsplit(sent.json()["redirect"])
    assert (target.netloc, target.path) == ("bob.localhost:8080", "/auth/authorize/sharing")
    assert parse_qs(target.query)["sharing_id"] == [sharing_id]
    assert parse_qs(target.query)["state"][0]
    assert sent.json()["email"] == "bob@example.net"
    [known] = [each for each in (await alice.documents(CONTACTS)).values() if each.get("fullname") == "Bob"]
    assert known["cozy"][0]["url"] == bob.origin


async def test_a_preview_is_over_with_the_invitation(street, alice, app):
    held = await app(alice)
    contact, other = (
        await alice.contact("Bob", "bob@example.net"),
        await alice.contact("Eve", "eve@example.net"),
    )
    async with alice.api(**held) as client:
        body = body_of(rule(TESTS, "t1"), to=[contact, other], preview_path="/preview")
        sharing_id = (await client.post("/sharings/", json=body)).json()["data"]["id"]
        await street.settle()
        code = parse_qs(urlsplit(alice.mails.links("bob@example.net")[0]).query)["sharecode"][0]
        assert (await client.delete(f"/sharings/{sharing_id}/recipients/1")).status_code == 204
    async with alice.api(code) as guest:
        own = await guest.get("/permissions/self")
    assert own.status_code == 400
    assert "Invalid JWT" in own.text


async def test_the_preview_is_told_to_the_home_of_who_was_invited(street, alice, bob):
    sharing_id = await share(alice, bob, rules=[rule(TESTS, "t1")])
    await street.settle()
    state = (await alice.sharing(sharing_id)).credentials[0].state
    async with alice.api("") as visitor:
        url = (await visitor.post(f"/sharings/{sharing_id}/preview-url", json={"state": state})).json()["url"]
        wrong = await visitor.post(f"/sharings/{sharing_id}/preview-url", json={"state": "wrong"})
    assert url == f"{alice.origin}/sharings/{sharing_id}/discovery?state={state}"
    assert wrong.status_code == 404


async def test_only_who_holds_what_is_shared_shares_it_and_sees_it(street, alice, app):
    held = await app(alice)
    bob = await alice.contact("Bob", "bob@example.net")
    async with alice.api(**held) as client:
        more = body_of(rule(TESTS, "000000"), rule(CONTACTS, "000000"), to=[bob])
        assert (await client.post("/sharings", json=more)).status_code == 403
        async with alice.api() as everything:
            other = await everything.post("/sharings/", json=body_of(rule(CONTACTS, "c1"), to=[bob]))
        assert (await client.get(f"/sharings/{other.json()['data']['id']}")).status_code == 403
    async with alice.api("") as nobody:
        assert (await nobody.get(f"/sharings/{other.json()['data']['id']}")).status_code == 401
        assert (await nobody.post("/sharings/", json=body_of(rule(TESTS, "t1"), to=[bob]))).status_code == 401
