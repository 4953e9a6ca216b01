"""Storage of both kinds, with one home in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cozy.app.house import storage_of
from cozy.kernel.db import Database, Storage
from cozy.kernel.settings import Settings

HOME = "home-1"


@pytest.fixture
async def storage(tmp_path: Path, postgres: str) -> AsyncIterator[Storage]:
    """An open storage without a home."""
    storage = storage_of(Settings(data=str(tmp_path), postgres=postgres), tmp_path)
    yield storage
    if postgres:
        for home_id in await storage.homes():
            await storage.drop(home_id)
    await storage.close()


@pytest.fixture
async def database(storage: Storage) -> Database:
    """The database of a home that is empty."""
    await storage.add(HOME)
    return storage.home(HOME)
