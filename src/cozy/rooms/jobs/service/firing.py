"""What triggers wait for comes: their time, a change of a document, a knock from outside.

A change is followed in the transaction that makes it: its job is there when the change is, or neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from cozy.kernel.bus import Change
from cozy.kernel.clock import iso
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

from .. import store
from ..errors import BadTrigger, NoTrigger, TooManyJobs
from ..events import BurstOver, TriggerDue
from ..model import JOBS, TRIGGERS, Waiting
from ..model.rules import Rule, rules
from . import queue, running, triggers

log = structlog.get_logger()
MOST_KNOCKS = 30  # of one webhook in an hour
_GATHERED = 100  # knocks in one burst
_HOUR = timedelta(hours=1)


def fire(work: Work, event: TriggerDue) -> datetime | None:
    """Ask for the job of a trigger whose time has come, and say when it is due again; a trigger that is due once goes.

    Raises BadTrigger.
    """
    trigger = _find(work, event.trigger_id)
    if trigger is None:
        return None
    try:
        planned = triggers.schedule_of(work, trigger)
    except ValueError as error:
        raise BadTrigger(trigger=trigger.id) from error
    running.push_or_tell(work, triggers.asked_by(trigger))
    if planned is None:
        return None
    if planned.is_once:
        documents.delete(work, trigger)
        return None
    return planned.next(work.now)


def follow(work: Work) -> None:
    """Ask for the jobs of the triggers that wait for what this transaction changed."""
    if not store.is_any_watching(work):
        return
    seen = 0
    while seen < len(work.changes):  # jobs are documents too
        changes = [change for change in work.changes[seen:] if change.verb != "NOTIFIED"]
        seen = len(work.changes)
        _follow(work, changes)


def _follow(work: Work, changes: list[Change]) -> None:
    watching = store.watching(work, sorted({change.doctype for change in changes})) if changes else {}
    if not watching:
        return
    ids = {trigger_id for found in watching.values() for trigger_id in found}
    known = documents.fetch_many(work, TRIGGERS, sorted(ids))
    for change in changes:
        for trigger_id in watching.get(change.doctype, ()):
            trigger = known.get(trigger_id)
            if trigger is not None and _waits_for(work, trigger, change, watching):
                _happened(work, trigger, change)


def _waits_for(work: Work, trigger: Document, change: Change, watching: Mapping[str, list[str]]) -> bool:
    if _is_echo(change, watching):
        return False
    with suppress(ValueError):
        return any(_fits(work, rule, change) for rule in rules(trigger.body.get("arguments", "")))
    log.error("a trigger cannot be read", home=work.home, trigger=trigger.id)
    return False


def _is_echo(change: Change, watching: Mapping[str, list[str]]) -> bool:
    """A job that a trigger asked for because of jobs: were it followed, that would never end."""
    asked_by = change.body.get("trigger_id") or change.before.get("trigger_id")
    return change.doctype == JOBS and asked_by in watching.get(JOBS, ())


def _fits(work: Work, rule: Rule, change: Change) -> bool:
    return rule.fits(change) or (
        rule.names_ids
        and change.doctype == rule.doctype
        and change.verb in rule.verbs
        and any(around in rule.values for around in _around(work, change))
    )


def _around(work: Work, change: Change) -> Iterator[str]:
    """The ids of what a document is or was in: folders, for a file."""
    lineage = documents.rules_of(work, change.doctype).lineage
    for body in (change.body, change.before):
        if body:
            with suppress(Problem, LookupError):
                yield from (each.id for each in lineage(work, Document(change.doctype, change.id, "", body)))


def _happened(work: Work, trigger: Document, change: Change) -> None:
    pause = triggers.debounce(trigger)
    if pause > timedelta():
        _gather(work, trigger, pause, BurstOver(trigger.id))
        return
    running.push_or_tell(work, triggers.asked_by(trigger, event=_told(work, change)))


def _told(work: Work, change: Change) -> dict[str, Any]:
    """A change, as cozy-stack tells it to workers."""
    doc = {**change.body, "_id": change.id, "_rev": change.rev, "_type": change.doctype}
    old = {**change.before, "_id": change.id, "_type": change.doctype} if change.before else None
    return {"domain": work.domain, "verb": change.verb, "doc": doc, "old": old}


def _gather(work: Work, trigger: Document, pause: timedelta, burst: BurstOver) -> None:
    """Let the first of a burst wait for the rest; the others come to what waits."""
    id_ = triggers.gathering(trigger.id)
    argument = msgspec.json.encode(burst).decode()
    due_at = iso(work.now + pause)
    if queue.put(work, Waiting(id_, triggers.GATHER, argument, due_at, 0, None)) or not burst.payloads:
        return
    waiting = store.fetch(work, id_)
    assert waiting is not None
    before = msgspec.json.decode(waiting.argument, type=BurstOver)
    payloads = (*before.payloads, *burst.payloads)
    if len(payloads) > _GATHERED:
        raise TooManyJobs(retry_after_s=int(pause.total_seconds()) + 1)
    both = BurstOver(trigger.id, payloads, before.is_manual or burst.is_manual)
    store.set_argument(work, id_, msgspec.json.encode(both).decode())


def fire_gathered(work: Work, event: BurstOver) -> None:
    """Ask for the one job of a burst. What came since the line was taken out of the queue is in it, too."""
    trigger = _find(work, event.trigger_id)
    if trigger is None:
        return
    waiting = store.fetch(work, triggers.gathering(trigger.id))
    whole = msgspec.json.decode(waiting.argument, type=BurstOver) if waiting is not None else event
    payload = {"payloads": [msgspec.json.decode(each) for each in whole.payloads]} if whole.payloads else None
    running.push_or_tell(
        work, triggers.asked_by(trigger, payload=payload, is_debounced=True, is_manual=whole.is_manual)
    )


def knock(work: Work, trigger_id: str, payload: Any, *, is_manual: bool = False) -> None:
    """Somebody outside knows the address of a webhook, and brings this.

    Raises NoTrigger, TooManyJobs, NoWorker.
    """
    trigger = _find(work, trigger_id)
    if trigger is None or trigger.body.get("type") != "@webhook":
        raise NoTrigger(trigger=trigger_id)
    pause = triggers.debounce(trigger)
    if pause > timedelta():
        _gather(
            work, trigger, pause, BurstOver(trigger.id, (msgspec.json.encode(payload).decode(),), is_manual)
        )
        return
    _check_knocks(work, trigger.id)
    asked = triggers.asked_by(trigger, payload=payload, is_manual=is_manual)
    if not running.is_left(work, asked):
        running.push(work, asked)


def _check_knocks(work: Work, trigger_id: str) -> None:
    last = store.jobs_of(work, trigger_id, MOST_KNOCKS)
    if len(last) == MOST_KNOCKS and last[-1].body.get("queued_at", "") > iso(work.now - _HOUR):
        raise TooManyJobs(retry_after_s=int(_HOUR.total_seconds()))


def _find(work: Work, trigger_id: str) -> Document | None:
    return documents.fetch_many(work, TRIGGERS, [trigger_id]).get(trigger_id)
