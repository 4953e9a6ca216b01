"""Alice's home and Bob's on one server, and everybody who might knock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2
import pytest

from cozy.app.house import home_of
from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home, origin_of
from cozy.kernel.house import House
from cozy.rooms.auth import service as auth
from cozy.rooms.homes.model import Profile
from tests.auth.conftest import browser, lock, new_browser, owner
from tests.conftest import Client

__all__ = ["browser", "lock", "new_browser", "owner"]


@pytest.fixture
async def other_home(house: House) -> Home:
    """Bob's home, on the same server."""
    listing = await auth.open_home(
        house,
        "bob.localhost",
        Profile(public_name="Bob", email="bob@example.org"),
        origin_of(house.settings, "bob.localhost"),
    )
    return home_of(house.settings, listing)


@pytest.fixture
async def holding(house: House, home: Home) -> AsyncIterator[Callable[..., Awaitable[Client]]]:
    """`await holding(scope)`: a client that may do so much, in Alice's home or, with `of`, by a token of another."""
    clients: list[Client] = []

    async def holding(scope: str = "*", of: Home = home, at: Home = home) -> Client:
        token = await house.read(of, SYSTEM, auth.mint, scope)
        headers = {"authorization": f"Bearer {token}"}
        transport = httpx2.ASGITransport(serving(house))
        clients.append(Client(transport=transport, base_url=at.origin, headers=headers))
        return clients[-1]

    yield holding
    for client in clients:
        await client.aclose()


async def folder_of(client: Any, name: str, inside: str = "") -> str:
    """A new folder's id."""
    answer = await client.post(f"/files/{inside}", params={"Type": "directory", "Name": name})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"]["id"])
