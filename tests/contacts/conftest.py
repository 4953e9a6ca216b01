"""People who are there already, and the owner's browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.collections import service as collections
from tests.conftest import OWNER

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nN:;;;;\r\n{more}END:VCARD\r\n"


def card(uid="u1", name="Ann", more=""):
    """A card; more: further lines."""
    return CARD.format(uid=uid, name=name, more=more)


def put(work, text, name="a.vcf"):
    """A phone sends a card."""
    return collections.items.put(work, "contacts", "contacts", name, text)[0]


def text_of(work, doctype, id_):
    """The card that phones get of a document."""
    (item,) = collections.items.of_ids(work, doctype, [id_])
    return item.text


class Reader(httpx2.AsyncClient):
    """The owner's browser, without scripts: it looks at a page, then sends its form."""

    async def submit(self, url: str, files: Any = None, **fields: object) -> httpx2.Response:
        """Send a form; its token is on every page."""
        page = await self.get("/my/contacts/new")
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found
        headers = {"referer": f"{self.base_url}/my/contacts"}
        return await self.post(url, data={"csrf_token": found[1], **fields}, files=files, headers=headers)

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
def look(house, home):
    """What a service function says of the home."""

    async def look(fn, *args, **kwargs):
        return await house.read(home, OWNER, fn, *args, **kwargs)

    return look


@pytest.fixture
def act(house, home):
    """Changes the home by a service function."""

    async def act(fn, *args, **kwargs):
        return await house.write(home, OWNER, fn, *args, **kwargs)

    return act
