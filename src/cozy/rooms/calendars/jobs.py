"""What calendars do by themselves."""

from __future__ import annotations

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, job

from . import service
from .events import RefreshDue


@job("calendars.refresh_all", retries=0)
async def refresh_all(house: House, home: Home, event: DayPassed) -> None:
    """Look at every place that a calendar is a copy of; twice does no harm, since the second finds nothing new."""
    for calendar in await house.read(home, SYSTEM, service.subscriptions.due_today):
        await service.subscriptions.refresh(house, home, calendar)


@job("calendars.refresh", retries=0)
async def refresh(house: House, home: Home, event: RefreshDue) -> None:
    """Look at one of them, unless that has been done meanwhile; twice does no harm."""
    if event.calendar in await house.read(home, SYSTEM, service.subscriptions.due):
        await service.subscriptions.refresh(house, home, event.calendar)
