"""Codes become tokens once, and tokens live as long as the grant (RFC 6749; cozy-stack's auth_test.go)."""

import base64

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import jobs
from cozy.rooms.auth import service as auth
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.events import GrantEnded
from cozy.rooms.permissions.model import Rule

from .conftest import answered, challenge_of, consent, key

FILES_TYPE, ROOT = "io.cozy.files", "io.cozy.files.root-dir"
FILES = f"/files/{ROOT}"


async def code_for(program, owner, **asked):
    sent = await consent(owner, program.asking(**asked))
    return answered(sent.headers["location"])["code"]


async def test_a_code_becomes_tokens(program, owner):
    answer = await program.redeem(await code_for(program, owner))
    assert answer.status_code == 200
    got = answer.json()
    assert got["token_type"] == "bearer"
    assert got["scope"] == "io.cozy.files:GET io.cozy.contacts"
    assert got["expires_in"] == 86_400
    assert "no-store" in answer.headers["cache-control"]
    assert await program.status("GET", FILES) == 200
    assert await program.status("DELETE", FILES) == 403


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": ""}, "the grant_type parameter is mandatory"),
        ({"grant_type": "password"}, "invalid grant type"),
        ({"client_id": ""}, "the client_id parameter is mandatory"),
        ({"client_id": "foo"}, "the client must be registered"),
        ({"client_secret": ""}, "the client_secret parameter is mandatory"),
        ({"client_secret": "foo"}, "invalid client_secret"),
        ({"code": ""}, "the code parameter is mandatory"),
        ({"code": "foo"}, "invalid code"),
        ({"grant_type": "refresh_token"}, "invalid refresh token"),
        ({"grant_type": "refresh_token", "refresh_token": "foo"}, "invalid refresh token"),
    ],
)
async def test_what_is_wrong_is_said_in_words_that_clients_match(program, form, error):
    answer = await program.fetch(**{"grant_type": "authorization_code", "code": "x", **form})
    assert (answer.status_code, answer.json()) == (400, {"error": error})


async def test_a_client_may_prove_itself_in_the_header(program, owner):
    pair = f"{program.known['client_id']}:{program.known['client_secret']}".encode()
    headers = {"authorization": f"Basic {base64.b64encode(pair).decode()}"}
    form = {"grant_type": "authorization_code", "code": await code_for(program, owner)}
    answer = await program.http.post("/auth/access_token", data=form, headers=headers)
    assert answer.status_code == 200


async def test_a_parameter_given_twice_is_refused(program):
    body = f"grant_type=refresh_token&client_id={program.known['client_id']}&client_id=other"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await program.http.post("/auth/access_token", content=body, headers=headers)
    assert (answer.status_code, answer.json()) == (400, {"error": "a parameter is repeated"})


async def test_a_code_used_twice_closes_what_it_opened(program, owner, house, home):
    code = await code_for(program, owner)
    assert (await program.redeem(code)).status_code == 200
    answer = await program.redeem(code)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid code"})
    assert await program.status("GET", FILES) == 400
    assert (await program.refresh()).json() == {"error": "invalid refresh token"}


async def test_a_code_is_good_for_five_minutes(program, owner, clock):
    code = await code_for(program, owner)
    clock.advance(minutes=5)
    assert (await program.redeem(code)).json() == {"error": "invalid code"}


async def test_a_code_is_its_clients_alone(program, owner, new_program):
    code = await code_for(program, owner)
    other = new_program()
    await other.register()
    assert (await other.redeem(code)).json() == {"error": "invalid code"}
    assert (await program.redeem(code)).status_code == 200


async def test_a_redirect_uri_that_is_named_must_be_the_one(program, owner):
    code = await code_for(program, owner)
    answer = await program.redeem(code, redirect_uri="https://client.example.org/other")
    assert answer.json() == {"error": "invalid code"}
    assert (await program.redeem(code, redirect_uri=program.known["redirect_uris"][0])).status_code == 200


async def test_a_challenge_is_answered_by_its_verifier_only(program, owner):
    code = await code_for(program, owner, code_challenge=challenge_of("v" * 43), code_challenge_method="S256")
    for verifier in ({}, {"code_verifier": ""}, {"code_verifier": "w" * 43}):
        answer = await program.redeem(code, **verifier)
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid code_verifier"})
    assert (await program.redeem(code, code_verifier="v" * 43)).status_code == 200


async def test_a_verifier_whose_challenge_got_lost_on_the_way_is_refused(program, owner):
    answer = await program.redeem(await code_for(program, owner), code_verifier="v" * 43)
    assert answer.json() == {"error": "invalid code_verifier"}


async def test_an_access_token_lasts_a_day_and_is_renewed(connected, clock):
    clock.advance(hours=24)
    headers = {"authorization": f"Bearer {connected.got['access_token']}"}
    answer = await connected.http.get(FILES, headers=headers)
    assert (answer.status_code, answer.json()) == (400, {"error": "Expired token"})
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    renewed = await connected.refresh()
    assert "refresh_token" not in renewed.json()
    assert renewed.json()["scope"] == "io.cozy.files:GET io.cozy.contacts"
    assert await connected.status("GET", FILES) == 200


async def test_the_token_that_ran_out_may_come_along_when_it_is_renewed(connected, clock):
    """cozy-client sends it so; it must not stand in the way."""
    clock.advance(hours=25)
    connected.http.headers["authorization"] = f"Bearer {connected.got['access_token']}"
    assert (await connected.refresh()).status_code == 200


async def test_a_refresh_token_is_its_clients_alone(connected, new_program):
    other = new_program()
    await other.register()
    answer = await other.fetch(grant_type="refresh_token", refresh_token=connected.got["refresh_token"])
    assert answer.json() == {"error": "invalid refresh token"}


async def test_an_access_token_renews_nothing(connected):
    answer = await connected.refresh(refresh_token=connected.got["access_token"])
    assert answer.json() == {"error": "invalid refresh token"}


async def test_a_refresh_token_opens_no_document(connected):
    headers = {"authorization": f"Bearer {connected.got['refresh_token']}"}
    assert (await connected.http.get(FILES, headers=headers)).status_code == 400


async def test_taking_the_grant_back_ends_everything_at_once(connected, house, home):
    client_id = connected.known["client_id"]
    given = await house.read(home, SYSTEM, permissions.of_source, "oauth", client_id)
    await house.write(home, SYSTEM, permissions.withdraw, given)
    assert await connected.status("GET", FILES) == 400
    assert (await connected.refresh()).json() == {"error": "invalid refresh token"}
    await house.write(home, SYSTEM, jobs.forget_client.run, GrantEnded(given.id, "oauth", client_id))
    assert (await connected.refresh()).json() == {"error": "the client must be registered"}


async def test_tokens_of_a_grant_that_was_taken_back_do_not_come_alive_with_the_next(
    connected, owner, house, home
):
    old = dict(connected.got)
    given = await house.read(home, SYSTEM, permissions.of_source, "oauth", connected.known["client_id"])
    await house.write(home, SYSTEM, permissions.withdraw, given)
    await connected.redeem(await code_for(connected, owner))
    assert await connected.status("GET", FILES) == 200
    headers = {"authorization": f"Bearer {old['access_token']}"}
    assert (await connected.http.get(FILES, headers=headers)).status_code == 400
    answer = await connected.refresh(refresh_token=old["refresh_token"])
    assert answer.json() == {"error": "invalid refresh token"}


async def test_a_new_passphrase_ends_every_program(connected, owner):
    page = "/my/settings/security/passphrase"
    await owner.submit(page, page=page, passphrase=key(), next=key("cerise plume orchestre granit"))
    assert await connected.status("GET", FILES) == 400
    assert (await connected.refresh()).json() == {"error": "the client must be registered"}


async def test_other_homes_that_share_with_this_one_outlive_a_passphrase(new_program, owner, house, home):
    rule = Rule(FILES_TYPE, ("GET",), (ROOT,))
    let_in = await house.write(
        home, SYSTEM, auth.other_homes.let_in, name="Bob", address="https://bob.example.org", rule=rule
    )
    other_home = new_program()
    other_home.known = {"client_id": let_in.client.id, "client_secret": let_in.secret}
    other_home.got = {
        "access_token": let_in.tokens.access,
        "refresh_token": let_in.tokens.refresh,
    }
    page = "/my/settings/security/passphrase"
    await owner.submit(page, page=page, passphrase=key(), next=key("cerise plume orchestre granit"))
    assert await other_home.status("GET", FILES) == 200
    assert (await other_home.refresh()).status_code == 200


async def test_the_day_of_the_last_tokens_is_kept(connected, house, home, clock):
    clock.advance(hours=1)
    await connected.refresh()
    client = await house.read(home, SYSTEM, auth.clients.find, connected.known["client_id"])
    assert client.last_refreshed_at == "2026-07-18T15:02:00.000000Z"
    assert not client.pending
