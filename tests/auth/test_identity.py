"""Other services learn from the home who its owner is (OpenID Connect Core and Discovery)."""

import re

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from cozy.kernel.caller import SYSTEM
from cozy.rooms.homes import service as homes

from .conftest import REDIRECT, answered, consent, key

SCOPE = "openid profile email"
ISSUER = "http://alice.localhost:8080"


async def signed_in(program, owner, scope=SCOPE, **more):
    sent = await consent(owner, program.asking(scope, **more))
    return (await program.redeem(answered(sent.headers["location"])["code"])).json()


async def claims_of(program, id_token):
    keys = KeySet.import_key_set((await program.http.get("/auth/jwks")).json())
    return jwt.decode(id_token, keys, algorithms=["RS256"]).claims


async def userinfo(program, method="GET"):
    headers = {"authorization": f"Bearer {program.got['access_token']}"}
    return await program.http.request(method, "/auth/userinfo", headers=headers)


async def test_a_service_finds_everything_by_itself(anonymous):
    said = (await anonymous.get("/.well-known/openid-configuration")).json()
    assert said["issuer"] == "http://alice.localhost:8080"
    assert said["userinfo_endpoint"] == "http://alice.localhost:8080/auth/userinfo"
    assert said["id_token_signing_alg_values_supported"] == ["RS256"]
    [shown] = (await anonymous.get("/auth/jwks")).json()["keys"]
    assert (shown["kty"], shown["alg"], shown["use"]) == ("RSA", "RS256", "sig")
    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(shown)


async def test_a_service_gets_an_id_token_that_it_can_check(program, owner, clock):
    got = await signed_in(program, owner, nonce="n-0S6_WzA2Mj")
    assert got["scope"] == SCOPE
    claims = await claims_of(program, got["id_token"])
    now = int(clock.now.timestamp())
    assert claims["iss"] == "http://alice.localhost:8080"
    assert claims["aud"] == program.known["client_id"]
    assert claims["nonce"] == "n-0S6_WzA2Mj"
    assert (claims["iat"], claims["exp"], claims["auth_time"]) == (now, now + 3600, now)


async def test_the_owner_has_one_name_for_all_services(program, owner, new_program):
    other = new_program()
    await other.register()
    subjects = [
        (await claims_of(p, (await signed_in(p, owner))["id_token"]))["sub"] for p in (program, other)
    ]
    assert subjects[0] == subjects[1]
    assert subjects[0] == (await userinfo(program)).json()["sub"]


async def test_a_service_learns_what_it_asked_for(program, owner, house, home):
    await signed_in(program, owner)
    for method in ("GET", "POST"):
        said = (await userinfo(program, method)).json()
        assert said["name"] == "Alice"
        assert said["email"] == "alice@example.org"
        assert said["email_verified"] is False
        assert said["locale"] == "en"


async def test_a_service_learns_no_more_than_the_owner_left_ticked(program, owner):
    sent = await consent(owner, program.asking(SCOPE), keep=["openid"])
    got = (await program.redeem(answered(sent.headers["location"])["code"])).json()
    assert got["scope"] == "openid"
    assert list((await userinfo(program)).json()) == ["sub"]


async def test_a_service_that_knows_the_owner_sees_nothing_else(program, owner):
    await signed_in(program, owner)
    for path in ("/files/io.cozy.files.root-dir", "/data/io.cozy.contacts/_all_docs", "/settings/clients"):
        assert await program.status("GET", path) == 403
    for doctype in ("io.cozy.auth.identity", "io.cozy.auth.profile", "io.cozy.auth.email"):
        assert await program.status("GET", f"/data/{doctype}/_all_docs") == 403


async def test_a_program_without_that_scope_learns_nothing(connected):
    assert (await userinfo(connected)).status_code == 403
    assert "id_token" not in connected.got


async def test_identity_and_documents_may_be_asked_for_together(program, owner):
    got = await signed_in(program, owner, "openid offline_access io.cozy.files:GET")
    assert got["scope"] == "openid io.cozy.files:GET"
    assert "id_token" in got
    assert "refresh_token" in got
    assert await program.status("GET", "/files/io.cozy.files.root-dir") == 200


async def test_who_agreed_once_is_not_asked_again(program, owner):
    await signed_in(program, owner)
    again = await owner.get("/auth/authorize", params=program.asking(SCOPE, nonce="two"))
    assert again.status_code == 303
    got = (await program.redeem(answered(again.headers["location"])["code"])).json()
    assert (await claims_of(program, got["id_token"]))["nonce"] == "two"


@pytest.mark.parametrize(
    "more", [{"prompt": "consent"}, {"prompt": "login"}, {"scope": "openid io.cozy.files"}]
)
async def test_but_is_asked_for_more_or_when_the_service_wants_it(program, owner, more):
    await signed_in(program, owner)
    page = await owner.get("/auth/authorize", params={**program.asking(SCOPE), **more})
    assert page.status_code == 200
    assert "would like to connect" in page.text


async def test_what_was_agreed_to_is_forgotten_with_the_program(program, owner):
    await signed_in(program, owner)
    url = f"/my/settings/devices/programs/{program.known['client_id']}/end"
    await owner.submit(url, page="/my/settings/devices")
    assert (await owner.get("/auth/authorize", params=program.asking(SCOPE))).status_code == 400


async def test_a_service_may_look_without_showing_anything(program, owner, browser, new_browser):
    asked = program.asking(SCOPE, prompt="none")
    stranger = await new_browser().get("/auth/authorize", params=asked)
    assert answered(stranger.headers["location"]) == {
        "error": "login_required",
        "state": "s3cret",
        "iss": ISSUER,
    }
    unasked = await owner.get("/auth/authorize", params=asked)
    assert answered(unasked.headers["location"]) == {
        "error": "consent_required",
        "state": "s3cret",
        "iss": ISSUER,
    }
    await signed_in(program, owner)
    known = await owner.get("/auth/authorize", params=asked)
    assert "code" in answered(known.headers["location"])


@pytest.mark.parametrize("more", [{"prompt": "login"}, {"max_age": "60"}])
async def test_a_service_may_want_the_passphrase_again(program, owner, clock, more):
    clock.advance(minutes=2)
    asked = program.asking(SCOPE, **more)
    refused = await consent(owner, asked)
    assert refused.status_code == 422
    sent = await consent(owner, asked, passphrase=key())
    got = (await program.redeem(answered(sent.headers["location"])["code"])).json()
    assert (await claims_of(program, got["id_token"]))["auth_time"] == int(clock.now.timestamp())


async def test_the_key_of_a_home_is_made_once_and_is_its_own(anonymous, house, home):
    first = (await anonymous.get("/auth/jwks")).json()
    assert (await anonymous.get("/auth/jwks")).json() == first
    assert (await house.read(home, SYSTEM, homes.secret, "oidc_key")).startswith(
        b"-----BEGIN PRIVATE KEY-----"
    )


SERVICE = "/my/settings/devices/service"


async def test_the_owner_enters_a_service_that_cannot_register_by_itself(owner, new_program, clock):
    page = await owner.submit(SERVICE, page=SERVICE, name="Wiki", redirect_uri=REDIRECT)
    assert page.status_code == 200
    values = re.findall(r"<dd>([^<]+)</dd>", page.text)
    wiki = new_program()
    wiki.known = {"client_id": values[1], "client_secret": values[2], "redirect_uris": [REDIRECT]}
    assert values[0] == "http://alice.localhost:8080"
    clock.advance(hours=2)
    got = await signed_in(wiki, owner, nonce="n")
    assert (await claims_of(wiki, got["id_token"]))["aud"] == values[1]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "", "redirect_uri": REDIRECT}, "Give a name"),
        ({"name": "Wiki", "redirect_uri": "wiki"}, "it begins with https://"),
        ({"name": "Wiki", "redirect_uri": ""}, "it begins with https://"),
        ({"name": "Wiki", "redirect_uri": "javascript:alert(1)"}, "it begins with https://"),
    ],
)
async def test_a_service_has_a_name_and_an_address(owner, fields, sentence):
    page = await owner.submit(SERVICE, page=SERVICE, **fields)
    assert page.status_code == 422
    assert sentence in page.text
