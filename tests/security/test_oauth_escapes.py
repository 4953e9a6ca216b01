"""Ways around OAuth2 that were tried elsewhere (RFC 6819, RFC 9700), and lead nowhere here."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.auth.model.clients import Introduction
from cozy.rooms.homes import service as homes
from tests.auth.conftest import (
    CLIENT,
    REDIRECT,
    answered,
    challenge_of,
    connected,
    consent,
    key,
    new_program,
    program,
)

__all__ = ["connected", "new_program", "program"]

FILES = "/files/io.cozy.files.root-dir"


async def code_for(program: Any, owner: Any, **asked: str) -> str:
    sent = await consent(owner, program.asking(**asked))
    return answered(sent.headers["location"])["code"]


@pytest.fixture
async def elsewhere(new_program: Any, other_home: Any) -> Any:
    """The same program at Bob's home, which is on the same server."""
    program = new_program(origin=other_home.origin)
    assert (await program.register()).status_code == 201
    return program


async def test_nothing_of_one_home_opens_another(connected, elsewhere, owner):
    code = await code_for(connected, owner)
    assert (await elsewhere.redeem(code)).json() == {"error": "invalid code"}
    answer = await elsewhere.fetch(grant_type="refresh_token", refresh_token=connected.got["refresh_token"])
    assert answer.json() == {"error": "invalid refresh token"}
    headers = {"authorization": f"Bearer {connected.got['access_token']}"}
    assert (await elsewhere.http.get(FILES, headers=headers)).status_code == 400
    headers = {"authorization": f"Bearer {connected.known['registration_access_token']}"}
    for client_id, status in ((connected.known["client_id"], 404), (elsewhere.known["client_id"], 401)):
        assert (
            await elsewhere.http.get(f"/auth/register/{client_id}", headers=headers)
        ).status_code == status


async def test_a_secret_of_one_client_is_no_others(program, new_program):
    other = new_program()
    await other.register()
    answer = await program.fetch(
        grant_type="authorization_code", code="x", client_secret=other.known["client_secret"]
    )
    assert answer.json() == {"error": "invalid client_secret"}


async def test_a_secret_of_one_home_is_none_in_another_even_under_the_same_id(house, home, other_home):
    said = Introduction(redirect_uris=(REDIRECT,), client_name="Recipes", software_id="recipes")
    client = await house.write(home, SYSTEM, auth.clients.register, Visitor(address="192.0.2.1"), said)
    here = await house.read(home, SYSTEM, auth.clients.secret_of, client)
    there = await house.read(other_home, SYSTEM, auth.clients.secret_of, client)
    assert here != there


@pytest.mark.parametrize(
    "uri",
    [
        f"{REDIRECT}/", f"{REDIRECT}?x=1", f"{REDIRECT}#x", REDIRECT.upper(), REDIRECT.replace("https", "http"),
        f"{REDIRECT}/../other", f"{REDIRECT}%2f", REDIRECT.replace("client.", "client.example.org."),
        REDIRECT.replace("//", "//x@"), REDIRECT.replace(".org", ".org:443"), REDIRECT.replace(".org", ".org."),
        "https://client.example.org.evil.example.org/callback", "https://client.example.org@evil.example.org/callback",
        f" {REDIRECT}", f"{REDIRECT} ", f"{REDIRECT}\r\nx: y", "", "//client.example.org/callback", "javascript:alert(1)",
    ],
)  # fmt: skip
async def test_a_code_goes_to_the_registered_address_and_no_other(program, owner, uri):
    asked = {**program.asking(), "redirect_uri": uri}
    for answer in (
        await owner.get("/auth/authorize", params=asked),
        await owner.submit("/auth/authorize", page="/my/settings", answer="yes", **asked),
        await owner.submit("/auth/authorize", page="/my/settings", answer="no", **asked),
    ):
        assert answer.status_code == 400
        assert "location" not in answer.headers


async def test_an_address_that_the_program_gave_up_gets_no_code(program, owner):
    asked = program.asking()
    said = {**CLIENT, "client_id": program.known["client_id"], "redirect_uris": ["https://new.example.org/"]}
    headers = {"authorization": f"Bearer {program.known['registration_access_token']}"}
    await program.http.put(f"/auth/register/{program.known['client_id']}", headers=headers, json=said)
    assert (await owner.get("/auth/authorize", params=asked)).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://drive.alice.localhost:8080"},
        {"origin": "https://client.example.org"},
        {"origin": "null"},
    ],
    ids=lambda headers: " ".join(headers.values()),
)
async def test_no_other_site_agrees_in_the_owners_name(program, owner, headers):
    page = await owner.get("/auth/authorize", params=program.asking())
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "answer": "yes", "keep": ["rule0"], **program.asking()}
    answer = await owner.post("/auth/authorize", data=form, headers=headers)
    assert answer.status_code == 403
    assert "location" not in answer.headers


async def test_agreeing_needs_the_token_of_a_page(program, owner, new_browser):
    for token in ("", "guessed"):
        form = {"csrf_token": token, "answer": "yes", "keep": ["rule0"], **program.asking()}
        assert (await owner.post("/auth/authorize", data=form)).status_code == 403
    other = await new_browser().get("/auth/login")
    theirs = other.text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": theirs, "answer": "yes", "keep": ["rule0"], **program.asking()}
    assert (await owner.post("/auth/authorize", data=form)).status_code == 403


async def test_a_bearer_of_any_token_agrees_to_nothing(program, client):
    asked = {**program.asking(), "answer": "yes"}
    assert (await client.post("/auth/authorize", data=asked)).status_code == 303
    assert (
        (await client.get("/auth/authorize", params=program.asking()))
        .headers["location"]
        .startswith("/auth/login")
    )


async def test_what_the_page_showed_is_what_is_granted_whatever_the_form_says_then(program, owner):
    """The form is read anew: it cannot bring a scope that holds and titles that do not."""
    sent = await consent(
        owner, program.asking("io.cozy.files:GET"), keep=["rule0", "rule7", "*"], see_only=["rule9"]
    )
    got = (await program.redeem(answered(sent.headers["location"])["code"])).json()
    assert got["scope"] == "io.cozy.files:GET"


async def test_a_challenge_cannot_be_taken_away_on_the_way(program, owner):
    """RFC 9700 §4.8: whoever changes the request loses the code, not the challenge."""
    stripped = await code_for(program, owner)
    answer = await program.redeem(stripped, code_verifier="v" * 43)
    assert answer.json() == {"error": "invalid code_verifier"}
    kept = await code_for(program, owner, code_challenge=challenge_of("v" * 43), code_challenge_method="S256")
    for verifier in ({}, {"code_verifier": challenge_of("v" * 43)}):
        assert (await program.redeem(kept, **verifier)).json() == {"error": "invalid code_verifier"}


async def test_many_at_once_redeem_a_code_once(program, owner):
    code = await code_for(program, owner)
    answers = await asyncio.gather(*(program.redeem(code) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    assert await program.status("GET", FILES) == 400  # and what it opened is closed: it was a replay


def signed(secret: bytes, **claims: Any) -> str:
    return jwt.encode({"alg": "HS512"}, claims, OctKey.import_key(secret), algorithms=["HS512"])


async def test_tokens_are_not_made_by_hand(connected, house, home):
    client_id = connected.known["client_id"]
    said = json.loads(base64.urlsafe_b64decode(connected.got["access_token"].split(".")[1] + "=="))
    session_key = await house.read(home, SYSTEM, homes.secret, "tokens")
    unsigned = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "none"}, said)
    )
    forged = [
        f"{unsigned}.",
        f"{unsigned}.{connected.got['access_token'].rpartition('.')[2]}",
        signed(b"k" * 64, **said),
        signed(connected.known["client_secret"].encode(), **said),
        signed(session_key, **said),
        connected.got["access_token"][:-2],
        f"{connected.got['access_token']}.x",
    ]
    for token in forged:
        answer = await connected.http.get(FILES, headers={"authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()) == (400, {"error": "Invalid JWT token"})
    for token in forged:
        assert (await connected.refresh(refresh_token=token)).json() == {"error": "invalid refresh token"}
    own = {"aud": "registration", "iss": "alice.localhost", "sub": client_id, "iat": said["iat"]}
    headers = {"authorization": f"Bearer {signed(session_key, **own)}"}
    assert (await connected.http.get(f"/auth/register/{client_id}", headers=headers)).status_code == 401


async def test_each_kind_of_token_is_for_its_own_use(connected):
    kinds = {
        "registration": connected.known["registration_access_token"],
        "refresh": connected.got["refresh_token"],
    }
    for token in kinds.values():
        for path in (FILES, "/settings/clients", "/auth/userinfo", "/data/_all_doctypes"):
            assert (
                await connected.http.get(path, headers={"authorization": f"Bearer {token}"})
            ).status_code == 400
            assert (await connected.http.get(path, params={"bearer_token": token})).status_code == 400


async def test_a_program_cannot_raise_itself(connected, house, home):
    """Not by its registration, and not by writing where grants are kept."""
    said = {
        **CLIENT,
        "client_id": connected.known["client_id"],
        "flagship": True,
        "allow_login_scope": True,
        "pending": False,
    }
    headers = {"authorization": f"Bearer {connected.known['registration_access_token']}"}
    await connected.http.put(f"/auth/register/{connected.known['client_id']}", headers=headers, json=said)
    client = await house.read(home, SYSTEM, auth.clients.find, connected.known["client_id"])
    assert not client.flagship
    assert not client.allow_login_scope
    for doctype in ("io.cozy.permissions", "io.cozy.oauth.clients"):
        assert await connected.status("GET", f"/data/{doctype}/_all_docs") == 403


async def test_even_a_program_with_everything_reads_no_clients_or_grants_of_others(program, owner):
    asked = program.asking("*", code_challenge=challenge_of("v" * 43), code_challenge_method="S256")
    sent = await consent(owner, asked, passphrase=key())
    await program.redeem(answered(sent.headers["location"])["code"], code_verifier="v" * 43)
    for doctype in (
        "io.cozy.permissions",
        "io.cozy.oauth.clients",
        "io.cozy.sessions",
        "io.cozy.auth.identity",
    ):
        assert await program.status("GET", f"/data/{doctype}/_all_docs") == 403
    for path in ("/my/settings/devices", "/my/access", "/my/settings/security"):
        assert await program.status("GET", path) == 303


@pytest.mark.parametrize(
    "redirect",
    [
        "https://evil.example.org/", "//evil.example.org/", "/\\evil.example.org", "http://alice.localhost:8080@evil.example.org/",
        "http://alice.localhost.evil.example.org/", "javascript:alert(1)", "http://alice.localhost:9999/",
    ],
)  # fmt: skip
async def test_no_door_leads_out(owner, redirect):
    for path in ("/auth/login", "/settings/clients/limit-exceeded"):
        answer = await owner.get(path, params={"redirect": redirect})
        assert answer.status_code == 400
        assert "location" not in answer.headers


async def test_pages_that_ask_cannot_be_framed(program, owner, new_browser):
    for page in (
        await owner.get("/auth/authorize", params=program.asking()),
        await owner.get("/auth/authorize"),
        await new_browser().get("/auth/login"),
        await owner.get("/my/settings/devices"),
    ):
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert page.headers["x-frame-options"] == "DENY"


async def test_what_a_program_says_of_itself_is_text(new_program, owner):
    program = new_program()
    name = "<script>alert(1)</script>\"'{{7*7}}"
    await program.register(
        client_name=name, policy_uri="javascript:alert(1)", client_uri="javascript:alert(1)"
    )
    page = (
        await owner.get("/auth/authorize", params=program.asking(state='"><script>alert(2)</script>'))
    ).text
    assert "<script>alert" not in page
    assert "javascript:" not in page
    assert "{{7*7}}" in page
    await consent(owner, program.asking())
    assert "<script>alert" not in (await owner.get("/my/settings/devices")).text


async def test_a_policy_of_a_page_is_not_written_by_a_program(new_program, owner):
    """The redirect URI stands in the page's policy: it brings no words of its own there."""
    program = new_program()
    for uri in (
        "https://x.example.org; script-src *",
        "https://x.example.org,y",
        "x-y.z:; script-src *",
        "https://[::1]:3/",
    ):
        answer = await program.register(redirect_uris=[uri])
        if answer.status_code != 201:
            continue
        page = await owner.get("/auth/authorize", params=program.asking())
        policy = page.headers["content-security-policy"]
        assert policy.count("script-src") == 1
        assert "script-src 'self';" in policy
