"""The jobs of apps, from the asking to the end: a document that everybody may follow, and a place in the queue.

A job waits in the queue under the id of its document. What came with it (the change, the payload) stays in the queue, so that
nobody who may see jobs sees documents by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct

from cozy.kernel.clock import iso
from cozy.kernel.ids import new_id
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.documents.model import Document

from .. import store
from ..errors import LeaseLost
from ..events import JobEnded
from ..model import JOBS, NORMAL, URGENT, Options, Task, Waiting
from ..ports import WorkerType
from . import queue, workers

RUN = "jobs.run"  # the name in the queue of all of them
MOST_DEATHS = 10  # processes that may die over one job before it is given up
CANCELLED = "cancelled"
CONNECTORS = "konnector"  # the worker whose jobs somebody is told about
_NOT_YET = "0001-01-01T00:00:00Z"  # how cozy-stack spells a time that has not come
_KEPT_ERRORS = 10


class Asked(Struct, frozen=True, kw_only=True):
    """A job that somebody, or a trigger, asks for."""

    worker: str
    message: Any = None
    options: Options | None = None
    trigger_id: str = ""
    event: Mapping[str, Any] | None = None
    payload: Any = None
    is_manual: bool = False
    is_debounced: bool = False
    forward_logs: bool = False
    by: str = ""  # slug of the app


class _Brought(Struct, frozen=True, omit_defaults=True):
    """What waits in the queue beside the document."""

    event: Mapping[str, Any] | None = None
    payload: Any = None


def push(work: Work, asked: Asked) -> Document:
    """Ask for a job; it waits from now on, or is for a device to do. Raises NoWorker, TooManyJobs."""
    worker = workers.find(work, asked.worker)
    workers.check_limits(work, worker, asked.by)
    job = documents.create(work, JOBS, _body(work, asked), id_=new_id())
    if not worker.by_client:
        brought = msgspec.json.encode(_Brought(asked.event, asked.payload)).decode()
        priority = URGENT if asked.is_manual else NORMAL
        queue.put(work, Waiting(job.id, RUN, brought, iso(work.now), 0, None, asked.worker, priority))
    return job


def push_or_tell(work: Work, asked: Asked) -> Document | None:
    """The same for a trigger, where nobody hears of a refusal: its job says what was wrong. None for one that is left."""
    if is_left(work, asked):
        return None
    try:
        with work.attempt():
            return push(work, asked)
    except Problem as error:
        now = iso(work.now)
        refused = {"state": "errored", "error": error.detail, "finished_at": now}
        return documents.create(work, JOBS, {**_body(work, asked), **refused}, id_=new_id())


def is_left(work: Work, asked: Asked) -> bool:
    """Whether a trigger asks by itself for what its worker would rather leave."""
    worker = workers.by_name(work).get(asked.worker)
    return (
        not asked.is_manual
        and worker is not None
        and worker.leaves is not None
        and worker.leaves(work, asked)
    )


def _body(work: Work, asked: Asked) -> dict[str, Any]:
    body: dict[str, Any] = {
        "domain": work.domain, "worker": asked.worker, "message": asked.message, "state": "queued",
        "queued_at": iso(work.now), "started_at": _NOT_YET, "finished_at": _NOT_YET,
    }  # fmt: skip
    more = {
        "trigger_id": asked.trigger_id, "manual_execution": asked.is_manual, "debounced": asked.is_debounced,
        "forward_logs": asked.forward_logs,
        "options": msgspec.to_builtins(asked.options) if asked.options else None,
        "cozyMetadata": {"createdByApp": asked.by} if asked.by else None,
    }  # fmt: skip
    return body | {name: value for name, value in more.items() if value}


def begin(work: Work, leased: Waiting) -> Task | None:
    """What there is to do for a job that was just leased; None when it is over, since nobody wants it any more or too
    many processes died over it.
    """
    try:
        job = documents.fetch(work, JOBS, leased.id)
    except NoDocument:
        store.remove(work, leased)
        return None
    if leased.deaths > MOST_DEATHS:
        store.remove(work, leased)
        _end(work, job, "errored", f"the program ended {leased.deaths} times while it was at this job")
        return None
    began = job.body.get("started_at", _NOT_YET)
    started = {"state": "running", "started_at": iso(work.now) if began == _NOT_YET else began}
    documents.update(work, job, {**job.body, **started})
    brought = msgspec.json.decode(leased.argument, type=_Brought)
    return Task(
        job.id, leased.worker, job.body.get("message"), brought.event, brought.payload,
        job.body.get("trigger_id", ""), maker(job), bool(job.body.get("manual_execution")),
    )  # fmt: skip


def came_on(work: Work, job_id: str) -> None:
    """A job got somewhere: processes that die over it count anew from here. For workers that go on where they were left."""
    waiting = store.fetch(work, job_id)
    if waiting is not None and waiting.deaths:
        store.note_failures(work, waiting, waiting.tries - 1)


def maker(found: Document) -> str:
    """The app that a trigger or a job comes from."""
    metadata = found.body.get("cozyMetadata")
    return str(metadata.get("createdByApp", "")) if isinstance(metadata, Mapping) else ""


def options_of(found: Document) -> Options:
    """The options of a trigger or a job, as far as they can be used."""
    try:
        return msgspec.convert(found.body.get("options") or {}, Options)
    except msgspec.ValidationError:
        return Options()


def succeed(work: Work, leased: Waiting) -> None:
    """A job is done. Raises LeaseLost."""
    if not store.remove(work, leased):
        raise LeaseLost(job=leased.id)
    _end(work, documents.fetch(work, JOBS, leased.id), "done", "")


def fail(
    work: Work, leased: Waiting, worker: WorkerType | None, error: str, *, is_final: bool = False
) -> bool:
    """A try went wrong: it is tried again later, or the job ends with this error (False). Raises LeaseLost."""
    job = documents.fetch(work, JOBS, leased.id)
    failures = leased.failures + 1
    errors = [*job.body.get("errors", ()), error][-_KEPT_ERRORS:]
    noted = {"error": error, "errors": errors, "try_count": failures}
    if worker is None or is_final or failures >= worker.tries(options_of(job)):
        if not store.remove(work, leased):
            raise LeaseLost(job=leased.id)
        _end(work, job, "errored", error, noted)
        return False
    due_at = iso(work.now + worker.pause(failures))
    if not store.put_off(work, leased, due_at, failures=failures, last_error=error):
        raise LeaseLost(job=leased.id)
    documents.update(work, job, {**job.body, **noted, "state": "queued"})
    return True


def end(work: Work, job: Document, state: str, error: str = "") -> Document:
    """A job that a device did is over."""
    return _end(work, job, state, error)


def start(work: Work, job: Document) -> Document:
    """A device is at a job from now on."""
    return documents.update(work, job, {**job.body, "state": "running", "started_at": iso(work.now)})


def is_any(work: Work, worker: str) -> bool:
    """Whether a job of a worker here waits or runs."""
    return store.is_any(work, worker)


def cancel(work: Work, jobs: Sequence[Document]) -> None:
    """Nobody wants these jobs any more: whoever is at one loses it, and it ends as `errored`."""
    store.drop(work, [job.id for job in jobs])
    for job in jobs:
        if job.body.get("state") in {"queued", "running"}:
            _end(work, job, "errored", CANCELLED)


def _end(
    work: Work, job: Document, state: str, error: str, noted: Mapping[str, Any] | None = None
) -> Document:
    ended = {"state": state, "finished_at": iso(work.now), **({"error": error} if error else {})}
    kept = job.body if error else {name: value for name, value in job.body.items() if name != "error"}
    if job.body.get("worker") == CONNECTORS and error != CANCELLED:
        work.publish(JobEnded(job.id, CONNECTORS, state, error, job.body.get("message")))
    return documents.update(work, job, {**kept, **(noted or {}), **ended})


def clean(work: Work) -> int:
    """End, as `done`, what has waited or run for an hour though nobody here is at it: devices that never told."""
    stuck = store.unended(work, iso(work.now - timedelta(hours=1)), 10_000)
    for job in stuck:
        _end(work, job, "done", "")
    return len(stuck)


def purge(work: Work, keep: timedelta, names: Sequence[str] = (), most: int = 10_000) -> int:
    """Delete jobs that were asked for longer ago, apart from the last fifty of each worker and state."""
    before = iso(work.now - keep)
    gone = 0
    for worker in names or store.workers(work):
        for state in ("done", "errored"):
            for job in store.old(work, worker, state, 50, before, most - gone):
                documents.delete(work, job)
                gone += 1
    return gone
