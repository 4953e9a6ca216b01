"""HTTP as uvicorn reads it, with an end to the patience for heads: neither endless nor never-ending ones are waited for."""

from __future__ import annotations

import asyncio
from typing import Any

from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_LIMIT = 64 * 1024  # bytes of a request line and headers
HEAD_WITHIN_S = 30.0


class Protocol(HttpToolsProtocol):
    """One connection. The parser itself would collect headers for as long as any come."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_in_head = True
        self._head = 0  # bytes of a head that has not ended
        self._requests = 0
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Somebody is there, and has a while to ask."""
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Read on, unless this is still the same head and too long."""
        requests = self._requests
        if self._is_in_head and self._patience is None:
            self._wait_for_head()
        super().data_received(data)
        if self._is_in_head and self._requests == requests:
            self._head += len(data)
            if self._head > HEAD_LIMIT and not self.transport.is_closing():
                self.send_400_response("The head of this request is too long.")

    def on_headers_complete(self) -> None:
        """The head is here. A fragment is for the client alone (RFC 9110 §7.1): what it was meant for is not guessed."""
        if b"#" in self.url:
            raise HttpParserError("a fragment")
        self._is_in_head, self._head = False, 0
        self._stop_waiting()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body is here; what comes next is another head."""
        super().on_message_complete()
        self._is_in_head = True
        self._requests += 1

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        self._patience = self.loop.call_later(HEAD_WITHIN_S, self._give_up)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()


class LateSocketProtocol(asyncio.Protocol):
    """What speaks with a WebSocket, loaded when the first one comes."""

    def __new__(cls, **given: Any) -> asyncio.Protocol:
        """In its place, app/sockets."""
        from cozy.app.sockets import SocketProtocol

        return SocketProtocol(**given)
