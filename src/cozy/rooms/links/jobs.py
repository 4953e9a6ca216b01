"""What links do in the background."""

from __future__ import annotations

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import job
from cozy.kernel.work import Work
from cozy.rooms.files.events import GuestBrought

from .events import CopyAsked
from .service import copying, telling


@job("links.tell_arrival")
def tell_arrival(work: Work, event: GuestBrought) -> None:
    """Tell the owner that somebody put something into a shared folder. A second time tells nothing: once an hour is enough."""
    telling.of_arrival(work, event)


@job("links.copy", retries=8)
async def copy(house: House, home: Home, event: CopyAsked) -> None:
    """Copy what a link of another home opens. What is there already is not fetched again, so a second time does no harm."""
    await copying.copy(house, home, event)
