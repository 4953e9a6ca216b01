"""The chores of files."""

from __future__ import annotations

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, job

from . import service


@job("files.sweep_uploads")
async def sweep_uploads(house: House, home: Home, event: DayPassed) -> None:
    """Forget uploads and links whose time is over; the second time there are none."""
    await service.sweep_uploads(house, home)
