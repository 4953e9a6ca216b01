"""What happens between this home and other servers in the background."""

from __future__ import annotations

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.work import Work
from cozy.rooms.permissions.events import GrantEnded

from . import service
from .events import Answered, KeepAsked, ShareArrived


@job("federation.tell", retries=8)
async def tell(house: House, home: Home, event: Answered) -> None:
    """Tell the other side of a share; a second time says what they know."""
    await service.telling.tell(house, home, event)


@job("federation.follow_grant")
def follow_grant(work: Work, event: GrantEnded) -> None:
    """Let the other side know that they are let in no more; a second run says it again."""
    if event.type == "federated":
        service.sending.grant_ended(work, event.source_id)


@job("federation.verify", retries=6)
async def verify(house: House, home: Home, event: ShareArrived) -> None:
    """Find out whether a share is what it says; a second time it is known."""
    await service.receiving.verify(house, home, event.share)


@job("federation.copy", retries=8)
async def copy(house: House, home: Home, event: KeepAsked) -> None:
    """Copy what lies at another server. What is there already is not fetched again, so a second time does no harm."""
    await service.copying.copy(house, home, event)


@job("federation.tidy")
def tidy(work: Work, event: DayPassed) -> None:
    """Forget shares that no server vouched for, and those that are over; the second time there are none."""
    service.receiving.tidy(work)
