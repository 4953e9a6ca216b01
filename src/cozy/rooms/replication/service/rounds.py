"""When peers are told: soon after a change, several changes together; later and later again while a peer is away.

A change is noted in the transaction that makes it, as a line of the queue. What that line does is look at everything that changed
since the last one, and ask for a job for each peer that is to hear of it.
"""

from __future__ import annotations

from datetime import timedelta

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
from cozy.rooms.sharing.errors import NoSharing, PeerAway, PeerGone, PeerRefused
from cozy.rooms.sharing.model import Peer

from .. import store
from ..model import Kind, Replica
from . import feed, sending, tracking
from .scope import scope, scopes

log = structlog.get_logger()
LOOK, LINE = "replication.look", "replication:look"
WORKERS: dict[Kind, str] = {"documents": "share-replicate", "files": "share-upload"}
PAUSE = timedelta(milliseconds=50)  # a burst is told together, and what comes while a peer is told after that
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)


def follow(work: Work) -> None:
    """Have what a transaction changed looked at in a moment: noted in the same transaction."""
    if tracking.concerns(work):
        wake(work)


def wake(work: Work) -> None:
    """Look soon."""
    queue.put(work, Waiting(LINE, LOOK, "{}", iso(work.now + PAUSE), 0, None))


def look(work: Work) -> bool:
    """Look at some of what changed, and ask for the jobs that follow; whether there is more to look at."""
    if tracking.advance(work):
        return True
    now, reachable = iso(work.now), {within.id: within for within in scopes(work)}
    for replica in store.replicas(work):
        within = reachable.get(replica.sharing)
        if within is None or within.is_muted or within.peer(replica.member) is None:
            continue
        if replica.retry_at <= now:
            _ask_for_jobs(work, replica)
    return False


def _ask_for_jobs(work: Work, replica: Replica) -> None:
    """What there is but files goes first. The first copy has both jobs, whatever there is: by them it is known to be whole."""
    news = feed.is_pending if replica.is_initial else feed.has_news
    for kind, worker in WORKERS.items():
        if _is_at_work(work, replica.job(kind)):
            return
        if news(work, replica.sharing, replica.member, kind):
            message = {"sharing_id": replica.sharing, "member": replica.member}
            job = queue.running.push(work, queue.running.Asked(worker=worker, message=message))
            store.set_replica(work, _with_job(replica, kind, job.id))
            return


def _with_job(replica: Replica, kind: Kind, job: str) -> Replica:
    return replace(replica, documents_job=job) if kind == "documents" else replace(replica, files_job=job)


def _is_at_work(work: Work, job: str) -> bool:
    found = documents.fetch_many(work, JOBS, [job]).get(job) if job else None
    return found is not None and found.body.get("state") in {"queued", "running"}


async def tell(house: House, home: Home, sharing_id: str, member: int, kind: Kind) -> None:
    """Tell a peer of everything that it has not heard of yet, and plan when to try again where that does not succeed."""
    trouble = ""
    try:
        await (sending.documents if kind == "documents" else sending.files)(house, home, sharing_id, member)
    except NoSharing:
        return
    except (PeerAway, PeerGone, PeerRefused) as error:
        trouble = type(error).__name__
    except Problem as error:
        trouble = error.detail
        log.error("a peer could not be told", home=home.id, sharing=sharing_id, member=member, exc_info=error)
    ended = await house.write(home, SYSTEM, _settle, sharing_id, member, kind, trouble)
    if ended and not trouble:
        await _end_initial(house, home, sharing_id, member)


def _settle(work: Work, sharing_id: str, member: int, kind: Kind, trouble: str) -> bool:
    """Note how it went; whether the first copy is whole by that."""
    replica = store.replica(work, sharing_id, member)
    if replica is None:
        return False
    if trouble:
        pause = min(_FIRST_PAUSE * 2 ** min(replica.failures, 10), _LONGEST_PAUSE)
        retry_at = iso(work.now + pause)
        store.set_replica(
            work, replace(_with_job(replica, kind, ""), failures=replica.failures + 1, retry_at=retry_at)
        )
        queue.put(work, Waiting(f"{LINE}:{sharing_id}:{member}", LOOK, "{}", retry_at, 0, None))
        return False
    is_whole = replica.is_initial and not any(
        feed.is_pending(work, sharing_id, member, each) for each in WORKERS
    )
    told = replace(
        _with_job(replica, kind, ""), failures=0, retry_at="", is_initial=replica.is_initial and not is_whole
    )
    store.set_replica(work, told)
    _ask_for_jobs(work, told)
    return is_whole


async def _end_initial(house: House, home: Home, sharing_id: str, member: int) -> None:
    found = await house.read(home, SYSTEM, _peer, sharing_id, member)
    if found is None:
        return
    try:
        await sending.end_initial(house, home, found)
    except (PeerAway, PeerGone, PeerRefused) as error:
        log.info("the end of a first copy was not heard", home=home.id, sharing=sharing_id, why=str(error))


def _peer(work: Work, sharing_id: str, member: int) -> Peer | None:
    try:
        within = scope(work, sharing_id)
    except NoSharing:
        return None
    return within.peer(member) if within.by_owner else None


def hear(work: Work, sharing_id: str, member: int) -> None:
    """A peer that was away asks something: it is there again, and is told at once."""
    replica = store.replica(work, sharing_id, member)
    if replica is not None and replica.retry_at and parse(replica.retry_at) > work.now:
        store.set_replica(work, replace(replica, failures=0, retry_at=""))
        wake(work)


def again(work: Work, sharing_id: str, member: int) -> None:
    """Send a peer the files that there was no room for."""
    replica = store.replica(work, sharing_id, member)
    if replica is not None:
        store.set_replica(work, replace(replica, failures=0, retry_at=""))
        wake(work)
