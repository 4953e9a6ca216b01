"""What happens between this home and other servers in the background."""

from __future__ import annotations

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import job
from cozy.kernel.work import Work
from cozy.rooms.permissions.events import GrantEnded

from . import service
from .events import Answered


@job("federation.tell", retries=8)
async def tell(house: House, home: Home, event: Answered) -> None:
    """Tell the other side of a share; a second time says what they know."""
    await service.telling.tell(house, home, event)


@job("federation.follow_grant")
def follow_grant(work: Work, event: GrantEnded) -> None:
    """Let the other side know that they are let in no more; a second run says it again."""
    if event.type == "federated":
        service.sending.grant_ended(work, event.source_id)
