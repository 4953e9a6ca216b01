"""Two hosts in this process: the old one has a home. A request between them can be the last one that is made."""

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from cozy.app.house import home_of, opened
from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.kernel.carrying import HomeGone
from cozy.kernel.home import Home, origin_of
from cozy.kernel.house import House
from cozy.kernel.outside import Reply, Unreachable
from cozy.kernel.settings import Settings
from cozy.rooms.auth import service as auth
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.errors import NoHome
from cozy.rooms.homes.model import Profile
from cozy.rooms.moves import service as moves
from tests.conftest import Client

OLD, NEW = "alice.localhost", "camille.localhost"


class Cut(BaseException):
    """The end of a process, at this request."""


class Between:
    """The world outside of both hosts: each other. ends: at which request from now on the asking one ends, and whether it
    arrived before. lost: requests that do not arrive, by path.
    """

    def __init__(self) -> None:
        self.apps: dict[str, Any] = {}
        self.asked: list[tuple[str, str]] = []
        self.ends: tuple[int, bool] | None = None
        self.lost: set[str] = set()
        self.refused: dict[str, Reply] = {}  # by path: what is answered once in the place of the other host

    async def fetch(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None,
        body: bytes | AsyncIterable[bytes] = b"", **_: Any,
    ) -> Reply:  # fmt: skip
        parts = urlsplit(url)
        sent = body if isinstance(body, bytes) else b"".join([chunk async for chunk in body])
        self.asked.append((method, parts.path))
        ends, is_heard = self.ends or (0, False)
        if len(self.asked) == ends and not is_heard:
            raise Cut
        if parts.hostname not in self.apps or parts.path in self.lost:
            raise Unreachable(host=parts.netloc)
        if parts.path in self.refused:
            return self.refused.pop(parts.path)
        transport = httpx2.ASGITransport(self.apps[parts.hostname])
        async with httpx2.AsyncClient(transport=transport) as client:
            reply = await client.request(method, url, headers=dict(headers or {}), content=sent)
        if len(self.asked) == ends:
            raise Cut
        return Reply(reply.status_code, dict(reply.headers), reply.content, url)

    def stream(self, method: str, url: str, **_: Any) -> Any:
        """Nobody asks for a stream here."""
        raise Unreachable(host=url)

    def call(self, url: str, **_: Any) -> Any:
        """Nor for a socket."""
        raise Unreachable(host=url)

    async def close(self) -> None:
        """Nothing is open."""


class Pair:
    """Both hosts. postgres: by address, how to reach the database of the one that has one."""

    def __init__(self, folder: Path, postgres: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.postgres = dict(postgres or {})
        self.between = Between()
        self.houses: dict[str, House] = {}
        self.home_id = ""
        self.token = ""
        self._open = AsyncExitStack()

    async def start(self) -> None:
        """Serve at both, again."""
        await self._open.aclose()
        for domain in (OLD, NEW):
            settings = Settings(data=str(self.folder / domain), postgres=self.postgres.get(domain, ""))
            house = await self._open.enter_async_context(opened(settings))
            self.houses[domain] = house = replace(house, outside=self.between)
            self.between.apps[domain] = serving(house)

    async def make(self) -> Home:
        """The home, at the old host."""
        who = Profile(public_name="Alice", email="alice@example.net")
        listing = await auth.open_home(self.old, OLD, who, origin_of(self.old.settings, OLD))
        home = home_of(self.old.settings, listing)
        self.home_id = home.id
        self.token = await self.old.read(home, SYSTEM, auth.mint)
        return home

    @property
    def old(self) -> House:
        return self.houses[OLD]

    @property
    def new(self) -> House:
        return self.houses[NEW]

    @asynccontextmanager
    async def client(self, domain: str = OLD) -> AsyncIterator[Client]:
        """The owner's token, at one of the addresses."""
        transport = httpx2.ASGITransport(self.between.apps[domain])
        headers = {"authorization": f"Bearer {self.token}"}
        async with Client(transport=transport, base_url=f"http://{domain}:8080", headers=headers) as client:
            yield client

    async def begin(self, home: Home) -> None:
        """Let it move, as two commands do; nothing is asked yet."""
        code = await self.new.write_host(moves.expecting.expect, NEW, None)
        await moves.leaving.begin(self.old, home, f"http://{NEW}:8080#{code}")

    async def carry_on(self) -> Any:
        """Go on with the move."""
        return await moves.leaving.carry_on(self.old, self.home_id)

    async def lives_at(self) -> list[str]:
        """Where the home takes a write, from whoever asks there."""
        found = []
        for domain, house in self.houses.items():
            with suppress(NoHome, HomeGone):
                listing = await house.read_host(homes.at, domain)
                if listing.state == "active":
                    home = home_of(house.settings, listing)
                    await house.write(home, SYSTEM, documents.create, "io.cozy.tests", {"at": domain})
                    found.append(domain)
        return found

    async def close(self) -> None:
        """End both."""
        await self._open.aclose()
