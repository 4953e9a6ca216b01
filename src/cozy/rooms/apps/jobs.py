"""What apps need done by itself."""

from __future__ import annotations

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, job

from . import service


@job("apps.update_all", retries=0)
async def update_all(house: House, home: Home, event: DayPassed) -> None:
    """New versions of apps; twice does no harm, since the second finds nothing newer."""
    await service.daily.update_all(house, home)


@job("apps.sweep_versions", retries=0)
async def sweep_versions(house: House, home: Home, event: DayPassed) -> None:
    """Remove versions of apps that no home uses any more; the second time there are none."""
    await service.sweeping.sweep_versions(house, home)
