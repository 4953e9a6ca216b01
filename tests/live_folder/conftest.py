"""A home that is shown in a folder of the disk."""

from pathlib import Path

import pytest

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.live_folder import service
from tests.live_folder.living import bring


@pytest.fixture
async def base(house: House, home: Home, tmp_path: Path) -> Path:
    """Where it is shown."""
    base = tmp_path / "live"
    await service.turn_on(house, home, base)
    await bring(house, home)
    return base
