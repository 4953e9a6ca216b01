"""What the old host asks of the new one, each time signed by the home."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from cozy.kernel.caller import SYSTEM
from cozy.kernel.carrying import HASH
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.outside import Reply
from cozy.kernel.problem import Problem
from cozy.kernel.signatures import content_digest, digest_of
from cozy.rooms.neighbours import service as neighbours

from ..errors import ArrivedAlready, GivenUp, NotExpected, NotWhole, TargetRefuses
from ..model import ARRIVAL, TIMEOUT_S, WHOSE, Asked, Let, Statement, Whole

T = TypeVar("T")
_WORDS = 500  # characters of what it says
_LIMIT = 64 * 1024 * 1024  # bytes of an answer: hashes of 250 GB, names of 600,000 contents


@dataclass(frozen=True, slots=True)
class Target:
    """The host that a home moves to. address: that the home gets there; door: another one at which the host is asked until then.

    Raises, in everything, GivenUp, TargetRefuses, and what `Outside.fetch` does.
    """

    house: House
    home: Home
    address: str
    door: str = ""

    async def let_in(self, asked: Asked) -> Let:
        """Ask to be let in."""
        return await self._json("PUT", "", asked, Let)

    async def hashes(self) -> list[bytes]:
        """Of the blocks that it has."""
        body = (await self._ask("GET", "/blocks")).body
        return [body[at : at + HASH] for at in range(0, len(body), HASH)]

    async def put_blocks(self, body: bytes) -> None:
        """Bring some blocks."""
        await self._ask("PUT", "/blocks", body, digest_of(body))

    async def contents(self) -> set[str]:
        """The keys of the contents that it has."""
        return set(msgspec.json.decode((await self._ask("GET", "/contents")).body, type=list[str]))

    async def put_content(self, key: str) -> int:
        """Bring a content; its size in bytes. Raises Missing when it was freed meanwhile."""
        chunks = self.house.blobs.read(self.home.id, key)
        first, sent = await anext(chunks), 0  # no content under a key is empty

        async def whole() -> AsyncIterator[bytes]:
            nonlocal sent
            sent = len(first)
            yield first
            async for chunk in chunks:
                sent += len(chunk)
                yield chunk

        await self._ask("PUT", f"/contents/{key}", whole(), content_digest(bytes.fromhex(key[:64])))
        return sent

    async def whole(self, whole: Whole) -> None:
        """Make sure that it has everything. Raises NotWhole."""
        await self._json("PUT", "/whole", whole, dict)

    async def live(self, statement: Statement) -> Let:
        """Let the home live there. Raises NotWhole."""
        return await self._json("PUT", "/live", statement, Let)

    async def abandon(self) -> bool:
        """Say that the home does not come after all; False when it lives there."""
        reply = await self._fetch("DELETE", "", b"", "")
        if reply.status == 204 or _is(reply, GivenUp) or _is(reply, NotExpected):
            return True
        if _is(reply, ArrivedAlready):
            return False
        raise TargetRefuses(_said(reply))

    async def _json(self, method: str, path: str, body: Any, shape: type[T]) -> T:
        sent = msgspec.json.encode(body)
        reply = await self._ask(method, path, sent, digest_of(sent))
        try:
            return msgspec.json.decode(reply.body, type=shape)
        except msgspec.DecodeError as error:
            raise TargetRefuses(address=self.address) from error

    async def _ask(
        self, method: str, path: str, body: bytes | AsyncIterable[bytes] = b"", digest: str = ""
    ) -> Reply:
        reply = await self._fetch(method, path, body, digest)
        for known in (GivenUp, NotWhole):
            if _is(reply, known):
                raise known
        if reply.status not in {200, 204}:
            raise TargetRefuses(_said(reply))
        return reply

    async def _fetch(self, method: str, path: str, body: bytes | AsyncIterable[bytes], digest: str) -> Reply:
        whose = f"?{urlencode({WHOSE: urlsplit(self.address).hostname or ''})}" if self.door else ""
        url = f"{self.door or self.address}{ARRIVAL}{path}{whose}"
        headers = {"content-digest": digest} if digest else {}
        signed = await self.house.read(self.home, SYSTEM, neighbours.sign, method, url, headers)
        return await self.house.outside.fetch(
            method,
            url,
            headers={**headers, **signed},
            body=body,
            limit=_LIMIT,
            timeout_s=TIMEOUT_S,
            redirects=0,
        )


def _is(reply: Reply, problem: type[Problem]) -> bool:
    """Whether this is what the other host says: no other server answers in these words."""
    return any(each.get("code") == problem.code() for each in _errors(reply))


def _errors(reply: Reply) -> list[dict[str, Any]]:
    try:
        return msgspec.json.decode(reply.body, type=_Errors).errors
    except (msgspec.DecodeError, RecursionError):
        return []


class _Errors(msgspec.Struct):
    errors: list[dict[str, Any]] = []


def _said(reply: Reply) -> str:
    """Why the other host refuses, in its own words: the first of them, since they are kept."""
    detail = next((each.get("detail") for each in _errors(reply)), None)
    return f"The other host refuses: {str(detail or reply.status)[:_WORDS]}"
