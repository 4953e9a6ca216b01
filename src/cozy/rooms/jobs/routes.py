"""The API of triggers and jobs, to read (cozy-stack docs/jobs.md)."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.problem import Malformed
from cozy.kernel.routes import KNOWN, Routes, may
from cozy.kernel.work import Work
from cozy.rooms.documents.model import Document
from cozy.web import jsonapi
from cozy.web.call import Call

from .model import JOBS, STATES, TRIGGERS
from .service import triggers

routes = Routes()
SHOWN = 50  # jobs of a trigger, unless the client asks otherwise


@routes.on("GET", "/jobs/triggers", may("GET", TRIGGERS))
def list_triggers(work: Work, call: Call) -> Response:
    """The triggers, of some workers (`Worker=`) and types (`Type=`) when asked. 200; 403."""
    found = triggers.listed(work, _names(call, "Worker"), _names(call, "Type"))
    return jsonapi.answer([_trigger(work, trigger) for trigger in found], meta={"count": len(found)})


@routes.on("GET", "/jobs/triggers/{trigger_id}", KNOWN)
def show_trigger(work: Work, trigger_id: str) -> Response:
    """A trigger and how it went. 200; 403, 404."""
    return jsonapi.answer(_trigger(work, triggers.one(work, trigger_id)))


@routes.on("GET", "/jobs/triggers/{trigger_id}/state", KNOWN)
def show_state(work: Work, trigger_id: str) -> Response:
    """How a trigger went. 200; 403, 404."""
    trigger = triggers.one(work, trigger_id)
    own = f"/jobs/triggers/{trigger.id}/state"
    return jsonapi.answer(jsonapi.resource(STATES, trigger.id, triggers.state(work, trigger), own=own))


@routes.on("GET", "/jobs/triggers/{trigger_id}/jobs", KNOWN)
def list_jobs(work: Work, call: Call, trigger_id: str) -> Response:
    """The last jobs of a trigger, 50 or `Limit`. 200; 400, 403, 404."""
    limit = call.query("Limit", str(SHOWN))
    if not (limit.isascii() and limit.isdecimal() and 0 < int(limit[:9]) <= triggers.LIMIT):
        raise Malformed(f"Limit is a number between 1 and {triggers.LIMIT}.", parameter="Limit")
    trigger = triggers.one(work, trigger_id)
    found = triggers.jobs_of(work, trigger.id, int(limit))
    return jsonapi.answer([_job(job) for job in found], meta={"count": len(found)})


@routes.on("GET", "/jobs/queue/{worker}", may("GET", JOBS))
def list_waiting(work: Work, worker: str) -> Response:
    """The jobs of a worker that wait or run. 200; 403."""
    found = triggers.waiting(work, worker)
    return jsonapi.answer([_job(job) for job in found], meta={"count": len(found)})


@routes.on("GET", "/jobs/{job_id}", may("GET", JOBS))
def show_job(work: Work, job_id: str) -> Response:
    """A job. 200; 403, 404."""
    return jsonapi.answer(_job(triggers.job(work, job_id)))


def _trigger(work: Work, trigger: Document) -> dict[str, object]:
    attributes = {**trigger.body, "current_state": triggers.state(work, trigger)}
    return jsonapi.resource(
        TRIGGERS, trigger.id, attributes, rev=trigger.rev, own=f"/jobs/triggers/{trigger.id}"
    )


def _job(job: Document) -> dict[str, object]:
    own = f"/jobs/{job.body.get('worker', '')}/{job.id}"
    return jsonapi.resource(JOBS, job.id, job.body, rev=job.rev, own=own)


def _names(call: Call, parameter: str) -> list[str]:
    return [name for name in call.query(parameter).split(",") if name]
