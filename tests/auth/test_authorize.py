"""The owner is asked, and decides: what, until when, or not at all."""

import re

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.auth.model.clients import Asked
from cozy.rooms.permissions import service as permissions

from .conftest import REDIRECT, answered, challenge_of, consent, found, key

ISS = "iss=http%3A%2F%2Falice.localhost%3A8080"  # which home answers (RFC 9207)
CHALLENGE = {"code_challenge": challenge_of("v" * 43), "code_challenge_method": "S256"}


async def granted(house, home, program):
    return await house.read(home, SYSTEM, permissions.of_source, "oauth", program.known["client_id"])


async def test_somebody_who_is_not_in_logs_in_first_and_comes_back(program, browser):
    answer = await browser.get("/auth/authorize", params=program.asking())
    assert answer.status_code == 303
    login = answer.headers["location"]
    assert login.startswith("/auth/login?redirect=%2Fauth%2Fauthorize%3F")
    redirect = found(r'name="redirect" value="([^"]+)"', (await browser.get(login)).text).replace(
        "&amp;", "&"
    )
    back = await browser.log_in(redirect=redirect)
    page = await browser.get(back.headers["location"])
    assert "Recipes would like to connect to your home" in page.text


async def test_the_page_says_who_asks_for_what(program, owner):
    page = (await owner.get("/auth/authorize", params=program.asking())).text
    assert "Recipes would like to connect to your home" in page
    assert re.findall(r'checked><span>([^<]+)<', page) == [
        "See your files", "See, add, change and delete your contacts",
    ]  # fmt: skip
    assert "Will not see" in page
    assert "client.example.org" in page


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"state": ""}, "The state parameter is mandatory."),
        ({"client_id": ""}, "The client_id parameter is mandatory."),
        ({"redirect_uri": ""}, "The redirect_uri parameter is mandatory."),
        ({"response_type": "token"}, "Invalid response type"),
        ({"client_id": "nobody"}, "The client must be registered."),
        ({"redirect_uri": "https://evil.example.org/"}, "The redirect_uri parameter doesn&#39;t match the registered ones."),
        ({"scope": ""}, "The scope parameter is mandatory."),
        ({"scope": "login"}, "The scope parameter is mandatory."),
        ({"scope": "Not A:Scope"}, "Invalid scope."),
        ({"scope": "io.cozy.files *"}, "Invalid scope."),
        ({"scope": "*"}, "The code_challenge parameter is mandatory for this scope."),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "Invalid challenge code method"),
        ({"code_challenge": "x"}, "Invalid challenge code method"),
        ({"code_challenge": "x", "code_challenge_method": "S256"}, "is no SHA-256"),
        ({"code_challenge_method": "S256"}, "is no SHA-256"),
    ],
)  # fmt: skip
async def test_a_request_that_does_not_hold_together_sends_nobody_anywhere(program, owner, changed, sentence):
    asked = {**program.asking(), **changed}
    page = await owner.get("/auth/authorize", params=asked)
    assert page.status_code == 400
    assert sentence in page.text
    sent = await owner.submit("/auth/authorize", page="/my/settings", answer="yes", **asked)
    assert sent.status_code == 400
    assert "location" not in sent.headers


async def test_who_agrees_is_sent_back_with_a_code(program, owner):
    sent = await consent(owner, program.asking())
    assert sent.status_code == 303
    assert re.fullmatch(
        rf"{re.escape(REDIRECT)}\?access_code=([\w-]+)&code=\1&state=s3cret&{ISS}#", sent.headers["location"]
    )


async def test_a_program_that_reports_in_meanwhile_is_agreed_to_all_the_same(program, house, home):
    asked = Asked(**program.asking())
    request = await house.read(home, SYSTEM, auth.authorizing.wanted, asked)
    await house.write(home, SYSTEM, auth.clients.synchronized, asked.client_id)
    agree = (request, Visitor(address="192.0.2.1"), request.rules)
    url = await house.write(home, SYSTEM, auth.authorizing.agree, *agree, proved=True)
    assert (await program.redeem(answered(url)["code"])).status_code == 200


async def test_who_refuses_is_sent_back_without(program, owner, house, home):
    sent = await consent(owner, program.asking(), "no")
    assert sent.headers["location"] == f"{REDIRECT}?error=access_denied&state=s3cret&{ISS}#"
    assert await granted(house, home, program) is None


async def test_a_query_of_the_redirect_uri_is_kept(new_program, owner):
    program = new_program()
    await program.register(redirect_uris=[f"{REDIRECT}?tenant=7"])
    sent = await consent(owner, program.asking(state="a&b=c#d"))
    assert answered(sent.headers["location"])["tenant"] == "7"
    assert answered(sent.headers["location"])["state"] == "a&b=c#d"


async def test_a_program_may_ask_for_a_link_in_place_of_a_redirect(program, owner):
    page = await owner.get("/auth/authorize", params=program.asking())
    form = {"csrf_token": found(r'name="csrf_token" value="([^"]+)"', page.text), **program.asking()}
    answer = await owner.post("/auth/authorize", data=form, headers={"accept": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["deeplink"].startswith(f"{REDIRECT}?access_code=")


async def test_what_the_owner_unticks_is_not_granted(program, owner, house, home):
    sent = await consent(owner, program.asking(), keep=["rule1"])
    got = (await program.redeem(answered(sent.headers["location"])["code"])).json()
    assert got["scope"] == "io.cozy.contacts"
    assert await program.status("GET", "/files/io.cozy.files.root-dir") == 403
    assert await program.status("GET", "/data/io.cozy.contacts/_all_docs") == 200


async def test_nothing_at_all_is_no_answer(program, owner):
    answer = await consent(owner, program.asking(), keep=[])
    assert answer.status_code == 422
    assert 'aria-describedby="keep-error"' in answer.text


async def test_what_the_owner_only_shows_cannot_be_changed(program, owner):
    sent = await consent(owner, program.asking(), see_only=["rule1"])
    got = (await program.redeem(answered(sent.headers["location"])["code"])).json()
    assert got["scope"] == "io.cozy.files:GET io.cozy.contacts:GET"
    assert await program.status("DELETE", "/data/io.cozy.contacts/x?rev=1-a") == 403


async def test_neither_yes_nor_no_is_asked_again_as_it_was(program, owner):
    page = await consent(owner, program.asking(), "", keep=["rule1"], end="7")
    assert page.status_code == 200
    assert re.findall(r'value="([^"]+)" checked', page.text) == ["rule1"]
    assert '<option value="7" selected>' in page.text


async def test_nobody_gets_more_than_was_on_the_page(program, owner):
    sent = await consent(
        owner, program.asking("io.cozy.files:GET"), keep=["rule0", "rule1", "io.cozy.contacts"]
    )
    got = (await program.redeem(answered(sent.headers["location"])["code"])).json()
    assert got["scope"] == "io.cozy.files:GET"


async def test_a_grant_ends_on_the_evening_of_the_day_that_the_owner_chose(
    program, owner, house, home, clock
):
    sent = await consent(owner, program.asking(), end="date", day="2026-07-20")
    await program.redeem(answered(sent.headers["location"])["code"])
    assert (await granted(house, home, program)).expires_at == "2026-07-21T00:00:00.000000Z"
    clock.advance(days=2)
    await program.refresh()
    assert await program.status("GET", "/files/io.cozy.files.root-dir") == 200
    clock.advance(hours=10)
    answer = await program.http.get(
        "/files/io.cozy.files.root-dir", headers={"authorization": f"Bearer {program.got['access_token']}"}
    )
    assert (answer.status_code, answer.json()) == (400, {"error": "Expired token"})
    assert (await program.refresh()).json() == {"error": "the client must be registered"}


@pytest.mark.parametrize("day", ["2026-07-17", "1999-01-01", "soon", ""])
async def test_an_end_is_a_day_to_come(program, owner, day):
    answer = await consent(owner, program.asking(), end="date", day=day)
    assert answer.status_code == 422
    assert re.search(r'<input [^>]*name="day"[^>]*aria-invalid="true"', answer.text)


async def test_everything_needs_the_passphrase(program, owner, house, home):
    asked = program.asking("*", **CHALLENGE)
    page = (await owner.get("/auth/authorize", params=asked)).text
    assert "It could do whatever you do here" in page
    for wrong in ("", key("not the right words")):
        answer = await consent(owner, asked, passphrase=wrong)
        assert answer.status_code == 422
    assert await granted(house, home, program) is None
    sent = await consent(owner, asked, passphrase=key())
    got = await program.redeem(answered(sent.headers["location"])["code"], code_verifier="v" * 43)
    assert got.json()["scope"] == "*"
    assert await program.status("GET", "/files/io.cozy.files.root-dir") == 200


async def test_who_only_asks_whether_the_owner_is_in_is_answered_at_once(client, owner, new_program):
    program = new_program()
    body = {
        "redirect_uris": [REDIRECT],
        "client_name": "Manager",
        "software_id": "m",
        "allow_login_scope": True,
    }
    program.known = (await client.post("/auth/register", json=body)).json()
    sent = await owner.get("/auth/authorize", params=program.asking("login"))
    assert sent.status_code == 303
    got = (await program.redeem(answered(sent.headers["location"])["code"])).json()
    assert got["scope"] == ""
    assert await program.status("GET", "/files/io.cozy.files.root-dir") == 403


async def test_the_grant_is_a_document_under_the_programs_name(connected, house, home):
    given = await granted(house, home, connected)
    assert (given.type, given.source_id, given.title) == ("oauth", connected.known["client_id"], "Recipes")
    assert [rule.doctype for rule in given.rules.values()] == ["io.cozy.files", "io.cozy.contacts"]


async def test_asking_again_replaces_what_was_granted(connected, owner):
    sent = await consent(owner, connected.asking("io.cozy.notes"))
    await connected.redeem(answered(sent.headers["location"])["code"])
    assert await connected.status("GET", "/files/io.cozy.files.root-dir") == 403
    assert await connected.status("GET", "/data/io.cozy.notes/_all_docs") == 200


async def test_the_page_lets_its_form_end_at_the_program_only(program, owner):
    page = await owner.get("/auth/authorize", params=program.asking())
    policy = page.headers["content-security-policy"]
    assert "form-action 'self' https://client.example.org;" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["x-frame-options"] == "DENY"
