"""What keeps a live folder current."""

from __future__ import annotations

from datetime import timedelta

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.work import Work
from cozy.rooms.jobs import service as queue
from cozy.rooms.jobs.model import Waiting

from . import service
from .events import FoldersDue, InboxFilled

_PAUSE = timedelta(seconds=1)  # changes of a burst are looked at together
_LINE, _INBOX = "live_folder:follow", "live_folder:inbox"  # each the one line of its kind in the queue


@job("live_folder.follow_changes", retries=8)
async def follow_changes(house: House, home: Home, event: FoldersDue) -> None:
    """Let the disk show what changed; the second time it does already."""
    if await service.catch_up(house, home):
        await house.write(home, SYSTEM, _queue)


@job("live_folder.look_again")
def look_again(work: Work, event: DayPassed) -> None:
    """Have everything looked at that the disk shows; the second time all of it is right."""
    if service.look_again(work):
        _queue(work)


def follow(work: Work) -> None:
    """Have what a transaction changed shown in a moment: noted in the same transaction."""
    if service.mark(work):
        _queue(work)


@job("live_folder.take_in")
async def take_in(house: House, home: Home, event: InboxFilled) -> None:
    """Let files of the inbox come into the home; what was taken in is known, and not taken twice."""
    await service.take_in(house, home)


def await_inbox(work: Work) -> None:
    """There is something in the inbox: have it taken in."""
    queue.put(work, Waiting(_INBOX, take_in.name, "{}", iso(work.now), 0, None))


def _queue(work: Work) -> None:
    queue.put(work, Waiting(_LINE, follow_changes.name, "{}", iso(work.now + _PAUSE), 0, None))
