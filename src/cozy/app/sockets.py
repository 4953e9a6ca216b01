"""WebSockets as uvicorn speaks them, with an end to the patience for sides that take nothing. Imported when one comes."""

from __future__ import annotations

import asyncio

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

GONE_WITHIN_S = 20.0  # from our last word to the end of the connection


class SocketProtocol(WebSocketsSansIOProtocol):
    """One connection. Closing it would wait for ever for the other side to take what was sent."""

    async def send(self, message: ASGISendEvent) -> None:
        """A socket that is refused has had its answer; uvicorn would log an error for each."""
        await super().send(message)
        if self.close_sent:
            self.handshake_complete = True

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The conversation is over."""
        super().on_task_complete(task)
        if not self.disconnected:
            self.loop.call_later(GONE_WITHIN_S, self.transport.abort)
