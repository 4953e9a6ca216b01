"""What replication does by itself."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.work import Work
from cozy.rooms.jobs.model import Task
from cozy.rooms.jobs.ports import WorkerType
from cozy.rooms.sharing.events import (
    MemberLeft,
    MemberReady,
    RightsChanged,
    SharingArrived,
    SharingBegan,
    SharingEnded,
)

from . import service
from .events import DocumentsShared, RoomMade
from .model import Kind


@job("replication.look", retries=1000)
def look(work: Work, event: DocumentsShared) -> datetime | None:
    """Look at what changed since the last time, and ask for the jobs that tell peers; the second time nothing did.

    What could not be looked at is looked at again, for weeks: without that nobody hears of anything.
    """
    return service.rounds.look(work)


@job("replication.begin")
def begin(work: Work, event: SharingBegan) -> None:
    """Look at what is shared from now on; a second time it is looked at already."""
    service.beginning.begin(work, event.sharing)


@job("replication.welcome", retries=20)
async def welcome(house: House, home: Home, event: MemberReady) -> None:
    """Give a member the first copy; a second time finds it begun."""
    await service.beginning.welcome(house, home, event.sharing, event.index)


@job("replication.go_on", retries=20)
async def go_on(house: House, home: Home, event: SharingArrived) -> None:
    """Keep in step what was in step where this home was before; a second time goes on where the first one ended."""
    await service.beginning.go_on(house, home, event.sharing)


@job("replication.change_rights")
def change_rights(work: Work, event: RightsChanged) -> None:
    """Tell what changed here while this home could only read; the second time all is told."""
    service.beginning.rights_changed(work, event.sharing)


@job("replication.forget_member")
def forget_member(work: Work, event: MemberLeft) -> None:
    """Tell a member nothing any more; the second time they are not told already."""
    service.beginning.member_left(work, event.sharing, event.index)


@job("replication.end")
def end(work: Work, event: SharingEnded) -> None:
    """Forget what was in a sharing; the second time nothing is known of it."""
    service.beginning.end(work, event.sharing, keep=event.keep)


@job("replication.tidy")
def tidy(work: Work, event: DayPassed) -> None:
    """Forget files whose bytes never came, and look once more; the second time there is nothing."""
    service.receiving.forget_expected(work)
    service.rounds.wake(work)
    service.shortage.look(work)


@job("replication.ask_for_the_rest", retries=20)
async def ask_for_the_rest(house: House, home: Home, event: RoomMade) -> None:
    """Ask others for what there was no room for; the second time nothing is lacking."""
    await service.shortage.ask_for_the_rest(house, home)


def _telling(kind: Kind) -> Callable[[House, Home, Task], Coroutine[Any, Any, None]]:
    async def run(house: House, home: Home, task: Task) -> None:
        """Tell a peer what it has not heard of yet; after that there is nothing."""
        said = task.message if isinstance(task.message, Mapping) else {}
        sharing, member = said.get("sharing_id"), said.get("member", 0)
        if isinstance(sharing, str) and isinstance(member, int):
            await service.rounds.tell(house, home, sharing, member, kind)

    return run


def _track(work: Work, task: Task) -> None:
    """Look at what changed, at once."""
    service.rounds.wake(work)


WORKERS = [
    WorkerType(name="share-track", run=_track, is_reserved=True),
    WorkerType(
        name="share-replicate", run=_telling("documents"), is_reserved=True, timeout_s=3600, at_once=16, at_once_here=8
    ),
    WorkerType(
        name="share-upload", run=_telling("files"), is_reserved=True, timeout_s=24 * 3600, most_timeout_s=24 * 3600, at_once=16,
        at_once_here=8,
    ),
]  # fmt: skip
