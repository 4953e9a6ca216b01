"""Another service lets the owner in: one that listens on this machine, which a test host may ask."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from cozy.app.house import opened
from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.kernel.settings import Settings
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.errors import NotTheOwner
from cozy.rooms.auth.model.provider import Provider
from cozy.rooms.auth.service import provider as providers
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule

from .conftest import Browser, answered, challenge_of, key, second_step

KEY = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, private=True)
KEY.ensure_kid()
LOGGED_OUT = "http://schemas.openid.net/event/backchannel-logout"


class Service:
    """An OpenID Connect provider, which knows Alice; `says` changes what it claims, `answers` how."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock
        self.asked: list[dict[str, str]] = []  # forms of the token endpoint
        self.nonce = ""
        self.says: dict[str, Any] = {}
        self.info: dict[str, Any] = {"sub": "alice-there", "cozy": "alice"}
        self.status = 200
        self.keys = [KEY.as_dict(private=False)]
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.tell(self, service.public(self.path, self.headers.get("authorization", "")))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                service.asked.append({name: values[0] for name, values in parse_qs(body).items()})
                service.tell(self, {"access_token": "there", "token_type": "Bearer"} | service.signed())

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (as the base class has it)
                """Say nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def tell(self, request: BaseHTTPRequestHandler, said: Any) -> None:
        request.send_response(self.status)
        request.send_header("content-type", "application/json")
        request.end_headers()
        request.wfile.write(json.dumps(said).encode())

    def public(self, path: str, authorization: str) -> Any:
        if path == "/userinfo":
            return self.info if authorization == "Bearer there" else {}
        if path == "/keys":
            return {"keys": self.keys}
        return {
            "issuer": self.origin, "authorization_endpoint": f"{self.origin}/authorize", "token_endpoint": f"{self.origin}/token",
            "userinfo_endpoint": f"{self.origin}/userinfo", "jwks_uri": f"{self.origin}/keys",
        }  # fmt: skip

    def signed(self) -> dict[str, str]:
        return {"id_token": self.token()}

    def token(self, key: RSAKey = KEY, **more: Any) -> str:
        now = int(self.clock().timestamp())
        claims = {
            "iss": self.origin, "aud": "cozy", "sub": "alice-there", "iat": now, "exp": now + 300, "nonce": self.nonce,
            "sid": "there-1", **self.says, **more,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": KEY.kid}, claims, key, algorithms=["RS256"])

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def there(clock):
    service = Service(clock)
    yield service
    service.close()


@pytest.fixture
def oidc(there):
    """The table of the context, which a test may change."""
    return {
        "client_id": "cozy", "client_secret": "s3cret", "issuer": there.origin, "name": "The school",
        "userinfo_instance_field": "cozy", "userinfo_instance_suffix": ".localhost",
    }  # fmt: skip


@pytest.fixture
async def house(tmp_path, clock, oidc):
    settings = Settings(
        data=str(tmp_path / "data"), outside_allowed="127.0.0.1", contexts={"default": {"oidc": oidc}}
    )
    providers._known.clear()
    async with opened(settings, clock=clock) as house:
        yield house


async def sent(browser, there, redirect=""):
    """Go to the other service; what the home asked of it."""
    answer = await browser.get("/oidc/start", params={"redirect": redirect} if redirect else {})
    assert answer.status_code == 303, answer.text
    asked = answered(answer.headers["location"])
    there.nonce = asked.get("nonce", "")
    return asked


async def back(browser, there, redirect="", **more):
    """There and back again."""
    asked = await sent(browser, there, redirect)
    first = await browser.get("/oidc/redirect", params={"code": "c0de", "state": asked["state"], **more})
    assert first.status_code == 303, first.text
    return await browser.get(first.headers["location"])


async def test_the_owner_comes_in_by_the_other_service(browser, there, home):
    answer = await back(browser, there, "/my/drive")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/my/drive"
    assert await browser.is_in()


async def test_the_home_asks_as_it_should(browser, there):
    asked = await sent(browser, there)
    assert asked["client_id"] == "cozy"
    assert asked["redirect_uri"] == "http://alice.localhost:8080/oidc/redirect"
    assert asked["scope"] == "openid profile"
    assert asked["code_challenge_method"] == "S256"
    await browser.get("/oidc/login", params={"code": "c0de", "state": asked["state"]})
    [form] = there.asked
    assert (form["code"], form["client_id"], form["client_secret"]) == ("c0de", "cozy", "s3cret")
    assert challenge_of(form["code_verifier"]) == asked["code_challenge"]
    assert form["redirect_uri"] == asked["redirect_uri"]


async def test_the_log_in_page_says_where(browser):
    page = (await browser.get("/auth/login", params={"redirect": "/my/drive"})).text
    assert "Log in with The school" in page
    assert 'href="/oidc/start?redirect=/my/drive"' in page
    assert (await browser.get("/public/prelogin")).json()["OIDC"] is True


async def test_the_way_to_an_app_goes_on(browser, there):
    answer = await back(browser, there, "http://drive.alice.localhost:8080/#/x")
    assert answer.headers["location"].startswith("http://drive.alice.localhost:8080/?session_code=")


@pytest.mark.parametrize(
    ("info", "says"),
    [
        ({"sub": "alice-there", "cozy": "bob"}, {}),
        ({"sub": "alice-there"}, {}),
        ({"sub": "alice-there", "cozy": ""}, {}),
        ({"sub": "alice-there", "cozy": ["alice"]}, {}),
        ({"sub": "bob-there", "cozy": "alice"}, {}),
        ({"sub": "alice-there", "cozy": "alice"}, {"aud": "another"}),
        ({"sub": "alice-there", "cozy": "alice"}, {"iss": "https://evil.example.org"}),
        ({"sub": "alice-there", "cozy": "alice"}, {"exp": 1}),
        ({"sub": "alice-there", "cozy": "alice"}, {"exp": None}),
        ({"sub": "alice-there", "cozy": "alice"}, {"aud": ["cozy", "another"], "azp": "another"}),
        ({"sub": "alice-there", "cozy": "alice"}, {"sub": None}),
        ({"sub": "alice-there", "cozy": "alice"}, {"events": {LOGGED_OUT: {}}}),
        ({"sub": "alice-there", "cozy": "alice"}, {"nonce": "replayed"}),
        ({"sub": "alice-there", "cozy": "alice"}, {"nonce": None}),
    ],
)
async def test_nobody_else_comes_in(browser, there, info, says):
    there.info, there.says = info, says
    answer = await back(browser, there)
    assert answer.status_code == 403
    assert "not as the owner of this home" in answer.text
    assert not await browser.is_in()


async def test_a_token_that_somebody_else_signed_opens_nothing(browser, there):
    other = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, private=True)
    there.token = lambda: Service.token(there, other)
    await back(browser, there)
    assert not await browser.is_in()


async def test_a_way_back_is_good_once_in_its_browser_and_for_a_while(browser, new_browser, there, clock):
    asked = await sent(browser, there)
    arrival = {"code": "c0de", "state": asked["state"]}
    other = new_browser()
    await other.get("/oidc/login", params=arrival)
    assert not await other.is_in()
    await browser.get("/oidc/login", params={**arrival, "state": "alice.localhost~guessed"})
    assert not await browser.is_in()
    await browser.get("/oidc/login", params=arrival)
    assert await browser.is_in()
    late = new_browser()
    asked = await sent(late, there)
    clock.advance(minutes=15)
    await late.get("/oidc/login", params={"code": "c0de", "state": asked["state"]})
    assert not await late.is_in()


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        ("access_denied", 403, "The other service did not let you in."),
        ("temporarily_unavailable", 502, "The other service did not answer as it should"),
        ("<script>", 403, "The other service did not let you in."),
    ],
)
async def test_who_is_turned_away_there_reads_so_and_may_try_again(browser, there, error, status, sentence):
    answer = await back(browser, there, error=error)
    assert answer.status_code == status
    assert sentence in answer.text
    assert 'href="/oidc/start"' in answer.text
    assert 'href="/auth/login"' in answer.text
    assert "<script>" not in answer.text
    assert there.asked == []


async def test_who_is_somebody_else_there_may_log_in_as_another(browser, there):
    there.info = {"sub": "alice-there", "cozy": "bob"}
    page = await back(browser, there)
    assert 'href="/oidc/start?again=1"' in page.text
    answer = await browser.get("/oidc/start", params={"again": "1"})
    assert answered(answer.headers["location"])["prompt"] == "login"


async def test_the_answer_of_another_service_is_not_taken(browser, there):
    answer = await back(browser, there, iss="https://evil.example.org")
    assert answer.status_code == 502
    assert there.asked == []
    await back(browser, there, iss=there.origin)
    assert await browser.is_in()


async def test_a_service_that_signs_its_answers_signs_each(browser, there):
    there.signed = dict
    answer = await back(browser, there)
    assert answer.status_code == 502
    assert not await browser.is_in()


async def test_without_its_keys_what_it_says_of_the_access_token_counts(browser, there, oidc):
    del oidc["issuer"]
    oidc.update({f"{name}_url": f"{there.origin}/{name}" for name in ("authorize", "token", "userinfo")})
    there.says = {"nonce": "never looked at"}
    await back(browser, there)
    assert await browser.is_in()


async def test_a_cookie_that_is_none_of_ours_opens_nothing(browser, new_browser, there):
    arrival = {"code": "c0de", "state": (await sent(browser, there))["state"]}
    answer = await new_browser().get("/oidc/login", params=arrival, headers={"cookie": b"cozy-oidc=\xe9"})
    assert answer.status_code == 403
    assert "began in another browser" in answer.text


async def test_nobody_is_sent_away_all_the_time(browser):
    answers = [await browser.get("/oidc/start") for _ in range(31)]
    assert [answer.status_code for answer in answers[-2:]] == [303, 429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_a_service_that_is_not_there_is_said_to_before(browser, there):
    there.status = 500
    answer = await browser.get("/oidc/start")
    assert answer.status_code == 502
    assert "The other service did not answer as it should" in answer.text


async def test_a_service_that_does_not_answer_is_said_to(browser, there):
    asked = await sent(browser, there)
    there.status = 500
    answer = await browser.get("/oidc/login", params={"code": "c0de", "state": asked["state"]})
    assert answer.status_code == 502
    assert "The other service did not answer as it should" in answer.text


async def test_the_way_back_may_be_on_a_host_of_its_own(house, home, browser, there, oidc):
    oidc["redirect_uri"] = "http://callback.localhost:8080/oidc/redirect"
    asked = await sent(browser, there)
    assert asked["redirect_uri"] == oidc["redirect_uri"]
    transport = httpx2.ASGITransport(serving(house), client=("192.0.2.1", 4))
    async with Browser(transport=transport, base_url="http://callback.localhost:8080") as nowhere:
        first = await nowhere.get("/oidc/redirect", params={"code": "c0de", "state": asked["state"]})
        assert first.headers["location"].startswith(
            "http://alice.localhost:8080/oidc/login?code=c0de&state=alice.localhost"
        )
        for state in ("evil.example.org~x", "alice.localhost", "", "~x"):
            answer = await nowhere.get("/oidc/redirect", params={"code": "c0de", "state": state})
            assert answer.status_code == 403
            assert "location" not in answer.headers
    answer = await browser.get(first.headers["location"])
    assert await browser.is_in(), answer.text


async def test_a_home_may_say_itself_whose_it_is(house, home, browser, there, oidc):
    oidc.update(allow_custom_instance=True)
    there.info = {"sub": "alice-there", "cozy": "alice"}
    await back(browser, there)
    assert not await browser.is_in()
    await house.write(home, SYSTEM, auth.delegated.link, "alice-there")
    await back(browser, there)
    assert await browser.is_in()


async def test_a_second_step_is_asked_for_all_the_same(house, home, browser, there):
    code = await second_step(house, home)
    answer = await back(browser, there, "/my/drive")
    assert answer.headers["location"].startswith("/auth/twofactor?two_factor_token=")
    assert not await browser.is_in()
    token = answered(answer.headers["location"])["two_factor_token"]
    fields = {"two-factor-token": token, "two-factor-passcode": code(), "redirect": "/my/drive"}
    page = answer.headers["location"]
    assert (await browser.submit("/auth/twofactor", page=page, **fields)).headers["location"] == "/my/drive"
    assert await browser.is_in()


async def test_a_first_step_elsewhere_changes_no_passphrase(house, home, app, new_browser, there):
    code = await second_step(house, home)
    answer = await back(new_browser(), there)
    token = answered(answer.headers["location"])["two_factor_token"]
    body = {"new_passphrase": key("a b c d"), "two_factor_token": token, "two_factor_passcode": code()}
    assert (await app.put("/settings/passphrase", json=body)).status_code == 400


async def test_the_passphrase_may_be_off(browser, there, oidc, lock):
    oidc.update(disable_password_authentication=True, logout_url="https://school.example.org/bye")
    assert (await browser.get("/auth/login")).headers["location"] == "/oidc/start"
    page = await browser.get("/auth/login", params={"error": "1"})
    assert "Log in with The school" in page.text
    assert 'name="raw_passphrase"' not in page.text
    answer = await browser.submit("/auth/login", page="/auth/login?error=1", passphrase=key())
    assert answer.status_code == 403
    await back(browser, there)
    assert await browser.is_in()
    left = await browser.submit("/auth/logout", page="/my/settings")
    assert left.headers["location"] == "https://school.example.org/bye"


async def test_then_nothing_else_opens_the_home(browser, program, oidc):
    oidc.update(disable_password_authentication=True)
    own = {"client_id": program.known["client_id"], "client_secret": program.known["client_secret"]}
    for url, body in (("/auth/login/flagship", own), ("/auth/session_code", {})):
        answer = await program.http.post(url, json={**body, "passphrase": key()})
        assert (answer.status_code, list(answer.json())) == (403, ["error"])
    answer = await browser.submit("/auth/passkey", page="/auth/login?error=1", credential="{}")
    assert answer.status_code == 403


async def test_a_passphrase_may_be_chosen_all_the_same_and_opens_nothing(house, home, browser, oidc):
    oidc.update(disable_password_authentication=True)
    token = await house.write(home, SYSTEM, auth.reset.begin)
    chosen = {"register_token": token, "passphrase": key("another one")}
    assert (await browser.post("/settings/passphrase", json=chosen)).status_code == 204
    assert not await browser.is_in()


async def confirmed(owner, there, **says):
    """The way of a confirmation that an app asked for."""
    app = "http://banks.alice.localhost:8080/"
    first = await owner.get("/auth/confirm", params={"state": "st4te", "redirect": app})
    away = await owner.get(first.headers["location"])
    asked = answered(away.headers["location"])
    there.nonce, there.says = asked["nonce"], says
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    return await owner.get("/oidc/login", params={"code": "c0de", "state": asked["state"]})


async def test_an_app_is_sure_of_the_owner_by_a_fresh_log_in_there(browser, there, oidc, clock):
    oidc.update(disable_password_authentication=True)
    await back(browser, there)
    now = int(clock().timestamp())
    sent_back = await confirmed(browser, there, auth_time=now)
    assert sent_back.headers["location"].startswith("http://banks.alice.localhost:8080/?code=")
    said = answered(sent_back.headers["location"])
    assert said["state"] == "st4te"
    assert (await browser.get(f"/auth/confirm/{said['code']}")).status_code == 204
    for stale in (now - 3600, None):
        assert (await confirmed(browser, there, auth_time=stale)).status_code == 403


async def test_being_sure_lets_nobody_in(browser, there, clock):
    away = await browser.get("/oidc/start", params={"confirm_state": "st4te"})
    asked = answered(away.headers["location"])
    there.nonce, there.says = asked["nonce"], {"auth_time": int(clock().timestamp())}
    answer = await browser.get("/oidc/login", params={"code": "c0de", "state": asked["state"]})
    assert answer.status_code == 403
    assert not await browser.is_in()


async def test_a_window_of_a_program_opens_by_a_token_where_the_host_allows_it(new_browser, there, oidc):
    for allowed in (False, True):
        oidc["allow_oauth_token"] = allowed
        for token in ({"access_token": "there"}, {"id_token": there.token(cozy="alice")}):
            browser = new_browser()
            answer = await browser.get("/oidc/login", params={**token, "redirect": "/my/drive"})
            assert answer.status_code == (303 if allowed else 404)
            assert await browser.is_in() is allowed
    for token in ({"access_token": "another"}, {"id_token": there.token(aud="another", cozy="alice")}):
        assert (await new_browser().get("/oidc/login", params=token)).status_code in {403, 502}


async def test_a_word_that_somebody_logged_out_is_no_identity(program, there, oidc):
    oidc["allow_oauth_token"] = True
    word = there.token(events={LOGGED_OUT: {}}, nonce=None, cozy="alice")
    answer = await vouched(program, oidc_token="", id_token=word)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid token"})


async def test_who_logs_out_there_is_logged_out_here(browser, there):
    await back(browser, there)
    for more in (
        {"sid": "there-2", "events": {LOGGED_OUT: {}}, "nonce": None},
        {"events": {LOGGED_OUT: {}}, "nonce": "x"},
        {"events": {}, "nonce": None},
        {"events": {LOGGED_OUT: {}}, "nonce": None, "iat": 1},
    ):
        await browser.post("/oidc/default/logout", data={"logout_token": there.token(**more)})
        assert await browser.is_in()
    token = there.token(events={LOGGED_OUT: {}}, nonce=None)
    answer = await browser.post("/oidc/default/logout", data={"logout_token": token})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert not await browser.is_in()


async def test_a_forged_log_out_ends_nothing(browser, there):
    await back(browser, there)
    other = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, private=True)
    token = Service.token(there, other, events={LOGGED_OUT: {}}, nonce=None)
    assert (await browser.post("/oidc/default/logout", data={"logout_token": token})).status_code == 400
    assert await browser.is_in()


async def vouched(program, **more):
    own = {"client_id": program.known["client_id"], "client_secret": program.known["client_secret"]}
    body = {**own, "scope": "io.cozy.files:GET", "oidc_token": "there", **more}
    answer = await program.http.post("/oidc/access_token", json=body)
    if answer.status_code == 200:
        program.got = answer.json()
    return answer


async def test_a_program_may_bring_a_token_of_the_service_where_the_host_allows_it(program, there, oidc):
    assert (await vouched(program)).status_code == 404
    oidc["allow_oauth_token"] = True
    answer = await vouched(program)
    assert answer.status_code == 200
    assert answer.json()["scope"] == "io.cozy.files:GET"
    assert await program.status("GET", "/files/io.cozy.files.root-dir") == 200
    assert (await vouched(program, oidc_token="", id_token=there.token(cozy="alice"))).status_code == 200
    token = there.token(events={LOGGED_OUT: {}}, nonce=None)
    await program.http.post("/oidc/default/logout", data={"logout_token": token})
    assert await program.status("GET", "/files/io.cozy.files.root-dir") == 400


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"oidc_token": "another"}, "invalid token"),
        ({"oidc_token": ""}, "invalid token"),
        ({"client_secret": "x"}, "invalid client_secret"),
        ({"client_id": "x"}, "the client must be registered"),
        ({"scope": ""}, "invalid scope"),
    ],
)
async def test_but_must_be_known_here_and_there(program, oidc, more, error):
    oidc["allow_oauth_token"] = True
    answer = await vouched(program, **more)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


async def test_everything_is_still_the_owners_to_give(program, oidc):
    oidc["allow_oauth_token"] = True
    answer = await vouched(program, scope="*")
    assert (answer.status_code, list(answer.json())) == (202, ["session_code"])


async def test_a_program_gives_the_second_step_as_well(house, home, program, oidc):
    oidc["allow_oauth_token"] = True
    code = await second_step(house, home)
    first = await vouched(program)
    assert (first.status_code, first.json()["error"]) == (403, "two factor needed")
    token = {"two_factor_token": first.json()["two_factor_token"]}
    assert (await vouched(program, **token, two_factor_passcode="000000")).status_code == 403
    assert (await vouched(program, **token, two_factor_passcode=code())).status_code == 200


async def swapped(program, token, **more):
    headers = {"origin": "https://mail.school.example.org"}
    return await program.http.post(
        "/auth/token_exchange", json={"id_token": token, "exchange_type": "app", **more}, headers=headers
    )


MAIL = {"mail-web": {"software_id": "registry://mail", "instance_claim": "home"}}


async def test_an_app_of_the_service_gets_what_an_installed_app_has(house, home, new_program, there, oidc):
    oidc.update(allow_app_token_exchange=True, app_token_exchange=MAIL)
    program, token = new_program(), there.token(aud="mail-web", home="alice.localhost")
    assert (await swapped(program, token)).json() == {"error": "mail is not installed"}
    rules = {"contacts": Rule("io.cozy.contacts", ("GET",))}
    await house.write(home, SYSTEM, permissions.grant, "app", "mail", rules)
    answer = await swapped(program, token)
    assert answer.status_code == 200, answer.text
    program.got = program.known = answer.json()
    assert program.got["scope"] == "@io.cozy.apps/mail"
    assert answer.headers["cache-control"] == "no-store"
    assert await program.status("GET", "/data/io.cozy.contacts/_all_docs") == 200
    assert await program.status("GET", "/files/io.cozy.files.root-dir") == 403
    assert (await program.refresh()).status_code == 200
    headers = {"authorization": f"Bearer {program.known['registration_access_token']}"}
    url = f"/auth/register/{program.known['client_id']}"
    assert (await program.http.delete(url, headers=headers)).status_code == 204
    assert await program.status("GET", "/data/io.cozy.contacts/_all_docs") == 400


@pytest.mark.parametrize(
    ("claims", "more", "error"),
    [
        ({}, {"id_token": ""}, "the id_token parameter is mandatory"),
        ({}, {"exchange_type": "user"}, 'exchange_type "user" is not allowed'),
        ({}, {"exchange_type": "admin"}, "this endpoint is not enabled"),
        ({}, {"scope": "io.cozy.files"}, "scope is not allowed for app token exchange"),
        ({"sid": None}, {}, "sid claim is required"),
        ({"aud": "cozy"}, {}, "invalid token"),
        ({"aud": "another"}, {}, "invalid token"),
        ({"home": "bob.localhost"}, {}, "invalid token"),
        ({"home": None}, {}, "invalid token"),
        ({"exp": 1}, {}, "invalid token"),
    ],
)
async def test_and_nobody_else_does(program, there, oidc, claims, more, error):
    oidc.update(allow_app_token_exchange=True, app_token_exchange=MAIL)
    token = there.token(**{"aud": "mail-web", "home": "alice.localhost", **claims})
    answer = await swapped(program, token, **more)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


async def test_apps_of_the_service_are_nothing_unless_the_host_says_so(program, there, oidc):
    oidc["app_token_exchange"] = MAIL
    answer = await swapped(program, there.token(aud="mail-web", home="alice.localhost"))
    assert answer.json() == {"error": "this endpoint is not enabled"}


async def test_new_keys_of_the_service_are_found(browser, there, monkeypatch):
    monkeypatch.setattr(providers, "_AGAIN_AFTER_S", -1.0)
    await back(browser, there)
    new = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": "new"}, private=True)
    there.keys = [new.as_dict(private=False)]
    token = jwt.encode(
        {"alg": "RS256", "kid": "new"},
        {**jwt.decode(there.token(events={LOGGED_OUT: {}}, nonce=None), KEY, algorithms=["RS256"]).claims},
        new, algorithms=["RS256"],
    )  # fmt: skip
    assert (await browser.post("/oidc/default/logout", data={"logout_token": token})).status_code == 200
    assert not await browser.is_in()


def link(clock, secret=b"s" * 32, **more):
    claims = {"name": "alice.localhost", "exp": int(clock.now.timestamp()) + 60, **more}
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret))


async def test_a_program_of_the_host_makes_links_that_open_a_home_once(new_browser, oidc, clock):
    oidc["jwt_secret"] = base64.b64encode(b"s" * 32).decode()
    token = link(clock)
    browser, other = new_browser(), new_browser()
    front = await browser.get("/", params={"jwt": token})
    await browser.get(front.headers["location"])
    assert await browser.is_in()
    await other.get("/auth/login", params={"jwt": token})
    assert not await other.is_in()


@pytest.mark.parametrize(
    "more",
    [
        {"name": "bob.localhost"},
        {"name": None},
        {"exp": 1},
        {"exp": None},
        {"exp": None, "iat": 1},
        {"secret": b"x" * 32},
    ],
)
async def test_a_link_that_was_not_made_for_now_and_here_opens_nothing(browser, oidc, clock, more):
    oidc["jwt_secret"] = base64.b64encode(b"s" * 32).decode()
    answer = await browser.get("/auth/login", params={"jwt": link(clock, **more)})
    assert answer.status_code == 200
    assert not await browser.is_in()


async def test_without_a_secret_no_link_opens_anything(browser, clock):
    await browser.get("/auth/login", params={"jwt": link(clock)})
    assert not await browser.is_in()


async def test_no_door_leads_out_by_there(browser):
    answer = await browser.get("/oidc/start", params={"redirect": "https://evil.example.org/"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("claim", "prefix", "suffix", "is_owner"),
    [
        ("alice", "", ".localhost", True),
        ("Al-i.ce", "", ".localhost", True),
        ("ice", "al", ".localhost", True),
        ("alice.localhost", "", "", True),
        ("https://alice.localhost/", "", "", True),
        ("al-ice.localhost", "", "", False),
        ("alice.localhost.evil.example.org", "", "", False),
        ("alice", "", "", False),
    ],
)
def test_a_claim_names_one_home(work, claim, prefix, suffix, is_owner):
    known = Provider(
        client_id="cozy",
        userinfo_instance_field="n",
        userinfo_instance_prefix=prefix,
        userinfo_instance_suffix=suffix,
    )
    if is_owner:
        auth.delegated.check_owner(work, known, {"n": claim})
    else:
        with pytest.raises(NotTheOwner):
            auth.delegated.check_owner(work, known, {"n": claim})
