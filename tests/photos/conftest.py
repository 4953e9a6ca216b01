"""Photos that are there already, and the owner's browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

from cozy.app.server import serving
from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.files import service as files
from tests.conftest import OWNER

Shoot = Callable[..., str]


def shoot(work: Work, name: str, taken: str = "", mime: str = "image/jpeg", **metadata: Any) -> str:
    """Put a photo into the home, with what a client says of it; its id. favourite: marked by the owner."""
    favourite = metadata.pop("favourite", False)
    said = {"width": 400, "height": 300, **({"datetime": taken} if taken else {}), **metadata}
    details = files.Details(metadata=said, created_at=taken or "2020-01-01T12:00:00Z")
    made = files.create_file(work, files.ROOT, name, inline_content(name.encode()), mime, details)
    if favourite:
        files.change(work, made.id, files.Change(cozy_metadata={"favorite": True}))
    return made.id


@pytest.fixture
def photo(work: Work) -> Shoot:
    """A photo in the home of `work`: `photo("a.jpg", "2026-07-18T10:00:00Z")`."""
    return lambda *args, **kwargs: shoot(work, *args, **kwargs)


class Reader(httpx2.AsyncClient):
    """The owner's browser, without scripts: it looks at a page, then sends its form."""

    async def submit(self, url: str, back: str = "/my/photos", **fields: object) -> httpx2.Response:
        """Send a form; its token is on every page."""
        page = await self.get("/my/photos/albums/new")
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found
        return await self.post(
            url, data={"csrf_token": found[1], **fields}, headers={"referer": f"{self.base_url}{back}"}
        )

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
def act(house, home):
    """Changes the home by a service function."""

    async def act(fn, *args, **kwargs):
        return await house.write(home, OWNER, fn, *args, **kwargs)

    return act
