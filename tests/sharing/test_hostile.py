"""What a home that means ill tries: to get at what is not shared, to be taken for somebody else, to stop what works."""

from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from cozy.rooms.auth import service as auth
from cozy.rooms.contacts.model import CONTACTS
from cozy.rooms.files import service as files
from cozy.rooms.realtime import service as realtime
from cozy.rooms.realtime.model import Topic
from cozy.rooms.sharing.errors import PeerAway, ReachesIn, WrongState
from cozy.rooms.sharing.model import SHARINGS, Credentials, Rule, Token
from cozy.rooms.sharing.model.exchange import Answer
from cozy.rooms.sharing.model.ids import new_key, xored
from cozy.rooms.sharing.service import keeping, read_only
from tests.homes_apart import accept, body_of, rule, share, shared

TESTS, FILES, ALBUMS = "io.cozy.tests", "io.cozy.files", "io.cozy.photos.albums"


async def forged(street, sharer, victim, doctype, *values, selector=""):
    """The id of an invitation whose rule names, in the victim's home, exactly these."""
    sharing_id = await share(sharer, victim, rules=[rule(TESTS, "t1", title="Holiday")])
    sharing = await sharer.sharing(sharing_id)
    key = sharing.credentials[0].key
    travelling = values if selector not in {"", "referenced_by"} else [
        "/".join([*before, xored(id_, key)]) for *before, id_ in (value.split("/") for value in values)
    ]  # fmt: skip
    made = Rule(doctype, "Holiday", tuple(travelling), selector, add="sync", update="sync", remove="sync")
    await sharer.write(keeping.put, replace(sharing, rules=(made,)))
    await street.settle()
    return sharing_id


async def refused(street, alice, bob, sharing_id):
    with pytest.raises(ReachesIn):
        await accept(bob, sharing_id)
    assert not (await bob.sharing(sharing_id)).active
    assert (await alice.sharing(sharing_id)).members[1].status == "pending"


@pytest.mark.parametrize("is_thrown_away", [False, True])
async def test_nobody_gets_at_a_folder_by_naming_it(street, alice, bob, is_thrown_away):
    folder = await bob.write(files.create_folder, files.ROOT, "Letters")
    if is_thrown_away:
        await bob.write(files.trash, folder.id)
    await refused(street, alice, bob, await forged(street, alice, bob, FILES, folder.id))


async def test_nobody_gets_at_a_document_by_naming_it(street, alice, bob):
    await bob.document(TESTS, {"secret": 1}, "configuration")
    await refused(street, alice, bob, await forged(street, alice, bob, TESTS, "other", "configuration"))


async def test_nobody_gets_at_the_photos_of_an_album_by_naming_it(street, alice, bob):
    album = await bob.document(ALBUMS, {"name": "Sea"})
    sharing_id = await forged(street, alice, bob, FILES, f"{ALBUMS}/{album.id}", selector="referenced_by")
    await refused(street, alice, bob, sharing_id)


@pytest.mark.parametrize("held", ["home", ["work", "home"]])
async def test_nobody_gets_at_documents_by_what_they_say_of_themselves(street, alice, bob, held):
    await bob.document(TESTS, {"list": held})
    await refused(street, alice, bob, await forged(street, alice, bob, TESTS, "home", selector="list"))


async def test_what_is_shared_once_more_is_new(street, alice, bob):
    await bob.document(TESTS, {"list": "work"})
    sharing_id = await forged(street, alice, bob, TESTS, "home", selector="list")
    assert (await accept(bob, sharing_id)).active


@pytest.mark.parametrize(
    ("values", "selector"),
    [
        (["file"], "type"),
        (["image"], "class"),
        (["io.cozy.files.shared-drives-dir"], ""),
        (["io.cozy.files.root-dir"], "id"),
    ],
)
async def test_nobody_asks_for_every_file_of_a_home(alice, bob, values, selector):
    said = {
        "rules": [rule(FILES, *values, selector=selector)], "credentials": [{"state": "abc"}],
        "members": [
            {"status": "owner", "instance": alice.origin, "email": "alice@example.net"},
            {"status": "pending", "instance": bob.origin, "email": "bob@example.net"},
        ],
    }  # fmt: skip
    async with bob.api("") as client:
        answer = await client.put("/sharings/forged", json={"data": {"type": SHARINGS, "attributes": said}})
    assert answer.status_code == 400


@pytest.mark.parametrize("key", ["!!!", "a", "AA==" * 50])
async def test_a_key_that_is_none_lets_nobody_in(street, alice, bob, key):
    sharing_id = await share(alice, bob, rules=[rule(TESTS, "t1")])
    await street.settle()
    sharing = await alice.sharing(sharing_id)
    broken = replace(sharing.credentials[0], xor_key=key)
    await alice.write(keeping.put, keeping.with_secrets(sharing, 1, broken))
    with pytest.raises((WrongState, PeerAway)):
        await accept(bob, sharing_id)
    assert not (await bob.sharing(sharing_id)).active
    assert (await bob.sharing(sharing_id)).credentials[0].inbound_client_id == Credentials().inbound_client_id


@pytest.mark.parametrize("has_key", [True, False])
@pytest.mark.parametrize("doctype", ["io.cozy.calendars", "io.cozy.calendar.events"])
async def test_nobody_gets_at_the_calendar_that_every_home_has_while_it_is_empty(
    street, alice, bob, doctype, has_key
):
    selector = "calendar" if doctype.endswith("events") else ""
    sharing_id = await forged(street, alice, bob, doctype, "personal", selector=selector)
    if not has_key:
        sharing = await alice.sharing(sharing_id)
        without = replace(sharing.credentials[0], xor_key="")
        await alice.write(keeping.put, keeping.with_secrets(sharing, 1, without))
    with pytest.raises(ReachesIn):
        await accept(bob, sharing_id)
    assert not (await bob.sharing(sharing_id)).active


async def test_the_key_between_two_homes_stays(street, alice, bob):
    """With another one what is shared would have other ids, which may be those of what is not."""
    sharing_id = await share(alice, bob, rules=[rule(TESTS, "t1")])
    await street.settle()
    before = await accept(bob, sharing_id)
    answer = Answer(client={"client_id": "c"}, access_token=Token("t"), xor_key=new_key())
    with pytest.raises(WrongState):
        await bob.write(read_only.told, sharing_id, answer, read_only=False)
    same = replace(answer, xor_key=before.credentials[0].xor_key)
    await bob.write(read_only.told, sharing_id, same, read_only=True)
    assert (await bob.sharing(sharing_id)).members[1].read_only


async def delegated(alice, bob, sharing_id, **person):
    """What Alice's home answers when Bob's invites somebody."""
    token = (await bob.sharing(sharing_id)).credentials[0].access_token.access_token
    related = {"recipients": {"data": [person]}}
    body = {"data": {"type": SHARINGS, "id": sharing_id, "relationships": related}}
    async with alice.api(token) as client:
        return await client.post(f"/sharings/{sharing_id}/recipients/delegated", json=body)


@pytest.mark.parametrize("is_told", [True, False])
async def test_no_member_says_where_a_contact_of_the_owner_lives(street, alice, bob, is_told):
    bob.is_stack = True
    mallory = await street.home("mallory")
    carol = await alice.contact("Carol", "carol@example.net")
    sharing_id = await shared(street, alice, bob, rules=[rule(TESTS, "t1")], open_sharing=True)
    where = {"instance": mallory.origin} if is_told else {}
    answer = await delegated(alice, bob, sharing_id, email="carol@example.net", name="Carol", **where)
    state = answer.json()["carol@example.net"]
    await street.settle()
    if not is_told:
        async with alice.api("") as visitor:
            path = f"/sharings/{sharing_id}/discovery"
            await visitor.post(path, data={"state": state, "url": mallory.origin})
    await accept(mallory, sharing_id, state)
    assert (await alice.sharing(sharing_id)).members[2].status == "ready"
    assert "cozy" not in (await alice.documents(CONTACTS))[carol]


async def test_whom_the_owner_invited_nobody_invites_in_their_place(street, alice, bob):
    bob.is_stack = True
    carol = await alice.contact("Carol", "carol@example.net")
    sharing_id = await shared(street, alice, bob, rules=[rule(TESTS, "t1")], open_sharing=True)
    async with alice.api() as client:
        body = {"data": {"relationships": {"recipients": {"data": [{"id": carol, "type": CONTACTS}]}}}}
        assert (await client.post(f"/sharings/{sharing_id}/recipients", json=body)).status_code == 200
    before = await alice.sharing(sharing_id)
    answer = await delegated(
        alice,
        bob,
        sharing_id,
        email="carol@example.net",
        instance="http://mallory.localhost:8080",
        read_only=True,
    )
    assert answer.json() == {}
    after = await alice.sharing(sharing_id)
    assert (after.members[2], after.credentials[1]) == (before.members[2], before.credentials[1])


async def test_who_shares_is_called_as_their_home_is_known(street, alice, bob):
    await bob.contact("Mom", "alice@example.net", "https://mom.example.org")
    sharing_id = await share(alice, bob, rules=[rule(TESTS, "t1")])
    await street.settle()
    assert (await bob.sharing(sharing_id)).members[0].called == "Alice"
    assert "Mom" not in str(await bob.documents("io.cozy.notifications"))


async def test_whom_the_owner_invites_after_a_member_did_is_asked_by_mail(street, alice, bob):
    bob.is_stack = True
    mallory = await street.home("mallory")
    carol = await alice.contact("Carol", "carol@example.net")
    sharing_id = await shared(street, alice, bob, rules=[rule(TESTS, "t1")], open_sharing=True)
    await delegated(alice, bob, sharing_id, email="carol@example.net", name="Carol", instance=mallory.origin)
    async with alice.api() as client:
        body = {"data": {"relationships": {"recipients": {"data": [{"id": carol, "type": CONTACTS}]}}}}
        assert (await client.post(f"/sharings/{sharing_id}/recipients", json=body)).status_code == 200
    assert (await alice.sharing(sharing_id)).members[2].instance == ""
    mallory.asked.clear()
    await street.settle()
    assert mallory.asked == []
    assert alice.mails.links("carol@example.net") != []


async def token_of(place, sharing_id):
    return (await place.sharing(sharing_id)).credentials[0].access_token.access_token


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/settings/instance"), ("PUT", "/settings/instance/sign_tos"), ("GET", "/settings/flags"), ("GET", "/sharings/news"),
        ("GET", "/data/io.cozy.sharings/{id}"), ("GET", "/data/io.cozy.sharings/{id}/relationships/references"),
        ("GET", "/sharings/{id}"), ("GET", "/sharings/doctype/io.cozy.sharings"), ("DELETE", "/sharings/{id}/recipients"),
        ("DELETE", "/sharings/{id}/recipients/2"), ("DELETE", "/sharings/{id}"), ("POST", "/sharings/{id}/recipients/1/readonly"),
        ("GET", "/files/io.cozy.files.root-dir"), ("GET", "/registry"),
    ],
)  # fmt: skip
async def test_the_home_of_a_member_does_nothing_but_share(street, alice, bob, method, path):
    bob.is_stack = True
    carol = await street.home("carol")
    sharing_id = await shared(street, alice, bob, carol, rules=[rule(TESTS, "t1")])
    async with alice.api(await token_of(bob, sharing_id)) as client:
        answer = await client.request(method, path.format(id=sharing_id))
    assert answer.status_code in {400, 401, 403}, answer.text
    assert "carol" not in answer.text
    assert (await alice.sharing(sharing_id)).members[2].status == "ready"


async def test_the_home_of_a_member_makes_no_link_that_outlives_it(street, alice, bob):
    bob.is_stack = True
    sharing_id = await shared(street, alice, bob, rules=[rule(TESTS, "t1")])
    rules = {"all": {"type": SHARINGS, "verbs": ["GET"], "values": [sharing_id]}}
    body = {"data": {"attributes": {"permissions": rules}}}
    async with alice.api(await token_of(bob, sharing_id)) as client:
        assert (await client.post("/permissions?codes=me", json=body)).status_code == 403


async def test_the_home_of_a_member_hears_of_no_other_member(street, alice, bob):
    sharing_id = await shared(street, alice, bob, rules=[rule(TESTS, "t1")])
    token = await token_of(bob, sharing_id)
    caller = await alice.read(auth.caller_of, token)
    topic = Topic(SHARINGS, sharing_id)
    assert not await alice.house.read(alice.home, caller, realtime.may_hear, topic)
    assert await alice.read(realtime.may_hear, topic)


async def test_who_looks_at_an_invitation_learns_of_no_other_home(street, alice, bob, app):
    carol = await street.home("carol")
    to = [
        await alice.contact("My love", "carol@example.net", carol.origin),
        await alice.contact("Bob", "bob@example.net"),
    ]
    async with alice.api(**await app(alice)) as client:
        made = await client.post(
            "/sharings/", json=body_of(rule(TESTS, "t1"), to=to, preview_path="/preview")
        )
    sharing_id = made.json()["data"]["id"]
    await street.settle()
    code = parse_qs(urlsplit(alice.mails.links("bob@example.net")[0]).query)["sharecode"][0]
    async with alice.api(code) as guest:
        shown = (await guest.get(f"/sharings/{sharing_id}")).text
    assert alice.origin in shown
    assert "carol.localhost" not in shown
    assert "My love" not in shown
