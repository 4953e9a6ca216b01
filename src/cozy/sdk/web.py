"""Web, a small HTTP client: connections that stay open, cookies, redirects, and answers that may be read from a tape."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import urllib.request
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import IO, Any, Protocol
from urllib.parse import urljoin, urlsplit

from . import gateway
from .errors import LoginFailed, NotFetched, VendorDown

LIMIT = 50_000_000  # bytes of an answer that is read whole
REDIRECTS = 5
_ANYWHERE = {  # told to an origin that another one sends us to
    "accept", "accept-encoding", "accept-language", "content-length", "content-type", "depth", "range", "user-agent",
}  # fmt: skip
_MOVED = {301, 302, 303, 307, 308}
_STALE = (
    http.client.RemoteDisconnected,
    BrokenPipeError,
    ConnectionResetError,
    http.client.CannotSendRequest,
)
Payload = bytes | IO[bytes] | None


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    url: str  # where redirects ended

    @property
    def text(self) -> str:
        """The body as text."""
        kind = self.headers.get("content-type", "")
        charset = kind.partition("charset=")[2].partition(";")[0].strip(' "') or "utf-8"
        try:
            return self.body.decode(charset, "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON. Raises NotFetched."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise NotFetched(detail=f"{self.url} is no JSON") from error

    def checked(self) -> Reply:
        """The same, unless the service refuses. Raises LoginFailed, VendorDown, NotFetched."""
        check(self.status, self.url)
        return self


class Tape(Protocol):
    """Answers that were recorded, in place of the web; or the web, recorded."""

    def answer(self, method: str, url: str, body: bytes) -> Reply | None:
        """What was answered before; None where the web is to be asked."""
        ...

    def record(self, method: str, url: str, body: bytes, reply: Reply) -> None:
        """Keep an answer."""
        ...


def check(status: int, url: str) -> None:
    """Raises LoginFailed, VendorDown, NotFetched, unless this status is one of success."""
    if status in {401, 403}:
        raise LoginFailed(detail=f"{url}: {status}")
    if status == 429 or status >= 500:
        raise VendorDown(detail=f"{url}: {status}")
    if status >= 300:
        raise NotFetched(detail=f"{url}: {status}")


@dataclass(slots=True)
class Stream:
    """An answer whose body is still on its way."""

    status: int
    headers: Mapping[str, str]
    url: str
    _response: http.client.HTTPResponse

    def chunks(self, size: int = 256 * 1024) -> Iterator[bytes]:
        """Its body, piece by piece. Raises VendorDown when it breaks off."""
        try:
            while chunk := self._response.read(size):
                yield chunk
        except (OSError, http.client.HTTPException) as error:
            raise VendorDown(detail=f"{self.url}: {error}") from error
        if self._response.length:
            raise VendorDown(detail=f"{self.url} broke off")


class Web:
    """One visitor of the web. login: name and password, told by HTTP Basic to the origin of the first address alone.

    A redirect to another origin gets no header but those that say what is wanted.
    """

    def __init__(
        self, *, headers: Mapping[str, str] | None = None, login: tuple[str, str] | None = None, timeout_s: float = 60.0,
        tape: Tape | None = None,
    ) -> None:  # fmt: skip
        self._headers = {"User-Agent": "Cozy", "Accept-Encoding": "gzip, deflate", **(headers or {})}
        self._login = login
        self._told: tuple[str, str] | None = None  # the origin that may know the login
        self._timeout_s = timeout_s
        self._tape = tape
        self._open: dict[tuple[str, str], http.client.HTTPConnection] = {}
        self.cookies = CookieJar()

    def get(self, url: str, **more: Any) -> Reply:
        """GET."""
        return self.request("GET", url, **more)

    def post(self, url: str, body: bytes = b"", **more: Any) -> Reply:
        """POST."""
        return self.request("POST", url, body=body, **more)

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: Payload = None, limit: int = LIMIT,
    ) -> Reply:  # fmt: skip
        """The whole answer, redirects followed. Raises VendorDown, Refused, NotFetched when it is longer than `limit`."""
        plain = body if isinstance(body, bytes) else b""
        if self._tape and (known := self._tape.answer(method, url, plain)):
            return known
        with self._asked(method, url, headers or {}, body) as (response, reached):
            try:
                held = response.read(limit + 1)
            except (OSError, http.client.HTTPException) as error:
                raise VendorDown(detail=f"{reached}: {error}") from error
            if len(held) > limit:
                raise NotFetched("TOO_LARGE", detail=reached)
            told = _headers(response)
            reply = Reply(response.status, told, _unpacked(held, told, limit), reached)
        if self._tape:
            self._tape.record(method, url, plain, reply)
        return reply

    @contextmanager
    def stream(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: Payload = None
    ) -> Iterator[Stream]:
        """An answer as it comes, not unpacked. Raises as `request`."""
        wanted = {"Accept-Encoding": "identity", **(headers or {})}
        with self._asked(method, url, wanted, body) as (response, reached):
            yield Stream(response.status, _headers(response), reached, response)

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up everywhere."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()

    @contextmanager
    def _asked(
        self, method: str, url: str, headers: Mapping[str, str], body: Payload
    ) -> Iterator[tuple[http.client.HTTPResponse, str]]:
        headers = {**self._headers, **headers}
        for _ in range(REDIRECTS + 1):
            response = self._sent(method, url, headers, body)
            location = response.getheader("location") or ""
            if response.status not in _MOVED or not location:
                break
            response.read(LIMIT)
            before, url = url, urljoin(url, location)
            if _origin(url) != _origin(before):
                headers = {name: value for name, value in headers.items() if name.lower() in _ANYWHERE}
            if response.status == 303 or (response.status in {301, 302} and method == "POST"):
                method, body = "GET", None
        try:
            yield response, url
        finally:
            if not response.isclosed():  # the rest is on the line: it cannot be used again
                self._drop(url)

    def _sent(
        self, method: str, url: str, headers: Mapping[str, str], body: Payload
    ) -> http.client.HTTPResponse:
        origin = _origin(url)
        was_open = origin in self._open
        try:
            return self._exchanged(method, url, headers, body)
        except _STALE as error:
            self._drop(url)
            if not was_open or not (body is None or isinstance(body, bytes)):
                raise VendorDown(detail=f"{url}: {error}") from error
        except (OSError, http.client.HTTPException) as error:
            self._drop(url)
            raise VendorDown(detail=f"{url}: {error}") from error
        try:  # it was open for long, and the other side had hung up
            return self._exchanged(method, url, headers, body)
        except (OSError, http.client.HTTPException) as error:
            self._drop(url)
            raise VendorDown(detail=f"{url}: {error}") from error

    def _exchanged(
        self, method: str, url: str, headers: Mapping[str, str], body: Payload
    ) -> http.client.HTTPResponse:
        parts = urlsplit(url)
        connection = self._connection(url)
        carrier = urllib.request.Request(url, method=method)  # noqa: S310 (it only carries cookies)
        self.cookies.add_cookie_header(carrier)
        told = {**self._who(url), **dict(carrier.unredirected_hdrs), **headers}
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body=body, headers=told)
        response = connection.getresponse()
        self.cookies.extract_cookies(response, carrier)  # type: ignore[arg-type]
        return response

    def _connection(self, url: str) -> http.client.HTTPConnection:
        origin = _origin(url)
        if origin not in self._open:
            self._open[origin] = _Connection(url, self._timeout_s)
        return self._open[origin]

    def _drop(self, url: str) -> None:
        if connection := self._open.pop(_origin(url), None):
            connection.close()

    def _who(self, url: str) -> dict[str, str]:
        if self._login is None:
            return {}
        self._told = self._told or _origin(url)
        if self._told != _origin(url):
            return {}
        packed = base64.b64encode(":".join(self._login).encode()).decode()
        return {"Authorization": f"Basic {packed}"}


class _Connection(http.client.HTTPConnection):
    """A connection that is made by the gateway."""

    def __init__(self, url: str, timeout_s: float) -> None:
        parts = urlsplit(url)
        try:
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError(url)
            self._tls = parts.scheme == "https"
            port = parts.port or (443 if self._tls else 80)
        except ValueError as error:
            raise NotFetched("BAD_ADDRESS", detail=url) from error
        super().__init__(parts.hostname, port, timeout=timeout_s)
        self.default_port = 443 if self._tls else 80  # what needs not be said in Host

    def connect(self) -> None:
        """Through the gateway, where there is one."""
        timeout_s = self.timeout if isinstance(self.timeout, int | float) else None
        self.sock: socket.socket = gateway.connect(self.host, self.port, tls=self._tls, timeout_s=timeout_s)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _headers(response: http.client.HTTPResponse) -> dict[str, str]:
    lower: dict[str, str] = {}
    for name, value in response.getheaders():
        key = name.lower()
        lower[key] = f"{lower[key]}, {value}" if key in lower else value
    return lower


def _unpacked(held: bytes, headers: Mapping[str, str], limit: int) -> bytes:
    """Raises NotFetched when it is longer than `limit`, or broken."""
    packing = headers.get("content-encoding", "").lower()
    if packing not in {"gzip", "deflate"}:
        return held
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    with suppress(zlib.error):
        plain = unpacker.decompress(held, limit + 1)
        if len(plain) <= limit:
            return plain
        raise NotFetched("TOO_LARGE")
    raise NotFetched(detail="the answer is packed in a way that cannot be read")
