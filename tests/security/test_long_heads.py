"""What comes before a request is answered is neither collected nor awaited without end."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from uvicorn.server import ServerState

from cozy.app import protocol


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Where something listens that answers "here" to all, once it has read the body."""

    async def app(scope, receive, send) -> None:
        while (await receive()).get("more_body"):
            pass
        await PlainTextResponse("here")(scope, receive, send)

    config = uvicorn.Config(app, http=protocol.Protocol, lifespan="off", log_level="critical")
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol.Protocol(config, state, {}), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    for connection in list(state.connections):
        connection.shutdown()
    server.close()
    await server.wait_closed()


async def answered(port: int, *pieces: bytes, pause_s: float = 0.0) -> bytes:
    """Everything that comes back before the other side hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)
        async with asyncio.timeout(60):
            return await reader.read()
    except ConnectionError:
        return b"hung up"
    finally:
        writer.close()


HEAD = b"POST / HTTP/1.1\r\nHost: alice.localhost\r\n"
LINE = b"X-More: " + b"x" * 20_000 + b"\r\n"


@pytest.mark.parametrize("more", [LINE, b"x" * 20_000], ids=["many headers", "one without end"])
async def test_a_head_without_end_is_refused(port, more):
    answer = await answered(port, HEAD, b"X-Long: ", *[more] * 50, pause_s=0.001)
    assert answer == b"hung up" or answer.startswith(b"HTTP/1.1 400 ")


async def test_a_head_of_many_headers_passes(port):
    answer = await answered(port, HEAD, LINE, LINE, b"Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_a_long_body_is_no_long_head(port):
    body = b"x" * 500_000
    first = HEAD + b"Content-Length: %d\r\n\r\n" % len(body)
    answer = await answered(port, first, body, HEAD, b"Content-Length: 0\r\nConnection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 ") == 2


@pytest.mark.parametrize("pieces", [(), (HEAD,), (HEAD + b"Content-Length: 0\r\n\r\n", HEAD)])
async def test_a_head_that_never_ends_is_not_awaited(port, monkeypatch, pieces):
    monkeypatch.setattr(protocol, "HEAD_WITHIN_S", 1.0)
    answer = await answered(port, *pieces, pause_s=0.05)
    assert answer.count(b"HTTP/1.1 200 ") == max(0, len(pieces) - 1)
