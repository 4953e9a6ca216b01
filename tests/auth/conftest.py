"""Alice's home with a passphrase, and browsers that forms can be sent with."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from functools import cache
from typing import Any

import httpx2
import pytest

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from tests.conftest import DOMAIN

PASSPHRASE = "orage tilleul boussole velours"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@cache
def key(passphrase: str = PASSPHRASE, domain: str = DOMAIN) -> str:
    """What a browser sends for a passphrase."""
    return auth.passphrase.derive(passphrase, domain)


def found(pattern: str, text: str) -> str:
    """What the first group of a pattern matches in a page."""
    match = re.search(pattern, text)
    assert match is not None, text
    return match[1]


class Browser(httpx2.AsyncClient):
    """A browser without scripts: it keeps cookies and sends forms of pages that it has seen."""

    async def submit(self, url: str, *, page: str = "/auth/login", headers: dict[str, str] | None = None, **fields: Any) -> httpx2.Response:  # fmt: skip
        """Look at a page, then send a form to an address."""
        seen = await self.get(page)
        token = TOKEN.search(seen.text)
        assert token is not None, seen.text
        form = {name: value for name, value in fields.items() if value is not None}
        return await self.post(url, data={"csrf_token": token[1], **form}, headers=headers)

    async def log_in(self, passphrase: str = PASSPHRASE, **fields: Any) -> httpx2.Response:
        """Send the log-in form, as a browser with scripts does."""
        return await self.submit("/auth/login", passphrase=key(passphrase), **fields)

    async def is_in(self) -> bool:
        """Whether the settings open."""
        return (await self.get("/my/settings")).status_code == 200


@pytest.fixture
async def lock(house, home) -> None:
    """The home has a passphrase."""
    sealed = await auth.passphrase.seal(key())
    await house.write(home, SYSTEM, auth.passphrase.keep, sealed)


@pytest.fixture
async def new_browser(house, home, lock) -> AsyncIterator[Callable[..., Browser]]:
    """Fresh browsers; client: the address that they come from."""
    opened: list[Browser] = []

    def fresh(client: str = "192.0.2.1", origin: str = home.origin) -> Browser:
        transport = httpx2.ASGITransport(serving(house), client=(client, 40_000))
        opened.append(Browser(transport=transport, base_url=origin))
        return opened[-1]

    yield fresh
    await asyncio.gather(*(browser.aclose() for browser in opened))


@pytest.fixture
def browser(new_browser) -> Browser:
    """A browser of somebody who is not in."""
    return new_browser()


@pytest.fixture
async def owner(browser) -> Browser:
    """A browser of Alice, who is in."""
    answer = await browser.log_in()
    assert answer.status_code == 303, answer.text
    return browser
