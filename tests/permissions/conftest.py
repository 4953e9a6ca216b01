"""The owner's browser, and grants that are already given."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
import pytest

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Permission


class Reader(httpx2.AsyncClient):
    """The owner's browser, without scripts: it looks at a page, then sends a form."""

    async def submit(self, url: str, **fields: object) -> httpx2.Response:
        """Send a form; its token is on every page."""
        page = await self.get("/my/access")
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found
        return await self.post(url, data={"csrf_token": found[1], **fields})

    async def landed(self, answer: httpx2.Response) -> str:
        """The page that an answer leads to."""
        assert answer.status_code == 303, answer.text
        return (await self.get(answer.headers["location"])).text


@pytest.fixture
async def reader(house, home) -> AsyncIterator[Reader]:
    entered = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="127.0.0.1"))
    transport = httpx2.ASGITransport(serving(house))
    cookies = {"cozy-session": entered.session}
    async with Reader(transport=transport, base_url=home.origin, cookies=cookies) as reader:
        yield reader


@pytest.fixture
def granted(house, home) -> Callable[..., Awaitable[Permission]]:
    """Gives a grant: `await granted("app", "recipes", rules, title="Recipes")`."""

    async def granted(*args, **kwargs) -> Permission:
        return await house.write(home, SYSTEM, lambda work: permissions.grant(work, *args, **kwargs))

    return granted


@pytest.fixture
def look(house, home):
    """What a service function says of the home."""

    async def look(fn, *args):
        return await house.read(home, SYSTEM, fn, *args)

    return look
