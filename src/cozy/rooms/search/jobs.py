"""What search does by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.work import Work
from cozy.rooms.jobs import service as queue
from cozy.rooms.jobs.model import Waiting

from . import service
from .events import DocumentsChanged, TextsWait

_PAUSE = timedelta(seconds=1)  # changes of a burst are looked at together
_LINE = "search:follow"  # the one line of the queue


@job("search.follow_changes")
def follow_changes(work: Work, event: DocumentsChanged) -> datetime | None:
    """Let what changed be found; from where the last one ended, so that a second run finds nothing to do."""
    return work.now if service.following.advance(work) else None


@job("search.read_texts", patience=1)
async def read_texts(house: House, home: Home, event: TextsWait) -> None:
    """Read the text of contents; what was read is not read again."""
    await service.reading.read_some(house, home)


@job("search.look_again")
def look_again(work: Work, event: DayPassed) -> None:
    """Find changes that nobody told of, such as those made before there was an index; the second time there are none."""
    if service.following.behind(work):
        _queue(work)
    service.reading.go_on(work)


def follow(work: Work) -> None:
    """Have what a transaction changed looked at in a moment: noted in the same transaction."""
    if service.following.concerns(work):
        _queue(work)


def _queue(work: Work) -> None:
    queue.put(work, Waiting(_LINE, follow_changes.name, "{}", iso(work.now + _PAUSE), 0, None))
