"""Programs introduce themselves, and manage what they said (RFC 7591, RFC 7592; cozy-stack's auth_test.go)."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import jobs
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.events import ClientPending
from cozy.rooms.auth.model.clients import Introduction
from cozy.rooms.documents import service as documents
from cozy.rooms.permissions.model import Rule

from .conftest import CLIENT, REDIRECT


def bearer(program, token=None):
    return {"authorization": f"Bearer {token or program.known['registration_access_token']}"}


def at(program):
    return f"/auth/register/{program.known['client_id']}"


async def test_a_program_that_introduces_itself_gets_an_id_a_secret_and_a_token(new_program):
    program = new_program()
    answer = await program.register(client_uri="https://client.example.org/", notification_platform="android")
    assert answer.status_code == 201
    said = answer.json()
    assert all(said[name] for name in ("client_id", "client_secret", "registration_access_token"))
    assert said["grant_types"] == ["authorization_code", "refresh_token"]
    assert said["response_types"] == ["code"]
    assert said["client_secret_expires_at"] == 0
    assert {name: said[name] for name in CLIENT} == CLIENT
    assert said["client_uri"] == "https://client.example.org/"
    assert said["notification_platform"] == "android"
    assert said["pending"] is True


async def test_what_a_program_says_of_its_own_rights_counts_for_nothing(new_program):
    ignored = {"client_id": "ignored", "client_secret": "ignored", "registration_access_token": "ignored"}
    said = (await new_program().register(**ignored, flagship=True, certified_from_store=True)).json()
    assert "ignored" not in said.values()
    assert "flagship" not in said
    assert "certified_from_store" not in said


def test_a_secret_from_where_the_home_was_before_gives_way_to_another(work):
    rule = Rule("io.cozy.sharings", ("GET",), ("s1",))
    auth.other_homes.let_in_again(work, "c1", "brought", name="Bob", address="https://bob.example", rule=rule)
    client = auth.clients.find(work, "c1")
    assert auth.clients.is_secret(work, client, "brought")
    said = Introduction(
        client_id="c1", client_secret="brought", redirect_uris=client.redirect_uris, client_name=client.client_name,
        software_id=client.software_id,
    )  # fmt: skip
    assert not auth.clients.is_secret(work, auth.clients.change(work, client, said), "brought")


@pytest.mark.parametrize(
    ("said", "error", "description"),
    [
        ({"redirect_uris": None}, "invalid_redirect_uri", "redirect_uris is mandatory"),
        ({"redirect_uris": []}, "invalid_redirect_uri", "redirect_uris is mandatory"),
        ({"client_name": ""}, "invalid_client_metadata", "client_name is mandatory"),
        ({"software_id": None}, "invalid_client_metadata", "software_id is mandatory"),
        ({"client_name": "Re\u202ecipes"}, "invalid_client_metadata", "client_name is invalid"),
        ({"notification_platform": "fax"}, "invalid_client_metadata", "notification_platform is invalid"),
        (
            {"software_id": "registry://store"},
            "unapproved_software_id",
            "Link with store/settings is forbidden",
        ),
        (
            {"software_id": "registry://nothing"},
            "unapproved_software_id",
            "Application was not found on instance registries",
        ),
    ],
)
async def test_a_program_that_says_too_little_is_told_so(new_program, said, error, description):
    answer = await new_program().register(**said)
    assert answer.status_code == 400
    assert answer.json() == {"error": error, "error_description": description}


@pytest.mark.parametrize(
    "uri",
    [
        "https://client.example.org/callback#here", "http://client.example.org/#", "javascript:alert(1)",
        "data:text/html,hello", "https://alice.localhost/auth", "http://alice.localhost:8080/my", "https://",
        "https:///nowhere", "//client.example.org", "/callback", "callback", "https://alice@client.example.org/",
        "https://client.example.org\\@evil.example.org/", "https://client.example.org/ x", "https://client.example.org/\n",
        "https://client.example.org:port/", "HTTPS", "file:///etc/passwd", "intent://x", "1cozy://x",
        'cozy://x"onload', "https://ünïcode.example.org/",
    ],
)  # fmt: skip
async def test_nobody_is_sent_to_a_place_that_is_none(new_program, uri):
    answer = await new_program().register(redirect_uris=[REDIRECT, uri])
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_redirect_uri"


@pytest.mark.parametrize(
    "uri",
    [
        "http://localhost:3333/do_access", "http://127.0.0.1:19856/callback", "http://[::1]:8000/", "cozy://flagship",
        "com.example.oauthclient:/callback", "https://abcdef.chromiumapp.org/cozy?x=1",
    ],
)  # fmt: skip
async def test_programs_on_devices_have_addresses_of_their_own(new_program, uri):
    assert (await new_program().register(redirect_uris=[uri])).status_code == 201


def test_plain_http_across_the_network_is_for_homes_that_have_no_better(work):
    from dataclasses import replace

    from cozy.rooms.auth.errors import BadRegistration
    from cozy.rooms.auth.model import Visitor
    from cozy.rooms.auth.model.clients import Introduction

    said = Introduction(redirect_uris=("http://nas.local/cb",), client_name="Nas", software_id="nas")
    auth.clients.register(work, Visitor(address="192.0.2.1"), said)
    with pytest.raises(BadRegistration):
        auth.clients.register(
            replace(work, origin="https://alice.example.org"), Visitor(address="192.0.2.1"), said
        )


async def test_a_name_that_is_taken_gets_a_number(new_program):
    names = [(await new_program().register()).json()["client_name"] for _ in range(3)]
    assert names == ["Recipes", "Recipes-2", "Recipes-3"]


async def test_a_body_that_is_no_json_is_refused(anonymous):
    answer = await anonymous.post("/auth/register", data={"foo": "bar"})
    assert answer.status_code == 400
    assert "error" in answer.json()


async def test_a_program_reads_what_is_kept_of_it(program):
    answer = await program.http.get(at(program), headers=bearer(program))
    assert answer.status_code == 200
    expected = {name: value for name, value in program.known.items() if name != "registration_access_token"}
    assert answer.json() == expected


async def test_a_program_needs_its_own_token(program, new_program):
    other = new_program()
    await other.register()
    for headers in ({}, bearer(program, "nonsense"), bearer(other), {"authorization": "Basic eDp5"}):
        answer = await program.http.get(at(program), headers=headers)
        assert (answer.status_code, answer.json()) == (401, {"error": "invalid_token"})
        assert (await program.http.put(at(program), headers=headers, json=CLIENT)).status_code == 401
        assert (await program.http.delete(at(program), headers=headers)).status_code == 401


async def test_an_access_token_manages_no_registration(connected):
    for token in (connected.got["access_token"], connected.got["refresh_token"]):
        answer = await connected.http.get(at(connected), headers=bearer(connected, token))
        assert answer.status_code == 401


async def test_a_registration_token_opens_no_document(connected):
    answer = await connected.http.get("/files/io.cozy.files.root-dir", headers=bearer(connected))
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid JWT token"})


async def test_a_program_that_nobody_knows_is_told_in_words_that_clients_match(program):
    answer = await program.http.get("/auth/register/nobody", headers=bearer(program))
    assert (answer.status_code, answer.json()) == (404, {"error": "Client not found"})


async def test_a_program_changes_what_it_said(program):
    said = {
        **CLIENT,
        "client_id": program.known["client_id"],
        "client_name": "Cooking",
        "software_version": "2",
    }
    answer = await program.http.put(at(program), headers=bearer(program), json=said)
    assert answer.status_code == 200
    changed = answer.json()
    assert (changed["client_name"], changed["software_version"]) == ("Cooking", "2")
    assert changed["client_secret"] == program.known["client_secret"]


async def test_a_program_that_sends_its_secret_gets_another(connected):
    said = {
        **CLIENT,
        "client_id": connected.known["client_id"],
        "client_secret": connected.known["client_secret"],
    }
    changed = (await connected.http.put(at(connected), headers=bearer(connected), json=said)).json()
    assert changed["client_secret"] != connected.known["client_secret"]
    assert (await connected.refresh()).json() == {"error": "invalid client_secret"}
    assert (await connected.refresh(client_secret=changed["client_secret"])).status_code == 200


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"client_id": None}, "invalid_client_id"),
        ({"client_id": "another"}, "invalid_client_id"),
        ({"redirect_uris": None}, "invalid_redirect_uri"),
        ({"client_secret": "another"}, "invalid_client_secret"),
    ],
)
async def test_a_change_is_held_to_the_same_rules(program, said, error):
    body = {**CLIENT, "client_id": program.known["client_id"], **said}
    answer = await program.http.put(at(program), headers=bearer(program), json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_another_program_does_not_inherit_what_the_owner_agreed_to(connected):
    said = {**CLIENT, "client_id": connected.known["client_id"], "software_id": "github.com/example/other"}
    assert (await connected.http.put(at(connected), headers=bearer(connected), json=said)).status_code == 200
    assert await connected.status("GET", "/files/io.cozy.files.root-dir") == 400


async def test_a_program_that_leaves_takes_its_grant_along(connected):
    for _ in range(2):
        assert (await connected.http.delete(at(connected), headers=bearer(connected))).status_code == 204
    assert await connected.status("GET", "/files/io.cozy.files.root-dir") == 400
    assert (await connected.refresh()).json() == {"error": "the client must be registered"}


async def test_a_program_that_nobody_agreed_to_is_forgotten_after_an_hour(program, house, home, clock):
    clock.advance(minutes=61)
    answer = await program.http.get(at(program), headers=bearer(program))
    assert (answer.status_code, answer.json()) == (404, {"error": "Client not found"})
    event = ClientPending(program.known["client_id"])
    for _ in range(2):
        await house.write(home, SYSTEM, jobs.forget_pending_client.run, event)
    feed = await house.read(home, SYSTEM, documents.changes, "io.cozy.oauth.clients")
    assert [change.deleted for change in feed] == [True]


async def test_a_program_that_the_owner_let_in_stays(connected, house, home, clock):
    clock.advance(days=400)
    await house.write(
        home, SYSTEM, jobs.forget_pending_client.run, ClientPending(connected.known["client_id"])
    )
    assert (await connected.http.get(at(connected), headers=bearer(connected))).status_code == 200


async def test_a_secret_is_in_no_document(program, house, home):
    feed = await house.read(home, SYSTEM, documents.changes, "io.cozy.oauth.clients")
    assert program.known["client_secret"] not in str(feed)


async def test_registrations_from_one_place_are_limited(new_program):
    program = new_program()
    statuses = [(await program.register(client_name=f"P{n}")).status_code for n in range(51)]
    assert statuses == [201] * 50 + [429]
    assert (await new_program("203.0.113.7").register()).status_code == 201


async def test_only_the_command_line_makes_programs_that_ask_nothing(program, client):
    body = {**CLIENT, "allow_login_scope": True}
    assert (await program.http.post("/auth/register", json=body)).status_code == 401
    assert (await client.post("/auth/register", json=body)).status_code == 201


async def test_an_onboarding_secret_is_exchanged_once(program, new_program):
    await program.register(onboarding_secret="a long secret")
    device = new_program("203.0.113.7")
    answer = await device.http.post("/auth/secret_exchange", json={"secret": "a long secret"})
    assert answer.status_code == 200
    assert answer.json()["client_secret"] == program.known["client_secret"]
    for secret in ("a long secret", "", "another"):
        answer = await device.http.post("/auth/secret_exchange", json={"secret": secret})
        assert (answer.status_code, answer.json()) == (404, {"error": "Client not found"})
