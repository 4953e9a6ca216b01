"""Requests and sockets to the program in this process, without a client that would remember, follow or mend anything."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

OPENED = 101  # the status of a handshake that succeeds (RFC 6455 §4.2.2)


def _scope(kind: str, url: str, headers: Mapping[str, str], **more: Any) -> dict[str, Any]:
    parts = urlsplit(url)
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": kind, "asgi": {"version": "3.0"}, "http_version": "1.1", "path": parts.path, "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(), "root_path": "", "headers": [(b"host", parts.netloc.encode()), *raw],
        "client": ("127.0.0.1", 4000), "server": ("127.0.0.1", 8080), **more,
    }  # fmt: skip


async def ask(
    app: Any, method: str, url: str, headers: Mapping[str, str], body: Any = None
) -> tuple[int, str]:
    """The status and the text of an answer. body: sent as JSON, nothing for None."""
    content = b"" if body is None else json.dumps(body).encode()
    sent = {**headers, "content-type": "application/json", "content-length": str(len(content))}
    came: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Any) -> None:
        came.append(message)

    await app(_scope("http", url, sent if content else headers, method=method, scheme="http"), receive, send)
    text = b"".join(message.get("body", b"") for message in came[1:])
    return came[0]["status"], text.decode("utf-8", "replace")


class Talk:
    """The other side of a socket."""

    def __init__(self, app: Any, url: str, headers: Mapping[str, str]) -> None:
        extensions = {"websocket.http.response": {}}
        scope = _scope("websocket", url, headers, scheme="ws", subprotocols=[], extensions=extensions)
        self._in: asyncio.Queue[Any] = asyncio.Queue()
        self._out: asyncio.Queue[Any] = asyncio.Queue()
        self._task = asyncio.ensure_future(app(scope, self._in.get, self._out.put))

    async def opened(self) -> int:
        """OPENED, or the status that it is refused with."""
        await self._in.put({"type": "websocket.connect"})
        first = await self._next()
        return OPENED if first["type"] == "websocket.accept" else int(first["status"])

    async def say(self, method: str, payload: Any = None) -> None:
        """A command."""
        text = json.dumps({"method": method, "payload": payload})
        await self._in.put({"type": "websocket.receive", "text": text})

    async def error(self) -> str:
        """The status of the error that comes next; "" when the other side hangs up."""
        message = await self._next()
        return json.loads(message["text"])["payload"]["status"] if message["type"] == "websocket.send" else ""

    async def hang_up(self) -> None:
        """The end."""
        await self._in.put({"type": "websocket.disconnect", "code": 1000})
        await self._task

    async def _next(self) -> Any:
        async with asyncio.timeout(30):
            return await self._out.get()
