"""The world outside through aiohttp, which asks us for a socket to each address that it is about to dial.

A guard there sees what a name really resolved to, on the first request and after every redirect, however the
address was spelled, and no second look-up comes between the check and the call.
"""

from __future__ import annotations

import socket
from asyncio import timeout
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any

from cozy.kernel.outside import (
    BODY_LIMIT,
    REDIRECTS,
    TIMEOUT_S,
    BadAddress,
    Line,
    RefusedAddress,
    Reply,
    Stream,
    TooMuch,
    TooSlow,
    Unreachable,
)
from cozy.kernel.problem import Invalid
from cozy.kernel.settings import Settings

from .alive import impatient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiohttp import ClientResponse, ClientSession, ClientWebSocketResponse
    from yarl import URL

Address = IPv4Address | IPv6Address

REDIRECTIONS = {301, 302, 303, 307, 308}
ANYWHERE = {"accept", "accept-language", "accept-encoding", "user-agent"}  # told to any origin
CHUNK = 64 * 1024
CONNECTIONS, TO_ONE = (
    200,
    16,
)  # at a time, and to one server; the others wait, so that none that is slow holds everybody up
LINES = 2_000  # sockets at a time, which stay for as long as somebody listens
DIAL_S = 20.0  # until somebody answers at all, however long the rest may take
HEARTBEAT_S = 54.0  # many proxies end what is silent for a minute
MESSAGE_LIMIT = 1024 * 1024  # bytes of a message on a WebSocket

_IPV6_IN_USE = IPv6Network(
    "2000::/3"
)  # the rest of the space is local, special or not given out (RFC 4291 §2.4)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_NOT_PUBLIC = [
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments (RFC 6890); Pythons differ on these
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "2001::/23",  # Teredo, benchmarking, ORCHID
        "3fff::/20",  # documentation (RFC 9637)
    )
]


class _Inside(OSError):
    """The address about to be dialled is not outside."""

    def __init__(self) -> None:
        super().__init__(
            "refused"
        )  # one text: when all addresses of a name are refused, aiohttp raises the first


class OutsideByHttp:
    """An HTTP client that is made at its first use."""

    def __init__(self, settings: Settings) -> None:
        self._allowed = _networks(settings.outside_allowed)
        self._open: dict[int, ClientSession] = {}  # by how many connections they may have

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
        """The whole answer."""
        asked = (method, url, dict(headers or {}), body, limit, timeout_s, redirects)
        async with self._asking(*asked, unpack=True) as stream:
            held = bytearray()
            async for chunk in stream.chunks:
                held += chunk
            return Reply(stream.status, stream.headers, bytes(held), stream.url)

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | AsyncIterable[bytes] = b"",
        limit: int,
        timeout_s: float,
        redirects: int = REDIRECTS,
    ) -> AsyncIterator[Stream]:
        """The answer, its bytes as they come."""
        wanted = {"accept-encoding": "identity", **_lower(headers or {})}
        async with self._asking(
            method, url, wanted, body, limit, timeout_s, redirects, unpack=False
        ) as stream:
            yield stream

    @asynccontextmanager
    async def call(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        protocol: str,
        timeout_s: float = TIMEOUT_S,
    ) -> AsyncIterator[Line]:
        """A WebSocket."""
        address = _web_address(url)
        try:
            async with timeout(timeout_s):
                with _mapped(address):
                    socket = await self._session(LINES).ws_connect(
                        address,
                        headers=headers,
                        protocols=(protocol,),
                        heartbeat=HEARTBEAT_S,
                        max_msg_size=MESSAGE_LIMIT,
                    )
        except TimeoutError as error:
            raise TooSlow(host=address.host) from error
        try:
            yield _Line(socket)
        finally:
            await socket.close()

    async def close(self) -> None:
        """Let go of every connection."""
        while self._open:
            _, session = self._open.popitem()
            await session.close()

    @asynccontextmanager
    async def _asking(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: bytes | AsyncIterable[bytes],
        limit: int,
        timeout_s: float,
        redirects: int,
        *,
        unpack: bool,
    ) -> AsyncIterator[Stream]:
        first = _web_address(url)
        clock = timeout(timeout_s)
        try:
            async with clock:
                response = await self._followed(
                    method, first, _lower(headers), body, redirects, unpack=unpack
                )
                async with response:
                    if method != "HEAD" and (response.content_length or 0) > limit:
                        raise TooMuch(host=response.url.host, limit=limit)
                    chunks = _chunks(response, limit)
                    yield Stream(response.status, _lower(response.headers), str(response.url), chunks)
        except TimeoutError:
            if not clock.expired():
                raise
            raise TooSlow(host=first.host) from None

    async def _followed(
        self,
        method: str,
        url: URL,
        headers: dict[str, str],
        body: bytes | AsyncIterable[bytes],
        redirects: int,
        *,
        unpack: bool,
    ) -> ClientResponse:
        """The answer at the end of the redirects."""
        if not isinstance(body, bytes):
            redirects = 0
        for _ in range(redirects):
            response = await self._asked(method, url, headers, body, unpack)
            location = response.headers.get("location", "")
            if response.status not in REDIRECTIONS or not location:
                return response
            response.release()
            target = _web_address(location, url)
            if _is_a_look(response.status, method):
                method, body = "GET", b""
                headers = {name: value for name, value in headers.items() if not name.startswith("content-")}
            if target.origin() != url.origin():
                headers = {name: value for name, value in headers.items() if name in ANYWHERE}
            url = target
        response = await self._asked(method, url, headers, body, unpack)
        if redirects and response.status in REDIRECTIONS:
            response.release()
            raise Unreachable("The other server sends us on from address to address.", host=url.host)
        return response

    async def _asked(
        self, method: str, url: URL, headers: dict[str, str], body: bytes | AsyncIterable[bytes], unpack: bool
    ) -> ClientResponse:
        with _mapped(url):
            return await self._session().request(
                method, url, headers=headers, data=body or None, allow_redirects=False, auto_decompress=unpack
            )

    def _session(self, most: int = CONNECTIONS) -> ClientSession:
        if most not in self._open:
            import aiohttp  # costs megabytes and a tenth of a second, which a home that asks nobody saves

            connector = aiohttp.TCPConnector(
                socket_factory=self.guarded_socket,
                resolver=aiohttp.ThreadedResolver(),
                limit=most,
                limit_per_host=TO_ONE if most == CONNECTIONS else 0,
            )
            self._open[most] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"user-agent": "Cozy"},
                timeout=aiohttp.ClientTimeout(sock_connect=DIAL_S),
                trust_env=False,
            )
        return self._open[most]

    def guarded_socket(self, address: tuple[Any, ...]) -> socket.socket:
        """A socket for an address as getaddrinfo gives it, which notices when nobody is there any more. Raises OSError when that is
        not outside.
        """
        family, type_, proto, _, where = address
        if not self.may_dial(where[0]):
            raise _Inside
        return impatient(socket.socket(family, type_, proto))

    def may_dial(self, address: str) -> bool:
        """Whether a request may go to this address: a public one, or one that the settings allow."""
        dialled = ip_address(address)
        reached = _embedded(dialled)
        is_allowed = any(one in network for one in (dialled, reached) for network in self._allowed)
        return is_allowed or _is_public(reached)


class _Line:
    """A WebSocket of aiohttp."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket

    async def say(self, text: str) -> None:
        """Send a message."""
        with _mapped(self._socket._response.url):
            await self._socket.send_str(text)

    async def hear(self) -> str | None:
        """The next text."""
        async for message in self._socket:
            if isinstance(message.data, str):
                return message.data
        return None


def _is_a_look(status: int, method: str) -> bool:
    """Whether this redirect asks for a GET, instead of the same request again (RFC 9110 §15.4)."""
    if status == 303:
        return method != "HEAD"
    return status in {301, 302} and method == "POST"


def _networks(text: str) -> list[Any]:
    try:
        return [ip_network(part.strip()) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise Invalid(f"outside_allowed holds no list of addresses or networks: {error}.") from error


def _embedded(address: Address) -> Address:
    """The IPv4 address that a packet to this one ends at, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _IPV6_IN_USE:
        return False
    is_special = address.is_multicast or address.is_reserved or any(address in one for one in _NOT_PUBLIC)
    return address.is_global and not is_special


def _web_address(text: str, base: URL | None = None) -> URL:
    """The address as the client takes it. Raises BadAddress."""
    from yarl import URL

    try:
        url = URL(text) if base is None else base.join(URL(text))
        is_usable = url.scheme in {"http", "https"} and bool(url.host) and url.port is not None
    except ValueError as error:
        raise BadAddress from error
    if not is_usable:
        raise BadAddress
    return url


@contextmanager
def _mapped(url: URL) -> Iterator[None]:
    """What aiohttp raises, in our words."""
    import aiohttp

    try:
        yield
    except aiohttp.InvalidURL as error:
        raise BadAddress from error
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, _Inside):
            raise RefusedAddress(host=url.host) from None
        raise Unreachable(host=url.host) from error
    except aiohttp.ServerTimeoutError as error:
        raise Unreachable(host=url.host) from error
    except TimeoutError:
        raise  # ours: the whole request took too long
    except (aiohttp.ClientError, OSError) as error:
        raise Unreachable(host=url.host) from error
    except ValueError as error:
        raise Invalid("This request cannot be sent: its headers hold what no header may.") from error


async def _chunks(response: ClientResponse, limit: int) -> AsyncIterator[bytes]:
    left = limit
    with _mapped(response.url):
        async for chunk in response.content.iter_chunked(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise TooMuch(host=response.url.host, limit=limit)
            yield chunk


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers by names in lower case; what comes several times is put together (RFC 9110 §5.3)."""
    lower: dict[str, str] = {}
    for name, value in headers.items():
        key = name.lower()
        lower[key] = f"{lower[key]}, {value}" if key in lower else value
    return lower
