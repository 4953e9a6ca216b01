"""Call: one HTTP request to one home."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from cozy.kernel.caller import NOBODY, Caller, Verb
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ledger import Use
from cozy.kernel.problem import Malformed, Problem, TooMany, Unavailable
from cozy.kernel.work import Work

P = ParamSpec("P")
T = TypeVar("T")

BODY_LIMIT = 16 * 1024 * 1024  # bytes of a JSON or form body; contents are streamed and have no such limit
PROVED_EVERY_S = 0.5  # what is taken back opens nothing within a second


class TooBig(Malformed):
    """This request is larger than what can be read at once."""


class CutShort(Malformed):
    """The connection ended before the whole request was here."""


class OtherBody(Malformed):
    """What arrived is not what was sent: its digest is another one."""


Renderer = Callable[[Work, "Call", str, int, dict[str, Any]], Response]


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody was let in by, and how to ask again whether it still is so."""

    ask: Callable[[], Awaitable[Any]]
    said: Any

    async def holds(self) -> bool:
        """Whether the answer is the same now. Where nobody can tell, it is."""
        try:
            return bool(await self.ask() == self.said)
        except (TooMany, Unavailable):
            return True
        except Problem:
            return False


@dataclass(frozen=True, slots=True)
class Mount:
    """Addresses that stand for a part of a home: what they begin with, and the path of the one folder or file that they open."""

    prefix: str
    path: str


@dataclass(slots=True)
class Call:
    """One request: to which home, from whom, and the way to get work done."""

    request: Request
    house: House
    home: Home
    client: str  # address of the other side, behind trusted proxies too
    render: Renderer  # makes a page: its template inside the shell of the reader
    path: str = ""  # of the route that answers, percent-encoded as it came
    route: str = ""  # that answers, with its holes: it tells nothing of what was asked for
    slug: str = ""  # of the app whose origin this is; "" on the home's own
    caller: Caller = NOBODY
    has_token: bool = False  # a bearer token came with it, which no other site can make a browser send
    signer: str = ""  # the public key of the home that signed the request; "" where none did
    mount: Mount | None = None  # where the address stands for a part of the home
    csrf: str = ""  # the token for this page's forms, once one was asked for
    cookies_out: list[str] = field(default_factory=list)  # Set-Cookie lines that the answer will carry
    uses: list[tuple[int, str, Verb | None]] = field(default_factory=list)
    proofs: list[Proof] = field(
        default_factory=list
    )  # of what lets the caller in, for as long as the answer is on its way
    promised: bytes = b""  # the SHA-256 that the body must have, where whoever asks has signed it
    _headers: dict[str, str] | None = None
    _body: bytes | None = None  # once it was read whole

    @property
    def is_secure(self) -> bool:
        """Whether people reach this home by https."""
        return self.home.origin.startswith("https:")

    def header(self, name: str, default: str = "") -> str:
        """A request header, the first of that name. name: in small letters."""
        if self._headers is None:  # looking through the list of them each time costs more than all of this
            raw = self.request.scope["headers"]
            self._headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(raw)}
        return self._headers.get(name, default)

    def query(self, name: str, default: str = "") -> str:
        """A parameter of the query string."""
        value: str = self.request.query_params.get(name, default)
        return value

    def account(self, documents: int, doctype: str = "", verb: Verb | None = None) -> None:
        """Say for the ledger how many documents this request reads or writes, where it is not just one.

        doctype, verb: "" and None for those that the route names. Nothing is noted of a request that fails.
        """
        self.uses.append((documents, doctype, verb))

    async def prove(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What lets the caller in, as `ask` finds it: once now, and again and again while a long answer is on its way."""
        said = await ask()
        self.proofs.append(Proof(ask, said))
        return said

    async def taken_back(self) -> None:
        """Return once one of the proofs holds no more."""
        while True:
            await asyncio.sleep(PROVED_EVERY_S)
            for proof in self.proofs:
                if not await proof.holds():
                    return

    def note(self, use: Use) -> None:
        """Tell the ledger at once, of what goes on after the answer has begun."""
        self.house.ledger.note(self.home, self.caller, use, self.house.clock())

    async def read(self, fn: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a short service function that only reads."""
        return await self.house.read(self.home, self.caller, fn, *args, **kwargs)

    async def scan(self, fn: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a service function that reads much."""
        return await self.house.scan(self.home, self.caller, fn, *args, **kwargs)

    async def write(self, fn: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a service function that writes; durable on return."""
        return await self.house.write(self.home, self.caller, fn, *args, **kwargs)

    async def relist(self, fn: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Change how this home stands on the host's list; the next request knows."""
        result = await self.house.write_host(fn, *args, **kwargs)
        self.house.relisted[self.home.domain] += 1
        return result

    async def chunks(self) -> AsyncIterator[bytes]:
        """The request's body as it arrives.

        Raises CutShort when the other side leaves before its end, OtherBody at its end when it is not what was signed.
        """
        digest = hashlib.sha256() if self.promised else None
        try:
            async for chunk in self.request.stream():
                if digest is not None:
                    digest.update(chunk)
                if chunk:
                    yield chunk
        except ClientDisconnect as error:
            raise CutShort from error
        if digest is not None and digest.digest() != self.promised:
            raise OtherBody

    async def body(self) -> bytes:
        """The whole body, also for the second who asks: see Again. Raises TooBig, CutShort."""
        if self._body is None:
            held = bytearray()
            async for chunk in self.chunks():
                held += chunk
                if len(held) > BODY_LIMIT:
                    raise TooBig(limit=BODY_LIMIT)
            self._body = bytes(held)
        return self._body

    async def decoded(self, shape: type[T]) -> T:
        """The JSON body as this shape. Raises Malformed."""
        try:
            return msgspec.json.decode(await self.body(), type=shape)
        except msgspec.DecodeError as error:
            raise Malformed(f"The body is not what is expected here: {error}") from error
        except RecursionError as error:
            raise Malformed("The body is nested too deeply.") from error
