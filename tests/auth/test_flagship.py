"""A program that may do everything opens windows of the home without asking for the passphrase again."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule

from .conftest import CLIENT, answered, challenge_of, consent, key, second_step

NEW = "cerise plume orchestre granit"
CHALLENGE = {"code_challenge": challenge_of("v" * 43), "code_challenge_method": "S256"}


@pytest.fixture
async def flagship(program, owner):
    """A program that Alice let do everything."""
    sent = await consent(owner, program.asking("*", **CHALLENGE), passphrase=key())
    await program.redeem(answered(sent.headers["location"])["code"], code_verifier="v" * 43)
    return program


async def posted(program, path, **body):
    headers = {"authorization": f"Bearer {program.got['access_token']}"} if program.got else {}
    return await program.http.post(path, headers=headers, json=body or None)


async def test_it_opens_a_session_in_a_window(flagship, new_browser):
    answer = await posted(flagship, "/auth/session_code")
    assert answer.status_code == 201
    window = new_browser("203.0.113.1")
    asked = flagship.asking("io.cozy.notes", session_code=answer.json()["session_code"])
    seen = await window.get("/auth/authorize", params=asked)
    assert seen.status_code == 303
    assert "session_code" not in seen.headers["location"]
    assert await window.is_in()
    assert "would like to connect" in (await window.get(seen.headers["location"])).text


async def test_a_program_that_becomes_another_may_not_do_everything_any_more(flagship):
    headers = {"authorization": f"Bearer {flagship.known['registration_access_token']}"}
    said = {**CLIENT, "client_id": flagship.known["client_id"], "software_id": "github.com/example/other"}
    url = f"/auth/register/{flagship.known['client_id']}"
    assert (await flagship.http.put(url, headers=headers, json=said)).status_code == 200
    own = {name: flagship.known[name] for name in ("client_id", "client_secret")}
    answer = await flagship.http.post("/auth/login/flagship", json={**own, "passphrase": key()})
    assert (answer.status_code, list(answer.json())) == (202, ["session_code"])


async def test_a_session_code_works_once_and_for_five_minutes(flagship, new_browser, clock):
    code = (await posted(flagship, "/auth/session_code")).json()["session_code"]
    for window in (new_browser(), new_browser()):
        await window.get("/auth/authorize", params={"session_code": code})
    assert not await window.is_in()
    code = (await posted(flagship, "/auth/session_code")).json()["session_code"]
    clock.advance(minutes=5)
    late = new_browser()
    await late.get("/auth/authorize", params={"session_code": code})
    assert not await late.is_in()


async def test_a_session_code_leads_from_an_apps_window_through_the_door_of_the_home(flagship, new_browser):
    code = (await posted(flagship, "/auth/session_code")).json()["session_code"]
    window = new_browser()
    target = "http://drive.alice.localhost:8080/#/folder"
    seen = await window.get("/auth/login", params={"session_code": code, "redirect": target})
    assert seen.status_code == 303
    assert seen.headers["location"].startswith("http://drive.alice.localhost:8080/?session_code=")
    assert await window.is_in()


async def test_a_program_that_may_do_less_opens_no_session(connected):
    answer = await posted(connected, "/auth/session_code", passphrase=key("wrong"))
    assert (answer.status_code, answer.json()) == (401, {"error": "Not authorized"})


async def test_the_passphrase_opens_one_too(program, lock, house, home):
    answer = await posted(program, "/auth/session_code", passphrase=key())
    assert answer.status_code == 201
    code = await second_step(house, home)
    first = await posted(program, "/auth/session_code", passphrase=key())
    assert (first.status_code, first.json()["error"]) == (403, "two factor needed")
    both = {"passphrase": key(), "two_factor_token": first.json()["two_factor_token"]}
    assert (
        await posted(program, "/auth/session_code", **both, two_factor_passcode="000000")
    ).status_code == 401
    assert (
        await posted(program, "/auth/session_code", **both, two_factor_passcode=code())
    ).status_code == 201


async def logged_in(program, **more):
    own = {"client_id": program.known["client_id"], "client_secret": program.known["client_secret"]}
    return await program.http.post("/auth/login/flagship", json={**own, "passphrase": key(), **more})


async def test_who_may_do_everything_gets_tokens_by_passphrase(flagship):
    answer = await logged_in(flagship)
    assert answer.status_code == 200
    assert answer.json()["scope"] == "*"
    assert (await logged_in(flagship, passphrase=key("wrong"))).status_code == 401
    assert (await logged_in(flagship, client_secret="x")).status_code == 400


async def test_who_may_not_yet_gets_a_session_to_ask_in(program, lock):
    answer = await logged_in(program)
    assert (answer.status_code, list(answer.json())) == (202, ["session_code"])


async def test_a_second_step_stands_in_the_way_of_programs_too(flagship, house, home):
    code = await second_step(house, home)
    first = await logged_in(flagship)
    assert (first.status_code, list(first.json())) == (401, ["two_factor_token"])
    token = first.json()
    assert (await logged_in(flagship, **token, two_factor_code="000000")).status_code == 403
    assert (await logged_in(flagship, **token, two_factor_code=code())).status_code == 200


async def chosen(program, house, home, **more):
    own = {"client_id": program.known["client_id"], "client_secret": program.known["client_secret"]}
    token = await house.write(home, SYSTEM, auth.reset.begin)
    said = {**own, "register_token": token, "passphrase": key(NEW), "iterations": 100_000, "key": "x", **more}
    return await program.http.post("/settings/passphrase/flagship", json=said)


async def test_a_first_passphrase_is_chosen_in_a_program_which_then_asks(
    program, lock, house, home, new_browser
):
    answer = await chosen(program, house, home, hint="a tree")
    assert (answer.status_code, list(answer.json())) == (202, ["session_code"])
    window = new_browser()
    asked = program.asking("*", session_code=answer.json()["session_code"], **CHALLENGE)
    assert (await window.get("/auth/authorize", params=asked)).status_code == 303
    assert await window.is_in()
    assert (await logged_in(program, passphrase=key(NEW))).status_code == 202
    assert (await logged_in(program)).status_code == 401


async def test_one_that_the_owner_let_do_everything_gets_tokens_with_a_new_passphrase(flagship, house, home):
    answer = await chosen(flagship, house, home)
    assert (answer.status_code, answer.json()["scope"]) == (200, "*")
    headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await flagship.http.get("/settings/instance", headers=headers)).status_code == 200


async def test_a_second_step_stands_in_the_way_of_a_new_passphrase_too(flagship, house, home):
    code = await second_step(house, home)
    first = await chosen(flagship, house, home)
    assert (first.status_code, list(first.json())) == (401, ["two_factor_token"])
    token = first.json()
    assert (
        await logged_in(flagship, passphrase=key(NEW), **token, two_factor_code=code())
    ).status_code == 200


@pytest.mark.parametrize("wrong", [{"client_secret": "x"}, {"register_token": "x"}, {"client_id": "x"}])
async def test_nothing_is_chosen_by_who_proves_too_little(flagship, house, home, wrong):
    assert (await chosen(flagship, house, home, **wrong)).status_code == 400
    assert (await logged_in(flagship)).status_code == 200


async def test_it_gets_tokens_of_installed_connectors(flagship, house, home):
    assert (await posted(flagship, "/auth/tokens/konnectors/bank")).status_code == 404
    rules = {"bills": Rule("io.cozy.bills")}
    await house.write(home, SYSTEM, permissions.grant, "konnector", "bank", rules)
    answer = await posted(flagship, "/auth/tokens/konnectors/bank")
    assert answer.status_code == 201
    headers = {"authorization": f"Bearer {answer.json()}"}
    assert (await flagship.http.get("/data/io.cozy.bills/_all_docs", headers=headers)).status_code == 200


async def test_others_get_no_tokens_of_connectors(connected):
    assert (await posted(connected, "/auth/tokens/konnectors/bank")).status_code == 403


async def test_what_programs_find_by_themselves(anonymous):
    found_ = (await anonymous.get("/.well-known/oauth-authorization-server")).json()
    assert found_["issuer"] == "http://alice.localhost:8080"
    assert found_["authorization_endpoint"] == "http://alice.localhost:8080/auth/authorize"
    assert found_["code_challenge_methods_supported"] == ["S256"]
    assert found_["authorization_response_iss_parameter_supported"] is True


async def test_only_the_app_settings_registers_programs_from_the_web(app, anonymous):
    assert (await app.post("/auth/registerFromWebApp", json=CLIENT)).status_code == 201
    del anonymous.headers["authorization"]
    assert (await anonymous.post("/auth/registerFromWebApp", json=CLIENT)).status_code == 403
