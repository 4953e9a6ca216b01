"""A hoster at the administration of the house in which Alice's home is."""

import httpx2
import pytest

from cozy.app.admin import administration
from cozy.rooms.hosting.service import tokens

ADMIN = "http://admin.localhost:6060"


@pytest.fixture
async def token(house):
    """A token of the administration."""
    yield await house.write_host(tokens.make, "scripts")
    for table in ("admin_tokens", "admin_attempts"):
        await house.storage.host.write(lambda db, table=table: db.run(f"DELETE FROM {table}"))


@pytest.fixture
async def stranger(house):
    """Somebody who holds no token."""
    transport = httpx2.ASGITransport(administration(house), client=("192.0.2.7", 1))
    async with httpx2.AsyncClient(transport=transport, base_url=ADMIN) as client:
        yield client


@pytest.fixture
async def hoster(house, token):
    """A program that holds a token."""
    transport = httpx2.ASGITransport(administration(house), client=("192.0.2.8", 1))
    headers = {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(transport=transport, base_url=ADMIN, headers=headers) as client:
        yield client
