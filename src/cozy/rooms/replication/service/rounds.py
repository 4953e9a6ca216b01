"""When peers are told: soon after a change, several changes together; later and later again while a peer is away.

A change is noted in the transaction that makes it, as a line of the queue. What that line does is look at everything that changed
since the last one, and ask for a job for each peer that is to hear of it. As long as anybody is to hear of anything, the line waits
for the time when that is looked at again: whatever becomes of a job, nobody is forgotten.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso, parse
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.jobs import service as queue
from cozy.rooms.jobs.model import JOBS, Waiting
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.errors import NoSharing, PeerAway, PeerGone, PeerRefused
from cozy.rooms.sharing.model import Peer

from .. import store
from ..model import NO_ROOM, Kind, Replica
from . import feed, sending, tracking
from .scope import Scope, scope, scopes

log = structlog.get_logger()
LOOK, LINE = "replication.look", "replication:look"
WORKERS: dict[Kind, str] = {"documents": "share-replicate", "files": "share-upload"}
PAUSE = timedelta(milliseconds=50)  # a burst is told together, and what comes while a peer is told after that
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
_OVERSEEN = timedelta(minutes=2)  # how often it is looked at whether somebody still tells a peer


def follow(work: Work) -> None:
    """Have what a transaction changed looked at in a moment: noted in the same transaction."""
    if tracking.concerns(work):
        wake(work)


def wake(work: Work, at: datetime | None = None) -> None:
    """Look soon; at: then at the latest."""
    queue.hasten(work, Waiting(LINE, LOOK, "{}", iso(at or work.now + PAUSE), 0, None))


def look(work: Work) -> datetime | None:
    """Look at some of what changed, and ask for the jobs that follow; when to look again, None when there is nothing to wait for."""
    if tracking.advance(work):
        return work.now
    reachable = {within.id: within for within in scopes(work)}
    known = [replica for replica in store.replicas(work) if replica.sharing in reachable]
    times = [_attend(work, reachable[replica.sharing], replica) for replica in known]
    return min((at for at in times if at is not None), default=None)


def _attend(work: Work, within: Scope, replica: Replica) -> datetime | None:
    """Ask for the jobs that a peer is told by; when to look after that again."""
    if within.is_muted or within.peer(replica.member) is None:
        return None
    if replica.retry_at > iso(work.now):
        return parse(replica.retry_at)
    if _ask_for_jobs(work, replica):
        return work.now + _OVERSEEN
    again_at = store.next_aside(work, replica.sharing, replica.member)
    return parse(again_at) if again_at else None


def _ask_for_jobs(work: Work, replica: Replica) -> bool:
    """Whether somebody tells a peer something now. What there is but files goes first."""
    for kind in WORKERS:
        if _is_at_work(work, replica.job(kind)):
            return True
        if feed.has_news(work, replica.sharing, replica.member, kind):
            _ask_for_job(work, replica, kind)
            return True
    if replica.is_initial:  # nothing is left but to say that the first copy is whole
        _ask_for_job(work, replica, "documents")
    return replica.is_initial


def _ask_for_job(work: Work, replica: Replica, kind: Kind) -> None:
    message = {"sharing_id": replica.sharing, "member": replica.member}
    job = queue.running.push(work, queue.running.Asked(worker=WORKERS[kind], message=message))
    store.set_replica(work, _with_job(replica, kind, job.id))


def _with_job(replica: Replica, kind: Kind, job: str) -> Replica:
    return replace(replica, documents_job=job) if kind == "documents" else replace(replica, files_job=job)


def _is_at_work(work: Work, job: str) -> bool:
    found = documents.fetch_many(work, JOBS, [job]).get(job) if job else None
    return found is not None and found.body.get("state") in {"queued", "running"}


async def tell(house: House, home: Home, sharing_id: str, member: int, kind: Kind) -> None:
    """Tell a peer of everything that it has not heard of yet, and plan when to try again where that does not succeed."""
    trouble, is_whole = "", False
    try:
        await (sending.documents if kind == "documents" else sending.files)(house, home, sharing_id, member)
        is_whole = await _first_copy_ends(house, home, sharing_id, member)
    except NoSharing:
        return
    except (PeerAway, PeerGone, PeerRefused) as error:
        trouble = type(error).__name__
    except Exception as error:
        trouble = error.detail if isinstance(error, Problem) else type(error).__name__
        log.error("a peer could not be told", home=home.id, sharing=sharing_id, member=member, exc_info=error)
    await house.write(home, SYSTEM, _settle, sharing_id, member, kind, trouble, is_whole=is_whole)


async def _first_copy_ends(house: House, home: Home, sharing_id: str, member: int) -> bool:
    """Whether the first copy of a peer is whole by now, and it was told so. Raises PeerAway, PeerGone."""
    found = await house.read(home, SYSTEM, _whole, sharing_id, member)
    if found is None:
        return False
    try:
        await sending.end_initial(house, home, found)
    except PeerRefused as error:
        log.info("the end of a first copy was not heard", home=home.id, sharing=sharing_id, why=str(error))
    return True


def _whole(work: Work, sharing_id: str, member: int) -> Peer | None:
    """The home that has everything of its first copy, and was not told so. Raises NoSharing."""
    replica = store.replica(work, sharing_id, member)
    if replica is None or not replica.is_initial:
        return None
    if any(feed.is_pending(work, sharing_id, member, kind) for kind in WORKERS):
        return None
    return scope(work, sharing_id).peer(member)


def _settle(
    work: Work, sharing_id: str, member: int, kind: Kind, trouble: str, *, is_whole: bool = False
) -> None:
    """Note how it went, and what comes next."""
    replica = store.replica(work, sharing_id, member)
    if replica is None:
        return
    told = replace(_with_job(replica, kind, ""), is_initial=replica.is_initial and not is_whole)
    if trouble:
        pause = min(_FIRST_PAUSE * 2 ** min(replica.failures, 10), _LONGEST_PAUSE)
        told = replace(told, failures=replica.failures + 1, retry_at=iso(work.now + pause))
    else:
        told = replace(told, failures=0, retry_at="")
        hear(work, sharing_id, member)
    store.set_replica(work, told)
    if (at := _next(work, told)) is not None:
        wake(work, at)


def _next(work: Work, replica: Replica) -> datetime | None:
    try:
        return _attend(work, scope(work, replica.sharing), replica)
    except NoSharing:
        return None


def hear(work: Work, sharing_id: str, member: int) -> None:
    """A peer is there: what waits for that home, of whatever sharing, is told at once."""
    waiting = silent(work, sharing_id, member)
    for replica in waiting:
        store.set_replica(work, replace(replica, failures=0, retry_at=""))
    if waiting:
        wake(work)


def silent(work: Work, sharing_id: str, member: int) -> list[Replica]:
    """What is kept from the home of a member for now since it did not answer, of whatever sharing."""
    waiting = store.put_off(work)
    address = _address(work, sharing_id, member) if waiting else ""
    return [each for each in waiting if address and _address(work, each.sharing, each.member) == address]


def _address(work: Work, sharing_id: str, member: int) -> str:
    try:
        members = sharings.fetch(work, sharing_id).members
    except NoSharing:
        return ""
    return members[member].instance if member < len(members) else ""


def again(work: Work, sharing_id: str, member: int) -> None:
    """Send a peer the files that there was no room for."""
    replica = store.replica(work, sharing_id, member)
    if replica is not None:
        store.hasten_aside(work, sharing_id, member, NO_ROOM)
        store.set_replica(work, replace(replica, failures=0, retry_at=""))
        wake(work)
