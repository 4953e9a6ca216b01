"""Without a token of the administration, there is nothing; and a command makes tokens."""

import http.client
import json
import socket

import httpx2
import pytest

from cozy.app.admin import administration
from cozy.app.server import serving
from cozy.rooms.hosting.model import WRONG_SECRETS
from cozy.rooms.hosting.service import tokens
from tests.conftest import DOMAIN
from tests.hosting.conftest import ADMIN
from tests.program import Cozy, Server, make_home

pytestmark = pytest.mark.anyio


async def test_who_shows_no_token_is_answered_the_same_whatever_they_ask_for(stranger, token, home):
    wrong = [
        "",
        "Bearer x",
        "Bearer .",
        f"Bearer {token}x",
        f"Basic {token}",
        "Basic YWRtaW46eA==",
        "Bearer é",
        "Basic YToALng=",  # of an id that holds a NUL
    ]
    answers = {
        (answer.status_code, answer.text, tuple(sorted(answer.headers.items())))
        for said in wrong
        for method, path in [
            ("GET", "/instances"),
            ("GET", f"/instances/{home.domain}"),
            ("GET", "/instances/nobody.localhost"),
            ("DELETE", f"/instances/{home.domain}"),
            ("POST", "/instances?Domain=eve.localhost"),
            ("GET", "/openapi.json"),
            ("GET", "/version"),
            ("GET", "/nothing/here"),
            ("PUT", "/%00"),
            ("OPTIONS", "/instances"),
        ]
        for answer in [
            await stranger.request(method, path, headers={"authorization": said.encode()} if said else {})
        ]
    }
    assert len(answers) == 1
    assert next(iter(answers))[0] == 401


async def test_a_token_opens_as_bearer_and_as_the_password_of_any_name(house, token):
    transport = httpx2.ASGITransport(administration(house))
    async with httpx2.AsyncClient(transport=transport, base_url=ADMIN) as client:
        as_bearer = await client.get("/instances/count", headers={"authorization": f"Bearer {token}"})
        as_password = await client.get("/instances/count", auth=("admin", token))
    assert (as_bearer.status_code, as_password.status_code) == (200, 200)


async def test_a_page_of_another_site_changes_nothing_with_a_password_that_the_browser_keeps(
    house, home, token
):
    transport = httpx2.ASGITransport(administration(house))
    forged = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    async with httpx2.AsyncClient(transport=transport, base_url=ADMIN, auth=("admin", token)) as client:
        for path, form in [
            (f"/my/homes/{home.domain}/destroy", {"address": home.domain}),
            (f"/instances/{home.domain}/magic_link", None),
            ("/instances?Domain=eve.localhost&Passphrase=correct-horse-battery", None),
        ]:
            answer = await client.post(path, data=form, headers=forged)
            assert answer.status_code == 403, (path, answer.status_code)
        listed = (await client.get("/instances", headers={"sec-fetch-site": "cross-site"})).json()["data"]
    assert [each["attributes"]["domain"] for each in listed] == [home.domain]


async def test_a_token_is_over_after_its_time_and_when_it_is_revoked(house, hoster, token, clock):
    assert (await hoster.get("/instances/count")).status_code == 200
    clock.advance(days=366)
    assert (await hoster.get("/instances/count")).status_code == 401
    clock.advance(days=-366)
    await house.write_host(tokens.revoke, token.partition(".")[0])
    assert (await hoster.get("/instances/count")).status_code == 401


async def test_wrong_secrets_are_counted_and_close_a_token_to_whoever_tries_them(
    house, hoster, stranger, token, clock
):
    for _ in range(WRONG_SECRETS):
        guess = {"authorization": f"Bearer {token[:-1]}-"}
        assert (await stranger.get("/instances/count", headers=guess)).status_code == 401
    right = {"authorization": f"Bearer {token}"}
    assert (await stranger.get("/instances/count", headers=right)).status_code == 401
    assert (await hoster.get("/instances/count")).status_code == 200
    clock.advance(minutes=16)
    assert (await stranger.get("/instances/count", headers=right)).status_code == 200


async def test_no_secret_is_kept(house, token):
    (kept,) = await house.read_host(tokens.listed)
    assert token.partition(".")[2] not in repr(kept)
    assert len(kept.secret_sha256) == 64


async def test_that_a_token_is_used_is_written_down_once_an_hour(house, hoster, clock):
    await hoster.get("/instances/count")
    (first,) = await house.read_host(tokens.listed)
    clock.advance(minutes=30)
    await hoster.get("/instances/count")
    assert await house.read_host(tokens.listed) == [first]
    clock.advance(minutes=31)
    await hoster.get("/instances/count")
    assert (await house.read_host(tokens.listed))[0].seen_at > first.seen_at > ""


async def test_the_token_opens_nothing_in_a_home_and_a_home_has_no_such_routes(house, home, token):
    transport = httpx2.ASGITransport(serving(house))
    headers = {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(transport=transport, base_url=home.origin, headers=headers) as client:
        assert (await client.get("/files/io.cozy.files.root-dir")).status_code == 400
        assert (await client.get("/instances")).status_code == 404


async def test_the_token_of_a_home_opens_no_administration(house, home, stranger, acting):
    client = await acting("cli", "", "*")
    answer = await stranger.get("/instances", headers={"authorization": client.headers["authorization"]})
    assert answer.status_code == 401


@pytest.mark.parametrize("where", ["port", "socket"])
def test_a_server_answers_at_the_address_of_the_settings_and_nowhere_else(tmp_path, where):
    make_home(tmp_path / "data")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    path = tmp_path / "admin.sock"
    listen = f"127.0.0.1:{port}" if where == "port" else f"unix:{path}"
    cozy = Cozy(tmp_path / "data", env={"COZY_ADMIN_LISTEN": listen})
    token = cozy("admin", "token", "--name", "scripts").out.strip()
    with Server(cozy, tmp_path / "log") as server:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        if where == "socket":
            assert path.stat().st_mode & 0o777 == 0o600
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.connect(str(path))
        connection.request("GET", "/instances", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        assert json.loads(answer.read())["meta"] == {"count": 1}
        connection.close()
        there = server.client("nothing")("GET", "/instances")
        assert there.status == 404
        assert server.stop() == 0


def test_an_address_that_is_none_is_said(tmp_path):
    make_home(tmp_path / "data")
    cozy = Cozy(tmp_path / "data", env={"COZY_ADMIN_LISTEN": "somewhere"})
    with cozy.started("serve", "--port", 0) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"Set `admin_listen` to an address and a port" in errors


def test_commands_make_list_and_revoke_tokens(tmp_path):
    cozy = Cozy(tmp_path / "data")
    token = cozy("admin", "token", "--name", "billing", "--days", "30").out.strip()
    (listed,) = cozy("admin", "tokens", "--json").json
    assert listed["name"] == "billing"
    assert "secret_sha256" not in listed
    assert listed["id"] == token.partition(".")[0]
    assert "billing" in cozy("admin", "tokens").out
    assert cozy("admin", "revoke", listed["id"]).code == 0
    assert cozy("admin", "revoke", listed["id"]).err.strip() == "cozy: There is no such token."


def test_a_command_changes_a_home_by_the_names_of_the_api(tmp_path):
    make_home(tmp_path / "data")
    cozy = Cozy(tmp_path / "data")
    assert cozy("admin", "plan", "family", "--title", "Family", "--quota", "2GB").code == 0
    changed = cozy("admin", "change", DOMAIN, "Plan=family", "Unpaid=true", "UUID=42", "SwiftLayout=2")
    assert (changed.code, changed.out) == (0, "SwiftLayout has no meaning here.\n")
    shown = cozy("homes", "show", DOMAIN, "--json").json
    assert (shown["quota"], shown["hosted"]["plan"], bool(shown["hosted"]["unpaid_since"])) == (
        2 * 10**9,
        "family",
        True,
    )
    for wrong, said in (
        ("Plan=gold", "no such plan"),
        ("Email=a@example.org", "owner"),
        ("Colour=red", "no such parameter"),
    ):
        refused = cozy("admin", "change", DOMAIN, wrong)
        assert (refused.code, said in refused.err) == (1, True), refused.err
