"""Two homes of one house that ask each other through the program itself, and what may stand at an address of no home."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import pytest
from yarl import URL

from cozy.app.house import home_of
from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home, origin_of
from cozy.kernel.house import House
from cozy.kernel.outside import Reply, Stream, Unreachable
from cozy.rooms.auth import service as auth
from cozy.rooms.homes.model import Profile
from cozy.rooms.neighbours.service import meeting
from tests.auth.conftest import browser, lock, new_browser, owner

__all__ = ["browser", "lock", "new_browser", "owner"]
BOB = Profile(public_name="Bob", email="bob@example.org")


@dataclass
class Inside:
    """The world outside, which is this very house: what leads to no home of it is answered as `answers` says."""

    house: House | None = None
    answers: dict[str, Reply | Exception | Callable[[str], Reply]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def fetch(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None,
        body: bytes | AsyncIterable[bytes] = b"", limit: int = 0, timeout_s: float = 0, redirects: int = 0,
    ) -> Reply:  # fmt: skip
        url = str(URL(url))  # as the client of the program spells it
        self.asked.append(url)
        body = body if isinstance(body, bytes) else b"".join([chunk async for chunk in body])
        for start, answer in self.answers.items():
            if url.startswith(start):
                if isinstance(answer, Exception):
                    raise answer
                if callable(answer):
                    return answer(url)
                return answer
        assert self.house is not None
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(serving(self.house))) as client:
            reply = await client.request(method, url, headers=dict(headers or {}), content=body)
        return Reply(reply.status_code, dict(reply.headers), reply.content, url)

    @asynccontextmanager
    async def stream(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None,
        body: bytes | AsyncIterable[bytes] = b"", limit: int, timeout_s: float, redirects: int = 0,
    ) -> AsyncIterator[Stream]:  # fmt: skip
        sent = body if isinstance(body, bytes) else b"".join([chunk async for chunk in body])
        reply = await self.fetch(method, url, headers=headers, body=sent)

        async def chunks() -> AsyncIterator[bytes]:
            yield reply.body

        yield Stream(reply.status, reply.headers, url, chunks())

    def call(self, url: str, **_: Any) -> Any:
        """No socket leads out of it."""
        raise Unreachable(host=url)

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def inside() -> Inside:
    return Inside()


@pytest.fixture
async def near(house: House, inside: Inside) -> House:
    """The house, its world outside being itself."""
    meeting.forget()
    inside.house = replace(house, outside=inside)
    return inside.house


@pytest.fixture
async def bob(near: House) -> Home:
    """Another home of the house."""
    domain = "bob.localhost"
    return home_of(near.settings, await auth.open_home(near, domain, BOB, origin_of(near.settings, domain)))


async def begin_anew(house: House, home: Home) -> None:
    """Let a home have another key, as one that was made anew."""
    await house.write(
        home,
        SYSTEM,
        lambda work: work.db.run(
            "UPDATE secrets SET value = :value WHERE home_id = :home AND name = 'home_key'",
            home=work.home,
            value=bytes(range(32)),
        ),
    )
    meeting.forget()
