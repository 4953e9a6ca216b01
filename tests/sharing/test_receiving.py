"""An invitation comes from anybody: what is kept of it, what is refused, and what no stranger can make us do."""

import copy

import httpx2
import pytest

from cozy.rooms.auth.model.clients import CLIENTS
from cozy.rooms.notifications.model import NOTIFICATIONS
from tests.homes_apart import accept, rule, share, shared

TESTS = "io.cozy.tests"
FILES = "io.cozy.files"


def request_of(owner="http://alice.localhost:8080", **attributes):
    """What a home that is served by cozy-stack sends."""
    said = {
        "description": "a test", "app_slug": "testapp", "created_at": "2018-01-04T12:35:08Z", "updated_at": "2018-01-04T13:45:43Z",
        "triggers": {}, "groups": None, "rules": [rule(TESTS, "x1")],
        "members": [
            {"status": "owner", "public_name": "Alice", "email": "alice@example.net", "instance": owner},
            {"status": "mail-not-sent", "email": "bob@example.net", "instance": "http://bob.localhost:8080"},
            {"status": "pending", "email": "dave@example.net", "read_only": True},
        ],
    }  # fmt: skip
    return {"data": {"type": "io.cozy.sharings", "id": "s1", "attributes": said | attributes}}


@pytest.fixture
async def stranger(bob):
    async with bob.api("") as client:
        yield client


async def put(client, body=None, sharing_id="s1", **query):
    return await client.put(f"/sharings/{sharing_id}", json=body or request_of(), params=query)


async def test_an_invitation_waits_for_an_answer_and_asks_nobody(street, alice, bob, stranger):
    answer = await put(stranger)
    assert answer.status_code == 201, answer.text
    assert "credentials" not in answer.text
    kept = await bob.sharing("s1")
    assert (kept.active, kept.owner, kept.is_waiting, kept.me) == (False, False, True, 1)
    assert [each.status for each in kept.members] == ["owner", "mail-not-sent", "pending"]
    assert alice.asked == []


async def test_how_the_owner_calls_people_is_told_to_no_stranger(bob, stranger):
    await bob.contact("Alice from the choir", address="http://alice.localhost:8080")
    answer = await put(stranger)
    assert "choir" not in answer.text
    assert (await bob.sharing("s1")).members[0].name == "Alice from the choir"


async def test_with_a_shortcut_the_owner_is_told_and_sees_a_file_that_leads_there(bob, stranger):
    url = "http://testapp.alice.localhost:8080/preview?sharecode=code"
    answer = await put(stranger, shortcut="true", url=url)
    assert answer.status_code == 201, answer.text
    kept = await bob.sharing("s1")
    shortcut = (await bob.documents(FILES))[kept.shortcut_id]
    assert (shortcut["name"], shortcut["mime"]) == ("a test.url", "application/internet-shortcut")
    assert shortcut["dir_id"] == "io.cozy.files.shared-with-me-dir"
    assert shortcut["metadata"]["sharing"] == {"status": "new"}
    assert shortcut["metadata"]["target"]["cozyMetadata"]["instance"] == "http://alice.localhost:8080"
    assert shortcut["referenced_by"] == [{"type": "io.cozy.sharings", "id": "s1"}]
    [told] = (await bob.documents(NOTIFICATIONS)).values()
    assert told["category"] == "share_received"
    assert "alice.localhost" in told["title"]
    async with bob.api() as client:
        assert (await client.get("/sharings/news")).json() == {"meta": {"count": 1}}


async def test_the_same_invitation_again_is_one(bob, stranger):
    url = "http://testapp.alice.localhost:8080/preview?sharecode=code"
    for _ in range(2):
        assert (await put(stranger, shortcut="true", url=url)).status_code == 201
    assert (await put(stranger, request_of(description="another"))).status_code == 201
    kept = await bob.sharing("s1")
    assert (kept.description, kept.credentials[0].code) == ("another", "code")
    assert len(await bob.documents(NOTIFICATIONS)) == 1
    assert (
        sum(
            each.get("mime") == "application/internet-shortcut"
            for each in (await bob.documents(FILES)).values()
        )
        == 1
    )


def changed(**changes):
    """The request, with something else said of its members."""
    body = copy.deepcopy(request_of())
    for path, value in changes.items():
        index, _, name = path.removeprefix("m").partition("_")
        body["data"]["attributes"]["members"][int(index)][name] = value
    return body


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (request_of(rules=[]), 400),
        (request_of(rules=[rule("io.cozy.accounts", "a1")]), 400),
        (request_of(rules=[rule("io.cozy.permissions", "a1")]), 400),
        (request_of(rules=[rule(FILES, "io.cozy.files.root-dir")]), 400),
        (request_of(rules=[rule(TESTS, "t1", title="")]), 400),
        (request_of(rules=[rule(TESTS)]), 400),
        (request_of(rules=[rule(TESTS, "t1", add="steal")]), 400),
        (request_of(rules="all"), 400),
        (request_of(members=[]), 400),
        (request_of(description="x" * 2000), 400),
        (changed(m0_status="pending"), 400),
        (changed(m0_instance=""), 422),
        (changed(m0_instance="file:///etc/passwd"), 422),
        (changed(m0_instance="http://bob.localhost:8080"), 400),
        (changed(m1_instance=""), 400),
        ({"data": []}, 400),
        ([1], 400),
    ],
)
async def test_what_makes_no_sense_is_refused(bob, stranger, body, status):
    assert (await put(stranger, body)).status_code == status
    assert await bob.sharings() == []


@pytest.mark.parametrize(
    "url",
    ["http://elsewhere.localhost/", "https://alice.localhost:8080/", "http://alice.localhost:8080@elsewhere.org/",
     "javascript:alert(1)", "http://evilalice.localhost:8080/", "http://alice.localhost:8080.evil.org/"],
)  # fmt: skip
async def test_a_shortcut_leads_to_the_home_that_shares_and_nowhere_else(bob, stranger, url):
    answer = await put(stranger, shortcut="true", url=url)
    assert answer.status_code == 422, answer.text
    assert await bob.sharings() == []
    assert not any(
        each.get("mime") == "application/internet-shortcut" for each in (await bob.documents(FILES)).values()
    )


async def test_nobody_takes_over_an_invitation_of_another_home(bob, stranger):
    await put(stranger)
    answer = await put(stranger, request_of("http://mallory.localhost:8080"))
    assert answer.status_code == 400
    assert (await bob.sharing("s1")).members[0].instance == "http://alice.localhost:8080"


async def test_nobody_takes_over_what_is_shared_already(street, alice, bob, stranger):
    sharing_id = await shared(street, alice, bob, rules=[rule(TESTS, "t1")])
    before = await alice.sharing(sharing_id), await bob.sharing(sharing_id)
    assert (await put(stranger, sharing_id=sharing_id)).status_code == 409
    async with alice.api("") as mallory:
        body = request_of("http://mallory.localhost:8080")
        assert (await put(mallory, body, sharing_id=sharing_id)).status_code == 400
    assert (await alice.sharing(sharing_id), await bob.sharing(sharing_id)) == before


async def test_who_says_to_be_somebody_else_gets_nothing(street, alice, bob, stranger):
    """The answer goes to the home that is shown, which knows nothing of it."""
    await put(stranger)
    with pytest.raises(Exception, match=r"nobody like that|not shared"):
        await accept(bob, "s1", "any state")
    assert await bob.documents(CLIENTS) == {}
    assert (await bob.sharing("s1")).is_waiting


async def test_strangers_fill_no_home(bob, stranger, clock):
    statuses = []
    for number in range(80):
        clock.advance(minutes=3)
        made_up = request_of(f"http://home{number}.localhost:8080")
        statuses.append((await put(stranger, made_up, sharing_id=f"s{number}")).status_code)
    assert statuses == [201] * 50 + [429] * 30
    await bob.contact("Carol", "carol@example.net", "http://carol.localhost:8080")
    known = request_of("http://carol.localhost:8080")
    assert (await put(stranger, known, sharing_id="s100")).status_code == 201


async def test_made_up_homes_keep_nobody_else_out(bob, stranger, clock):
    for number in range(50):
        clock.advance(minutes=3)
        made_up = request_of(f"http://home{number}.localhost:8080")
        assert (await put(stranger, made_up, sharing_id=f"s{number}")).status_code == 201
    elsewhere = httpx2.ASGITransport(bob.app, client=("192.0.2.7", 4711))
    async with httpx2.AsyncClient(transport=elsewhere, base_url=bob.origin) as client:
        real = request_of("http://dave.localhost:8080")
        assert (await put(client, real, sharing_id="real")).status_code == 201
    more = request_of("http://home50.localhost:8080")
    assert (await put(stranger, more, sharing_id="s50")).status_code == 429
    waiting = {each.id for each in await bob.sharings()}
    assert waiting == {"real", *(f"s{number}" for number in range(1, 50))}


async def test_one_home_offers_so_much_at_a_time_and_what_waits_for_a_week_gives_way(bob, stranger, clock):
    statuses = [(await put(stranger, sharing_id=f"s{number}")).status_code for number in range(12)]
    assert statuses == [201] * 10 + [429] * 2
    clock.advance(hours=1)
    for number in range(40):
        clock.advance(minutes=3)
        made_up = request_of(f"http://home{number}.localhost:8080")
        assert (await put(stranger, made_up, sharing_id=f"m{number}")).status_code == 201
    late = request_of("http://dave.localhost:8080")
    assert (await put(stranger, late, sharing_id="late")).status_code == 429
    clock.advance(days=7)
    assert (await put(stranger, late, sharing_id="late")).status_code == 201
    waiting = {each.id for each in await bob.sharings()}
    assert len(waiting) == 50
    assert waiting - {"late"} < {*(f"s{n}" for n in range(10)), *(f"m{n}" for n in range(40))}


async def test_one_address_does_not_try_without_end(bob, stranger):
    statuses = [(await put(stranger)).status_code for _ in range(31)]
    assert statuses == [201] * 30 + [429]


async def test_a_portrait_is_asked_of_no_home_that_nobody_let_in(street, alice, bob, stranger):
    await put(stranger)
    for index in range(3):
        answer = await stranger.get(f"/sharings/s1/recipients/{index}/avatar")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert alice.asked == []
    assert (
        await stranger.get("/sharings/s1/recipients/2/avatar", params={"fallback": "404"})
    ).status_code == 404
    assert (await stranger.get("/sharings/s1/recipients/9/avatar")).status_code == 404
    assert (await stranger.get("/sharings/none/recipients/0/avatar")).status_code == 404


async def test_a_portrait_is_asked_of_a_home_that_is_in(street, alice, bob, stranger):
    sharing_id = await shared(street, alice, bob, rules=[rule(TESTS, "t1")])
    await stranger.get(f"/sharings/{sharing_id}/recipients/0/avatar")
    assert ("GET", "/public/avatar") in alice.asked


async def test_declined_nothing_is_left_and_nobody_is_told(street, alice, bob):
    sharing_id = await share(alice, bob, rules=[rule(TESTS, "t1")])
    await street.settle()
    alice.asked.clear()
    async with bob.browser() as reader:
        done = await reader.submit("/auth/authorize/sharing", sharing_id=sharing_id, answer="no")
    assert done.status_code == 303
    assert await bob.sharings() == []
    assert not any(
        each.get("mime") == "application/internet-shortcut" for each in (await bob.documents(FILES)).values()
    )
    assert alice.asked == []


@pytest.mark.parametrize(("is_trusting", "active"), [(True, True), (False, False)])
async def test_a_drive_of_somebody_trusted_is_taken_unasked_where_the_host_says_so(
    street, alice, is_trusting, active
):
    contexts = {"default": {"sharing": {"auto_accept_trusted": is_trusting}}}
    street._settings["contexts"] = contexts
    bob = await street.home("bob")
    await bob.contact("Alice", "alice@example.net", alice.origin, trustedForSharing=True)
    folder = await folder_of(alice, "Plans")
    sharing_id = await share(
        alice, bob, rules=[rule(FILES, folder, add="none", update="none", remove="none")], drive=True
    )
    await street.settle()
    assert (await bob.sharing(sharing_id)).active is active


async def test_who_only_says_to_be_somebody_trusted_is_not(street, alice):
    street._settings["contexts"] = {"default": {"sharing": {"auto_accept_trusted": True}}}
    bob = await street.home("bob")
    await bob.contact("Alice", "alice@example.net", alice.origin, trustedForSharing=True)
    await street.home("mallory")
    async with bob.api("") as stranger:
        body = request_of(
            "http://mallory.localhost:8080",
            drive=True,
            credentials=[{"state": "s"}],
            rules=[rule(FILES, "f1")],
        )
        assert (await put(stranger, body)).status_code == 201
    await street.settle("bob")
    assert street.places["mallory"].asked == []
    assert (await bob.sharing("s1")).is_waiting


async def folder_of(place, name):
    async with place.api() as client:
        answer = await client.post("/files/", params={"Type": "directory", "Name": name})
    return answer.json()["data"]["id"]
