"""A town of three homes."""

from collections.abc import AsyncIterator

import pytest

from cozy.kernel.settings import Settings
from tests.conftest import Clock
from tests.replication.town import Town, town_in


@pytest.fixture
async def town(settings: Settings, clock: Clock, postgres: str) -> AsyncIterator[Town]:
    async with town_in(settings, clock) as town:
        yield town
        if postgres:
            for home_id in await town.house.storage.homes():
                await town.house.storage.drop(home_id)
            await town.house.storage.host.write(lambda db: db.run("DELETE FROM homes"))
