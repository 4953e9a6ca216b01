"""The client for requests that leave the house: what it refuses to dial, and how it ends."""

import asyncio
import gzip
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from aiohttp import web

from cozy.backends.outside import CONNECTIONS, OutsideByHttp
from cozy.kernel.outside import BadAddress, RefusedAddress, TooMuch, TooSlow, Unreachable
from cozy.kernel.problem import Invalid
from cozy.kernel.settings import Settings

ZEROS = bytes(4 * 1024 * 1024)


class Server:
    """A web server on loopback that remembers what it was asked."""

    def __init__(self) -> None:
        self.port = 0
        self.asked: list[web.Request] = []
        self.bodies: list[bytes] = []

    def at(self, path: str = "/echo", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        self.bodies.append(await request.read())
        match request.path:
            case "/to":
                return web.Response(
                    status=int(request.query["status"]), headers={"location": request.query["url"]}
                )
            case "/round":
                return web.Response(status=302, headers={"location": "/round"})
            case "/slow":
                await asyncio.sleep(60)
            case "/drip":
                return await self._dripping(request)
            case "/zeros":
                packed = gzip.compress(ZEROS)
                return web.Response(body=packed, headers={"content-encoding": "gzip"})
            case "/cookie":
                return web.Response(headers={"set-cookie": "a=b"})
            case "/socket":
                return await self._talking(request)
            case "/teapot":
                return web.Response(status=418, body=b"short and stout")
        return web.Response(body=b"hello", headers={"X-Said": "one"})

    async def _talking(self, request: web.Request) -> web.StreamResponse:
        """A socket that stays open until the other side hangs up."""
        line = web.WebSocketResponse(protocols=("any",))
        await line.prepare(request)
        await line.receive()
        return line

    async def _dripping(self, request: web.Request) -> web.StreamResponse:
        """A body of no announced length, without end."""
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(10_000))
            await asyncio.sleep(0)


@asynccontextmanager
async def served() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    with socket.create_server(("127.0.0.1", 0)) as both:
        await web.SockSite(runner, both).start()
        server.port = both.getsockname()[1]
        yield server
        await runner.cleanup()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with served() as server:
        yield server


@pytest.fixture
async def outside() -> AsyncIterator[OutsideByHttp]:
    """As it is for everybody."""
    outside = OutsideByHttp(Settings())
    yield outside
    await outside.close()


@pytest.fixture
async def allowed() -> AsyncIterator[OutsideByHttp]:
    """As it is for a developer who allows this very machine."""
    outside = OutsideByHttp(Settings(outside_allowed="127.0.0.1"))
    yield outside
    await outside.close()


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1",
        "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
        "64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::",
        "2002:a00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_gets_no_socket(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(OSError, match="refused"):
        OutsideByHttp(Settings()).guarded_socket((family, socket.SOCK_STREAM, 6, "", (address, 80)))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4007::200e",
     "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2002:101:101::1"],
)  # fmt: skip
def test_a_public_address_may_be_dialled(address):
    assert OutsideByHttp(Settings()).may_dial(address)


@pytest.mark.parametrize(
    ("setting", "address", "may"),
    [
        ("127.0.0.0/8, fd00::/8", "127.0.0.1", True),
        ("127.0.0.0/8, fd00::/8", "fd00::7", True),
        ("127.0.0.0/8, fd00::/8", "10.0.0.1", False),
        ("127.0.0.1", "::ffff:127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("127.0.0.1", "::1", False),
    ],
)
def test_what_the_settings_allow_may_be_dialled_too(setting, address, may):
    assert OutsideByHttp(Settings(outside_allowed=setting)).may_dial(address) is may


def test_a_list_of_allowed_networks_that_cannot_be_read_is_refused_at_the_start():
    with pytest.raises(Invalid, match="outside_allowed"):
        OutsideByHttp(Settings(outside_allowed="my printer"))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "localhost", "0", "0.0.0.0",
     "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "127.0.0.1.", "①②⑦.⓪.⓪.①"],
)  # fmt: skip
async def test_no_spelling_of_this_machine_is_asked(outside, server, host):
    with pytest.raises((RefusedAddress, BadAddress)):
        await outside.fetch("GET", server.at(host=host))
    assert server.asked == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "0x7f000001", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::]"]
)
async def test_what_is_refused_is_said_to_be_inside(outside, server, host):
    with pytest.raises(RefusedAddress):
        await outside.fetch("GET", server.at(host=host))


async def test_a_redirect_does_not_lead_inside(server):
    """Only this address is allowed: the other loopback addresses stand for what is inside."""
    outside = OutsideByHttp(Settings(outside_allowed="127.0.0.1"))
    for inside in ("http://127.0.0.2:1/", "http://[::1]:1/", "//127.0.0.3:1/x"):
        with pytest.raises(RefusedAddress):
            await outside.fetch("GET", server.at(f"/to?status=302&url={inside}"))
    await outside.close()


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "data:,x"]
)
async def test_a_redirect_to_what_is_no_web_address_is_refused(allowed, server, target):
    with pytest.raises(BadAddress):
        await allowed.fetch("GET", server.at(f"/to?status=302&url={target}"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "file:///etc/passwd",
        "ftp://a.org/",
        "http://",
        "https:///x",
        "http://[::1/",
        "http://a:99999/",
    ],
)
async def test_what_is_no_web_address_is_refused(outside, url):
    with pytest.raises(BadAddress):
        await outside.fetch("GET", url)


async def test_an_answer_comes_with_its_status_headers_and_body(allowed, server):
    reply = await allowed.fetch("GET", server.at())
    assert (reply.status, reply.body, reply.headers["x-said"], reply.url) == (
        200,
        b"hello",
        "one",
        server.at(),
    )


async def test_an_answer_of_any_status_is_an_answer(allowed, server):
    reply = await allowed.fetch("GET", server.at("/teapot"))
    assert (reply.status, reply.body) == (418, b"short and stout")


async def test_what_is_sent_arrives(allowed, server):
    await allowed.fetch("PUT", server.at(), headers={"X-Mine": "yes"}, body=b"some words")
    assert (server.asked[0].method, server.asked[0].headers["x-mine"], server.bodies[0]) == (
        "PUT",
        "yes",
        b"some words",
    )


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        (302, "POST", "GET"),
        (303, "PUT", "GET"),
        (307, "POST", "POST"),
        (308, "PUT", "PUT"),
        (301, "HEAD", "HEAD"),
    ],
)
async def test_a_redirect_is_followed_as_its_status_says(allowed, server, status, method, then):
    reply = await allowed.fetch(
        method, server.at(f"/to?status={status}&url=/echo"), body=b"words" if method != "HEAD" else b""
    )
    assert [request.method for request in server.asked] == [method, then]
    assert server.bodies[1] == (b"words" if then == method != "HEAD" else b"")
    assert reply.url == server.at("/echo")


async def test_another_origin_is_not_told_secrets(server):
    outside = OutsideByHttp(Settings(outside_allowed="127.0.0.0/8"))
    secrets = {
        "Authorization": "Bearer secret",
        "X-Key": "secret",
        "Cookie": "a=secret",
        "Accept": "text/plain",
    }
    with pytest.raises(Unreachable):  # nobody listens there; a second server hears it
        await outside.fetch("GET", server.at("/to?status=302&url=http://127.0.0.1:1/"), headers=secrets)
    await outside.fetch(
        "GET", server.at("/to?status=302&url=" + server.at(host="localhost")), headers=secrets
    )
    told = server.asked[-1].headers
    assert told["accept"] == "text/plain"
    assert "secret" not in str(told)
    await outside.close()


async def test_the_same_origin_is_told_again(allowed, server):
    await allowed.fetch(
        "GET", server.at("/to?status=302&url=/echo"), headers={"Authorization": "Bearer mine"}
    )
    assert server.asked[1].headers["authorization"] == "Bearer mine"


async def test_redirects_without_end_end(allowed, server):
    with pytest.raises(Unreachable):
        await allowed.fetch("GET", server.at("/round"), redirects=3)
    assert len(server.asked) == 4


async def test_a_redirect_may_be_taken_as_the_answer(allowed, server):
    reply = await allowed.fetch("GET", server.at("/round"), redirects=0)
    assert (reply.status, reply.headers["location"]) == (302, "/round")


@pytest.mark.parametrize("path", ["/drip", "/zeros"])
async def test_an_answer_larger_than_wanted_is_cut_off(allowed, server, path):
    """Whether it announces no length, or is small only as long as it is packed."""
    with pytest.raises(TooMuch):
        await allowed.fetch("GET", server.at(path), limit=1_000_000)


async def test_an_answer_just_small_enough_is_unpacked(allowed, server):
    reply = await allowed.fetch("GET", server.at("/zeros"), limit=len(ZEROS))
    assert reply.body == ZEROS


async def test_a_stream_gives_the_bytes_as_they_were_packed(allowed, server):
    async with allowed.stream("GET", server.at("/zeros"), limit=100_000, timeout_s=5) as stream:
        packed = b"".join([chunk async for chunk in stream.chunks])
    assert gzip.decompress(packed) == ZEROS


async def test_a_stream_ends_where_its_limit_is(allowed, server):
    taken: list[bytes] = []

    async def taking() -> None:
        async with allowed.stream("GET", server.at("/drip"), limit=50_000, timeout_s=5) as stream:
            async for chunk in stream.chunks:
                taken.append(chunk)  # noqa: PERF401 -- what came before the refusal counts

    with pytest.raises(TooMuch):
        await taking()
    assert 0 < len(b"".join(taken)) <= 50_000


@pytest.mark.parametrize("path", ["/slow", "/drip"])
async def test_an_answer_that_takes_too_long_is_given_up(allowed, server, path):
    with pytest.raises(TooSlow):
        await allowed.fetch("GET", server.at(path), limit=10**12, timeout_s=0.2)


async def test_a_server_that_does_not_listen_is_unreachable(allowed):
    with pytest.raises(Unreachable):
        await allowed.fetch("GET", "http://127.0.0.1:1/")


async def test_a_server_that_speaks_something_else_is_unreachable(allowed):
    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"SSH-2.0-OpenSSH_10\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(rude, "127.0.0.1", 0) as listening:
        with pytest.raises(Unreachable):
            await allowed.fetch("GET", f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/")


async def test_cookies_are_not_kept(allowed, server):
    await allowed.fetch("GET", server.at("/cookie"))
    await allowed.fetch("GET", server.at())
    assert "cookie" not in server.asked[1].headers


async def test_proxies_of_the_environment_are_not_used(allowed, server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert (await allowed.fetch("GET", server.at())).status == 200


async def test_a_header_that_would_begin_another_one_is_refused(allowed, server):
    with pytest.raises(Invalid):
        await allowed.fetch("GET", server.at(), headers={"X-Mine": "a\r\nX-Other: b"})
    assert server.asked == []


async def test_it_opens_again_after_it_was_closed(allowed, server):
    await allowed.fetch("GET", server.at())
    await allowed.close()
    assert (await allowed.fetch("GET", server.at())).status == 200


def test_the_client_is_loaded_at_its_first_use_only():
    """It costs memory and start-up time that a home which asks nobody does not pay."""
    script = "import sys, cozy.app.server; sys.exit('aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


async def test_a_body_may_be_a_stream(allowed, server):
    async def pieces():
        for _ in range(8):
            yield ZEROS[:100_000]

    reply = await allowed.fetch("PUT", server.at(), body=pieces(), limit=1000)
    assert (reply.status, reply.body) == (200, b"hello")
    assert len(server.bodies[-1]) == 800_000


async def test_a_stream_is_sent_once_wherever_it_is_redirected(allowed, server):
    async def pieces():
        yield b"abc"

    url = server.at(f"/to?status=307&url={server.at('/echo')}")
    reply = await allowed.fetch("PUT", url, body=pieces())
    assert reply.status == 307
    assert server.bodies == [b"abc"]


async def test_sockets_that_stay_open_hold_nobody_up(allowed, server):
    async with AsyncExitStack() as lines:
        for _ in range(CONNECTIONS + 1):
            await lines.enter_async_context(allowed.call(server.at("/socket"), protocol="any"))
        assert (await allowed.fetch("GET", server.at(), timeout_s=10)).status == 200


async def test_a_server_that_is_slow_holds_nobody_up_but_who_asks_it(allowed, server):
    asking = [asyncio.ensure_future(allowed.fetch("GET", server.at("/slow"))) for _ in range(CONNECTIONS + 1)]
    async with served() as other:
        assert (await allowed.fetch("GET", other.at(), timeout_s=10)).status == 200
    for each in asking:
        each.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
