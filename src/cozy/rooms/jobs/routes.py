"""The API of jobs and triggers (cozy-stack docs/jobs.md)."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType
from starlette.responses import Response

from cozy.kernel.problem import Malformed
from cozy.kernel.routes import KNOWN, OPEN, Routes, may
from cozy.kernel.work import Work
from cozy.rooms.documents.model import Document
from cozy.rooms.permissions import service as permissions
from cozy.web import jsonapi
from cozy.web.answers import json, nothing
from cozy.web.call import Call, TooBig

from .errors import BadDuration, BadMail, BadOptions, BadState, NotForClients
from .model import JOBS, STATES, SUPPORT, TRIGGERS, Options
from .model.durations import long_duration
from .service import firing, running, support, triggers, workers
from .service.running import Asked

routes = Routes()
SHOWN = 50  # jobs of a trigger, unless the client asks otherwise
KEPT = "2W"  # of the jobs that are purged, unless the client asks otherwise
PAYLOAD_LIMIT = 256 * 1024  # bytes that a webhook takes from somebody who is not known


class Attributes(Struct):
    """What a job, a trigger or a change of one holds; each route says what it takes."""

    type: str = ""
    worker: str = ""
    arguments: Any = None
    message: Any = UNSET
    worker_arguments: Any = UNSET  # what `message` was called once
    debounce: str | None = ""
    options: Any = None
    manual: bool = False
    forward_logs: bool = False
    state: str = ""
    error: str = ""


class Data(Struct):
    """A resource without its name."""

    attributes: Attributes


class Resource(Struct):
    """{"data": {"attributes": {…}}}"""

    data: Data


@routes.on("POST", "/jobs/queue/{worker}", may("POST", JOBS))
def push_job(work: Work, worker: str, body: Resource) -> Response:
    """Give a worker something to do. 202; 400, 403, 404, 429."""
    permissions.guard(work, "POST", JOBS, set(), {"worker": worker})
    said = body.data.attributes
    workers.check_open(work, worker, said.arguments)
    asked = Asked(
        worker=worker, message=said.arguments, options=_options(said.options), is_manual=said.manual,
        forward_logs=said.forward_logs, by=triggers.asker(work),
    )  # fmt: skip
    return jsonapi.answer(_job(running.push(work, asked)), 202)


@routes.on("GET", "/jobs/queue/{worker}", may("GET", JOBS))
def list_waiting(work: Work, worker: str) -> Response:
    """The jobs of a worker that wait or run. 200; 403."""
    found = triggers.waiting(work, worker)
    return jsonapi.answer([_job(job) for job in found], meta={"count": len(found)})


@routes.on("GET", "/jobs/{job_id}", may("GET", JOBS))
def show_job(work: Work, job_id: str) -> Response:
    """A job. 200; 403, 404."""
    return jsonapi.answer(_job(triggers.job(work, job_id)))


@routes.on("PATCH", "/jobs/{job_id}", may("PATCH", JOBS))
def end_job(work: Work, job_id: str, body: Resource) -> Response:
    """Tell how a job went that a device did. 200; 403, 404, 422."""
    job = triggers.job(work, job_id, "PATCH")
    if job.body.get("worker") != "client":
        raise NotForClients(worker=str(job.body.get("worker")))
    said = body.data.attributes
    if said.state not in {"done", "errored"}:
        raise BadState(pointer="/data/attributes/state")
    return jsonapi.answer(
        _job(running.end(work, job, said.state, said.error if said.state == "errored" else ""))
    )


@routes.on("DELETE", "/jobs/{job_id}", may("DELETE", JOBS))
def cancel_job(work: Work, job_id: str) -> Response:
    """Call off a job that waits or runs (beyond cozy-stack). 204; 403, 404."""
    running.cancel(work, [triggers.job(work, job_id, "DELETE")])
    return nothing()


@routes.on("POST", "/jobs/support", KNOWN)
def ask_support(work: Work, body: Resource) -> Response:
    """Mail the host's support what its user asks. 204; 400, 403, 429, 503."""
    if not permissions.may_all(work.caller, "POST", SUPPORT):
        permissions.guard(work, "POST", JOBS, set(), {"worker": "sendmail"})
    support.address(work)
    said = _texts(body, "subject", "body")
    parts = [{"type": "text/plain", "body": said["body"]}]
    _send(work, {"mode": "support", "subject": said["subject"], "parts": parts})
    return nothing()


@routes.on("POST", "/jobs/campaign-emails", may("POST", JOBS))
def send_campaign(work: Work, body: Resource) -> Response:
    """Mail the owner something that is no answer to anything. 204; 400, 403, 429."""
    permissions.guard(work, "POST", JOBS, set(), {"worker": "sendmail"})
    said = body.data.attributes.arguments
    if not isinstance(said, dict) or not said.get("subject") or not said.get("parts"):
        raise BadMail("A mail has a subject, and at least one part.", pointer="/data/attributes/arguments")
    _send(work, {"mode": "campaign", "subject": said["subject"], "parts": said["parts"]})
    return nothing()


def _send(work: Work, mail: dict[str, Any]) -> None:
    running.push(work, Asked(worker="sendmail", message=mail, by=triggers.asker(work), is_manual=True))


def _texts(body: Resource, *names: str) -> dict[str, str]:
    said = body.data.attributes.arguments
    found = {name: said.get(name) for name in names} if isinstance(said, dict) else {}
    texts = {name: value for name, value in found.items() if isinstance(value, str) and value.strip()}
    if len(texts) < len(names):
        raise Malformed(f"This needs: {', '.join(names)}.", pointer="/data/attributes/arguments")
    return texts


@routes.on("GET", "/jobs/triggers", may("GET", TRIGGERS))
def list_triggers(work: Work, call: Call) -> Response:
    """The triggers, of some workers (`Worker=`) and types (`Type=`) when asked. 200; 403."""
    found = triggers.listed(work, _names(call, "Worker"), _names(call, "Type"))
    shown = [_trigger(work, trigger, with_state=True) for trigger in found]
    return jsonapi.answer(shown, meta={"count": len(found)})


@routes.on("POST", "/jobs/triggers", may("POST", TRIGGERS))
def create_trigger(work: Work, body: Resource) -> Response:
    """A new trigger. 201; 400, 403, 404, 422."""
    said = body.data.attributes
    message = said.worker_arguments if isinstance(said.message, UnsetType) else said.message
    wanted = triggers.Wanted(
        type=said.type, worker=said.worker, arguments=_arguments(said), debounce=said.debounce or "",
        options=_options(said.options), message=None if isinstance(message, UnsetType) else message,
    )  # fmt: skip
    return jsonapi.answer(_trigger(work, triggers.create(work, wanted)), 201)


@routes.on("GET", "/jobs/triggers/{trigger_id}", KNOWN)
def show_trigger(work: Work, trigger_id: str) -> Response:
    """A trigger and how it went. 200; 403, 404."""
    return jsonapi.answer(_trigger(work, triggers.one(work, trigger_id), with_state=True))


@routes.on("PATCH", "/jobs/triggers/{trigger_id}", KNOWN)
def change_trigger(work: Work, trigger_id: str, body: Resource) -> Response:
    """Change when a @cron trigger is due, or the message of any. 200; 400, 403, 404, 422."""
    said = body.data.attributes
    changed = triggers.change(work, trigger_id, _arguments(said), said.message)
    return jsonapi.answer(_trigger(work, changed))


@routes.on("DELETE", "/jobs/triggers/{trigger_id}", KNOWN)
def delete_trigger(work: Work, trigger_id: str) -> Response:
    """Let a trigger be due no more. 204; 403, 404."""
    triggers.delete(work, trigger_id)
    return nothing()


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


@routes.on("POST", "/jobs/triggers/{trigger_id}/launch", KNOWN)
def launch_trigger(work: Work, trigger_id: str) -> Response:
    """The job of a trigger, now. 201; 403, 404, 429."""
    return jsonapi.answer(_job(triggers.launch(work, trigger_id)), 201)


@routes.on("POST", "/jobs/webhooks/{trigger_id}", OPEN)
async def knock(call: Call, trigger_id: str) -> Response:
    """What an address that only its trigger knows is asked: a job, with the JSON of the body. 204; 400, 404, 413, 429."""
    body = await call.body()
    if len(body) > PAYLOAD_LIMIT:
        raise TooBig(limit=PAYLOAD_LIMIT)
    try:
        payload = msgspec.json.decode(body) if body.strip() else None
    except (msgspec.DecodeError, RecursionError) as error:
        raise Malformed("The body is no JSON.") from error
    await call.write(firing.knock, trigger_id, payload, is_manual=call.query("Manual") == "true")
    return nothing()


@routes.on("POST", "/jobs/clean", may("POST", JOBS))
def clean_jobs(work: Work) -> Response:
    """End the jobs that devices never told the end of. 200; 403."""
    permissions.guard(work, "POST", JOBS, None, None)
    return json({"deleted": running.clean(work)})


@routes.on("DELETE", "/jobs/purge", may("DELETE", JOBS))
def purge_jobs(work: Work, call: Call) -> Response:
    """Delete old jobs: `duration` to keep, of some `workers`. 200; 400, 403."""
    permissions.guard(work, "DELETE", JOBS, None, None)
    try:
        keep = long_duration(call.query("duration", KEPT))
    except ValueError as error:
        raise BadDuration(parameter="duration") from error
    return json({"deleted": running.purge(work, keep, _names(call, "workers"))})


def _options(said: Any) -> Options | None:
    """Raises BadOptions."""
    if said is None:
        return None
    try:
        options = msgspec.convert(said, Options)
    except msgspec.ValidationError as error:
        raise BadOptions(pointer="/data/attributes/options") from error
    if options.max_exec_count < 0 or options.timeout < 0:
        raise BadOptions(pointer="/data/attributes/options")
    return options


def _arguments(said: Attributes) -> str:
    """Of a trigger they are a text. Raises Malformed."""
    if said.arguments is not None and not isinstance(said.arguments, str):
        raise Malformed("The arguments of a trigger are a text.", pointer="/data/attributes/arguments")
    return said.arguments or ""


def _trigger(work: Work, trigger: Document, *, with_state: bool = False) -> dict[str, object]:
    state = {"current_state": triggers.state(work, trigger)} if with_state else {}
    shown = jsonapi.resource(
        TRIGGERS, trigger.id, {**trigger.body, **state}, rev=trigger.rev, own=f"/jobs/triggers/{trigger.id}"
    )
    if trigger.body.get("type") == "@webhook":
        shown["links"]["webhook"] = f"{work.origin}/jobs/webhooks/{trigger.id}"
    return shown


def _job(job: Document) -> dict[str, object]:
    own = f"/jobs/{job.body.get('worker', '')}/{job.id}"
    return jsonapi.resource(JOBS, job.id, job.body, rev=job.rev, own=own)


def _names(call: Call, parameter: str) -> list[str]:
    return [name for name in call.query(parameter).split(",") if name]
