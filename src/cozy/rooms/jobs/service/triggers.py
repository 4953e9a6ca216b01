"""Triggers: what is to be done, and when (cozy-stack docs/jobs.md). Each is a document; its next time is a line of the queue,
and the doctypes that it waits for are in a table of their own. All three change together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cozy.kernel.caller import Verb
from cozy.kernel.clock import iso, parse
from cozy.kernel.ids import new_id
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document, Query
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NotAllowed

from .. import store
from ..errors import BadTrigger, BadTriggerType, NotCron, NothingToChange
from ..events import TriggerDue
from ..model import JOBS, NEVER, TRIGGERS, Options, Waiting
from ..model.durations import duration
from ..model.rules import rules
from ..model.schedules import TYPES, Schedule, schedule
from . import queue, running, workers

LIMIT = 1000  # of one answer; cozy-stack reads as many at a time
FIRE, GATHER = "jobs.fire_trigger", "jobs.fire_gathered"  # the names in the queue
_SHOWN = 50  # jobs that tell how a trigger goes
_WITH_A_SLUG = {"konnector": "konnector", "client": "konnector", "service": "slug"}


class Wanted(Struct, frozen=True, kw_only=True):
    """A trigger to be."""

    type: str
    worker: str = ""
    arguments: str = ""
    debounce: str = ""
    options: Options | None = None
    message: Any = None


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
    return documents.find(work, TRIGGERS, Query(selector=selector, limit=LIMIT)).documents


def one(work: Work, trigger_id: str, verb: Verb = "GET") -> Document:
    """A trigger that the caller may see, change, launch (POST) or delete. Raises NoDocument, NotAllowed.

    A connector may always see, change and delete its own.
    """
    found = documents.fetch(work, TRIGGERS, trigger_id)
    if verb == "POST" or not _is_its_own(work, found):
        permissions.guard(work, verb, TRIGGERS, {found.id}, found.body)
    return found


def _is_its_own(work: Work, trigger: Document) -> bool:
    is_for_it = trigger.body.get("worker") == "konnector" and _slug_in(trigger) == work.caller.name
    return work.caller.kind == "konnector" and is_for_it


def _slug_in(trigger: Document) -> str:
    """The app or connector that a trigger runs, "" for none."""
    message, name = trigger.body.get("message"), _WITH_A_SLUG.get(trigger.body.get("worker", ""), "")
    return str(message.get(name, "")) if isinstance(message, Mapping) and name else ""


def create(work: Work, wanted: Wanted) -> Document:
    """A new trigger. Raises NotAllowed, BadTriggerType, BadTrigger, NoWorker, ReservedWorker."""
    worker = "client" if wanted.type == "@client" else wanted.worker
    permissions.guard(work, "POST", TRIGGERS, set(), {"worker": worker})
    if wanted.type not in TYPES:
        raise BadTriggerType(pointer="/data/attributes/type")
    workers.check_open(work, worker, wanted.message)
    return make(work, replace(wanted, worker=worker), asker(work))


def make(work: Work, wanted: Wanted, by: str) -> Document:
    """The same, asked by nobody who could be refused. by: the app that it is for. Raises BadTrigger."""
    now = iso(work.now)
    body = {
        "domain": work.domain, "type": wanted.type, "worker": wanted.worker, "arguments": wanted.arguments,
        "debounce": wanted.debounce, "options": msgspec.to_builtins(wanted.options) if wanted.options else None,
        "message": wanted.message,
        "cozyMetadata": {
            "doctypeVersion": "1", "metadataVersion": 1, "createdAt": now, "updatedAt": now,
            **({"createdByApp": by} if by else {}),
        },
    }  # fmt: skip
    trigger = Document(TRIGGERS, new_id(), "", body)
    planned = _check(work, trigger)
    trigger = documents.create(work, TRIGGERS, body, id_=trigger.id)
    _plan(work, trigger, planned)
    return trigger


def asker(work: Work) -> str:
    """Who asks, as metadata call them; "" for the owner."""
    return "CLI" if work.caller.kind == "cli" else work.caller.name


def _check(work: Work, trigger: Document) -> Schedule | None:
    """When a trigger is due, once all of it can be used. Raises BadTrigger."""
    body = trigger.body
    try:
        if body.get("type") not in TYPES:
            raise ValueError("there is no trigger of this type")
        debounce(trigger)
        if body.get("type") == "@event":
            rules(body.get("arguments", ""))
        planned = schedule_of(work, trigger)
        if planned is not None and planned.next(work.now) is None:
            raise ValueError("this time never comes")
    except (ValueError, OverflowError) as error:
        raise BadTrigger(pointer="/data/attributes/arguments", reason=str(error)) from error
    return planned


def schedule_of(work: Work, trigger: Document) -> Schedule | None:
    """When a trigger is due; None when no clock drives it. Raises ValueError."""
    body = trigger.body
    metadata = body.get("cozyMetadata")
    made_at = metadata.get("createdAt") if isinstance(metadata, Mapping) else None
    since = parse(made_at) if made_at else work.now
    return schedule(body.get("type", ""), body.get("arguments", ""), f"{work.home}/{trigger.id}", since)


def _plan(work: Work, trigger: Document, planned: Schedule | None) -> None:
    """Let it be due when it is to be, and hear of what it waits for."""
    store.drop(work, _lines(trigger.id))
    if planned is not None and (at := planned.next(work.now)) is not None:
        due = msgspec.json.encode(TriggerDue(trigger.id)).decode()
        queue.put(work, Waiting(_lines(trigger.id)[0], FIRE, due, iso(at), 0, None))
    store.watch(work, trigger.id, _watched(trigger))


def next_time(work: Work, trigger: Document) -> datetime | None:
    """When a trigger is due next; None when no clock drives it."""
    waiting = store.fetch(work, _lines(trigger.id)[0])
    return parse(waiting.due_at) if waiting is not None and waiting.due_at != NEVER else None


def _watched(trigger: Document) -> list[str]:
    """The doctypes that a trigger waits for."""
    if trigger.body.get("type") != "@event":
        return []
    return [rule.doctype for rule in rules(trigger.body.get("arguments", ""))]


def keep_planned(work: Work) -> int:
    """Plan every trigger that is not planned, as those of a home that came from elsewhere; says how many there were."""
    found = documents.find(work, TRIGGERS, Query(selector={}, limit=LIMIT)).documents
    planned = store.known(work, [_lines(each.id)[0] for each in found]) | store.watchers(work)
    mended = 0
    for trigger in found:
        if planned.isdisjoint({_lines(trigger.id)[0], trigger.id}):
            with suppress(BadTrigger):
                when = _check(work, trigger)
                mended += when is not None or bool(_watched(trigger))
                _plan(work, trigger, when)
    return mended


def _lines(trigger_id: str) -> tuple[str, str]:
    """The lines of the queue that a trigger may have: its next time, and what it gathers."""
    return f"trigger:{trigger_id}", gathering(trigger_id)


def gathering(trigger_id: str) -> str:
    """The line of the queue in which a trigger gathers a burst."""
    return f"gather:{trigger_id}"


def change(work: Work, trigger_id: str, arguments: str = "", message: Any = msgspec.UNSET) -> Document:
    """Change when a @cron trigger is due, or what any trigger says to its worker.

    Raises NoDocument, NotAllowed, NothingToChange, NotCron, BadTrigger.
    """
    trigger = one(work, trigger_id, "PATCH")
    if not arguments and message is msgspec.UNSET:
        raise NothingToChange
    if arguments and trigger.body.get("type") != "@cron":
        raise NotCron(pointer="/data/attributes/type")
    if message is not msgspec.UNSET:
        workers.check_message(work, str(trigger.body.get("worker", "")), message)
    changed = ({"arguments": arguments} if arguments else {}) | (
        {} if message is msgspec.UNSET else {"message": message}
    )
    metadata = {**(trigger.body.get("cozyMetadata") or {}), "updatedAt": iso(work.now)}
    new = Document(TRIGGERS, trigger.id, "", {**trigger.body, **changed, "cozyMetadata": metadata})
    planned = _check(work, new)
    trigger = documents.update(work, trigger, new.body)
    if arguments:
        _plan(work, trigger, planned)
    return trigger


def delete(work: Work, trigger_id: str) -> None:
    """Let a trigger be due no more; jobs that it asked for before are done. Raises NoDocument, NotAllowed."""
    remove(work, one(work, trigger_id, "DELETE"))


def discard(work: Work, trigger_id: str) -> None:
    """The same, asked by nobody who could be refused. Raises NoDocument."""
    remove(work, documents.fetch(work, TRIGGERS, trigger_id))


def remove(work: Work, trigger: Document) -> None:
    """The same for a trigger that is known."""
    store.drop(work, _lines(trigger.id))
    store.watch(work, trigger.id, ())
    documents.delete(work, trigger)


def launch(work: Work, trigger_id: str) -> Document:
    """The job of a trigger that somebody wants now. Raises NoDocument, NotAllowed, NoWorker, TooManyJobs."""
    trigger = one(work, trigger_id, "POST")
    job = running.push(work, asked_by(trigger, is_manual=True))
    return running.start(work, job) if job.body["worker"] == "client" else job


def asked_by(trigger: Document, **more: Any) -> running.Asked:
    """The job that a trigger asks for."""
    body = trigger.body
    return running.Asked(
        worker=body.get("worker", ""), message=body.get("message"), trigger_id=trigger.id, by=running.maker(trigger),
        options=running.options_of(trigger) if body.get("options") else None, **more,
    )  # fmt: skip


def leave_with(work: Work, slug: str, kind: str) -> None:
    """An app or a connector goes, and what it had planned with it: triggers that run it, and those that it made itself.

    A connector's triggers are made by the app where people set it up, and stay when that app goes.
    """
    for trigger in documents.find(work, TRIGGERS, Query(selector={}, limit=LIMIT)).documents:
        runs_it = _slug_in(trigger) == slug and (trigger.body.get("worker") == "service") == (kind == "app")
        made_by_it = running.maker(trigger) == slug and not _slug_in(trigger)
        if runs_it or made_by_it:
            running.cancel(
                work, [job for job in store.jobs_of(work, trigger.id, LIMIT) if _is_under_way(job)]
            )
            remove(work, trigger)


def _is_under_way(job: Document) -> bool:
    return job.body.get("state") in {"queued", "running"}


def debounce(trigger: Document) -> timedelta:
    """How long a trigger gathers what happens before it asks for one job; nothing for no gathering."""
    return duration(trigger.body.get("debounce") or "0")


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


def jobs_of(work: Work, trigger_id: str, limit: int = _SHOWN) -> list[Document]:
    """The last jobs of a trigger, the newest first."""
    return store.jobs_of(work, trigger_id, limit)


def waiting(work: Work, worker: str) -> list[Document]:
    """The jobs of a worker that wait or run. Raises NotAllowed."""
    permissions.guard(work, "GET", JOBS, set(), {"worker": worker})
    return store.waiting_for(work, worker, LIMIT)


def job(work: Work, job_id: str, verb: Verb = "GET") -> Document:
    """A job. Raises NoDocument, NotAllowed."""
    found = documents.fetch(work, JOBS, job_id)
    permissions.guard(work, verb, JOBS, {found.id}, found.body)
    return found
