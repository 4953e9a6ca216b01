"""What the world outside is to a room: one client for every request that leaves the house."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from .problem import Elsewhere, Forbidden, Invalid

BODY_LIMIT = 10 * 1024 * 1024  # bytes of an answer that is read whole
TIMEOUT_S = 30.0
REDIRECTS = 5


class Reply(Struct, frozen=True):
    """The whole answer of another server."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    url: str  # where redirects ended


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer whose body is still on its way."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    url: str  # where redirects ended
    chunks: AsyncIterator[bytes]  # raises TooMuch, TooSlow, Unreachable


class Line(Protocol):
    """A WebSocket to another server, once it is open."""

    async def say(self, text: str) -> None:
        """Send a message. Raises Unreachable."""
        ...

    async def hear(self) -> str | None:
        """The next message that is a text; None when the other side has hung up. Raises Unreachable."""
        ...


class Outside(Protocol):
    """Asks other servers, http and https, and never one that is on this machine or in its network.

    Knows no cookie and no proxy of the environment. An answer of any status is an answer. A redirect to another
    origin gets no header of the request but those that say what is wanted. A body that is a stream is sent once: a
    redirect is then an answer like others.
    """

    async def fetch(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | AsyncIterable[bytes] = b"",
        limit: int = BODY_LIMIT,
        timeout_s: float = TIMEOUT_S,
        redirects: int = REDIRECTS,
    ) -> Reply:
        """The whole answer, decompressed; at most `limit` bytes of it, all within `timeout_s`.

        redirects: how many are followed; with 0 a redirect is an answer like others. Raises BadAddress,
        RefusedAddress, Unreachable, TooMuch, TooSlow.
        """
        ...

    def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | AsyncIterable[bytes] = b"",
        limit: int,
        timeout_s: float,
        redirects: int = REDIRECTS,
    ) -> AbstractAsyncContextManager[Stream]:
        """The same, its bytes one chunk after the other as they were sent: an archive stays as it was packed."""
        ...

    def call(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        protocol: str,
        timeout_s: float = TIMEOUT_S,
    ) -> AbstractAsyncContextManager[Line]:
        """A WebSocket (RFC 6455) at an address that begins with http:// or https://. Raises as `fetch`.

        timeout_s: for the handshake. Messages are at most 1 MB.
        """
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...


class BadAddress(Invalid):
    """This is no address on the web: it begins with https:// or http://."""


class RefusedAddress(Forbidden):
    """This address is inside the network of this server, and nothing is asked there."""


class Unreachable(Elsewhere):
    """The other server cannot be reached, or does not speak as a web server does."""


class TooMuch(Elsewhere):
    """The other server sends more than we take."""


class TooSlow(Elsewhere):
    """The other server takes too long to answer."""
