"""A real server over the house, and real sockets to it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from cozy.app.server import Server, configured, serving
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.auth import service as auth
from tests.auth.conftest import browser, lock, new_browser, owner

__all__ = ["browser", "lock", "new_browser", "owner"]
SOON_S = 30.0  # however busy the machine is; less than the time after which a socket is looked at anyway
QUIET_S = 0.15


class Socket:
    """The other side of a conversation."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, method: str, payload: Any = None) -> None:
        await self.connection.send(json.dumps({"method": method, "payload": payload}))

    async def subscribe(self, type_: str, id_: str = "") -> None:
        await self.say("SUBSCRIBE", {"type": type_, **({"id": id_} if id_ else {})})

    async def hears(self) -> dict[str, Any]:
        async with asyncio.timeout(SOON_S):
            return json.loads(await self.connection.recv())

    async def event(self) -> tuple[str, str, str, dict[str, Any]]:
        said = await self.hears()
        payload = said["payload"]
        return said["event"], payload.get("type"), payload.get("id"), payload.get("doc")

    async def error(self) -> str:
        said = await self.hears()
        assert said["event"] == "error", said
        return said["payload"]["status"]

    async def settled(self) -> None:
        """What was said before this has been heeded: the answer to a command that is none comes after it."""
        await self.say("ECHO")
        assert await self.error() == "405 Method Not Allowed"

    async def may_soon_subscribe(self, type_: str) -> None:
        """Subscribes once it may: what widens a grant is heard of a moment later."""
        for _ in range(6_000):
            await self.subscribe(type_)
            await self.say("ECHO")
            if await self.error() == "405 Method Not Allowed":
                return
            assert await self.error() == "405 Method Not Allowed"
            await asyncio.sleep(0.01)
        raise AssertionError(f"{type_} stays forbidden")

    async def is_quiet(self) -> bool:
        try:
            async with asyncio.timeout(QUIET_S):
                raise AssertionError(await self.connection.recv())
        except TimeoutError:
            return True

    async def closes(self) -> int:
        """The code that the server hangs up with, after whatever else it says."""
        with suppress(ConnectionClosed):
            async with asyncio.timeout(SOON_S):
                while True:
                    await self.connection.recv()
        assert self.connection.close_code is not None
        return self.connection.close_code


@pytest.fixture
async def port(house: House, home: Home) -> AsyncIterator[int]:
    """Where the program listens."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = Server(configured(serving(house), house.settings))
    running = asyncio.ensure_future(server.serve([listening]))
    yield listening.getsockname()[1]
    server.should_exit = True
    await running


Opens = Callable[..., Awaitable[Socket]]


@pytest.fixture
async def open_(port: int, home: Home) -> AsyncIterator[Opens]:
    """`await open_(origin=…, cookie=…)`: a socket that nobody has said anything on."""
    async with AsyncExitStack() as stack:

        async def open_(**headers: str) -> Socket:
            uri = home.origin.replace("http:", "ws:") + "/realtime/"
            opening = connect(
                uri, host="127.0.0.1", port=port, subprotocols=[Subprotocol("io.cozy.websocket")], additional_headers=headers,
                proxy=None,
            )  # fmt: skip
            return Socket(await stack.enter_async_context(opening))

        yield open_


@pytest.fixture
def minted(house: House, home: Home) -> Callable[..., Awaitable[str]]:
    """`await minted(scope)`: a token of the command line."""

    async def minted(scope: str = "*", **more: Any) -> str:
        return await house.read(home, SYSTEM, auth.mint, scope, **more)

    return minted


@pytest.fixture
def listening(open_: Opens, minted: Callable[..., Awaitable[str]]) -> Opens:
    """`await listening(type, id, scope=…)`: a socket that has subscribed."""

    async def listening(type_: str, id_: str = "", *, scope: str = "*") -> Socket:
        socket = await open_()
        await socket.say("AUTH", await minted(scope))
        await socket.subscribe(type_, id_)
        await socket.settled()
        return socket

    return listening
