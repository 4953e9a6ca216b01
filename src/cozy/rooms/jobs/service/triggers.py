"""The triggers and jobs of apps, as apps read them (cozy-stack docs/jobs.md): documents of the home."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document, Query
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NotAllowed

from ..model import JOBS, TRIGGERS

LIMIT = 1000  # of one answer; cozy-stack reads as many at a time
_WAITING = ("queued", "running")


def listed(work: Work, workers: Sequence[str] = (), types: Sequence[str] = ()) -> list[Document]:
    """The triggers of these workers and types, of all where none is named. Raises NotAllowed.

    Who holds a grant for one worker may ask for that one.
    """
    if not permissions.may_all(work.caller, "GET", TRIGGERS):
        if len(workers) != 1:
            raise NotAllowed(verb="GET", doctype=TRIGGERS)
        permissions.guard(work, "GET", TRIGGERS, set(), {"worker": workers[0]})
    selector: dict[str, Any] = {"worker": {"$in": list(workers)}} if workers else {}
    if types:
        selector["type"] = {"$in": list(types)}
    return _found(work, TRIGGERS, selector)


def one(work: Work, trigger_id: str) -> Document:
    """A trigger. A connector may always see its own. Raises NoDocument, NotAllowed."""
    found = documents.fetch(work, TRIGGERS, trigger_id)
    if not _is_its_own(work, found):
        permissions.guard(work, "GET", TRIGGERS, {found.id}, found.body)
    return found


def _is_its_own(work: Work, trigger: Document) -> bool:
    caller, message = work.caller, trigger.body.get("message")
    is_for_it = isinstance(message, dict) and message.get("konnector") == caller.name
    return caller.kind == "konnector" and trigger.body.get("worker") == "konnector" and is_for_it


def state(work: Work, trigger: Document) -> dict[str, Any]:
    """How the jobs of a trigger went, the last ones of each kind."""
    told: dict[str, Any] = {"trigger_id": trigger.id, "status": "done"}
    for job in reversed(jobs_of(work, trigger.id)):
        began = job.body.get("started_at")
        told |= {"status": job.body.get("state"), "last_execution": began, "last_executed_job_id": job.id}
        if job.body.get("manual_execution"):
            told |= {"last_manual_execution": began, "last_manual_job_id": job.id}
        if job.body.get("state") == "errored":
            told |= {"last_failure": began, "last_failed_job_id": job.id, "last_error": job.body.get("error")}
        if job.body.get("state") == "done":
            told |= {"last_success": began, "last_successful_job_id": job.id}
    return {name: value for name, value in told.items() if value is not None}


def jobs_of(work: Work, trigger_id: str, limit: int = 50) -> list[Document]:
    """The last jobs of a trigger, the newest first."""
    found = _found(work, JOBS, {"trigger_id": trigger_id})
    return sorted(found, key=lambda job: str(job.body.get("queued_at", "")), reverse=True)[:limit]


def waiting(work: Work, worker: str) -> list[Document]:
    """The jobs of a worker that wait or run. Raises NotAllowed."""
    permissions.guard(work, "GET", JOBS, set(), {"worker": worker})
    return _found(work, JOBS, {"worker": worker, "state": {"$in": list(_WAITING)}})


def job(work: Work, job_id: str) -> Document:
    """A job. Raises NoDocument, NotAllowed."""
    found = documents.fetch(work, JOBS, job_id)
    permissions.guard(work, "GET", JOBS, {found.id}, found.body)
    return found


def _found(work: Work, doctype: str, selector: dict[str, Any]) -> list[Document]:
    return documents.find(work, doctype, Query(selector=selector, limit=LIMIT)).documents
