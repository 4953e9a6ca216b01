"""How it goes with an account, and how it went."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from cozy.kernel.clock import parse
from cozy.kernel.work import Work
from cozy.rooms.documents.model import Document
from cozy.rooms.jobs import service as jobs

from ..model import Run, asked_of, runs_of
from .accounts import Account

State = Literal["new", "waiting", "running", "done", "errored"]
_SHOWN = 20
_STATES: dict[str, State] = {"queued": "waiting", "running": "running", "done": "done", "errored": "errored"}


class Past(Struct, frozen=True):
    """One run. run: what the connector noted of it, None for nothing; error: its code, as jobs have it."""

    state: State
    at: datetime | None
    ended_at: datetime | None
    error: str
    run: Run | None
    is_test: bool
    is_manual: bool


class Standing(Struct, frozen=True):
    """How it goes."""

    state: State
    last: Past | None  # the last run that ended
    next_at: datetime | None
    is_at_work: bool


def history(work: Work, account: Account) -> list[Past]:
    """The last runs, the newest first."""
    if account.trigger is None:
        return []
    runs = runs_of(account.document.body)
    return [_past(job, runs) for job in jobs.triggers.jobs_of(work, account.trigger.id, _SHOWN)]


def standing(work: Work, account: Account) -> Standing:
    """How it goes with an account now."""
    past = history(work, account)
    ended = next((each for each in past if each.state in {"done", "errored"} and not each.is_test), None)
    is_at_work = any(each.state in {"waiting", "running"} for each in past)
    next_at = jobs.triggers.next_time(work, account.trigger) if account.trigger else None
    state: State = past[0].state if past and is_at_work else ended.state if ended else "new"
    return Standing(state, ended, next_at, is_at_work)


def _past(job: Document, runs: dict[str, Run]) -> Past:
    body = job.body
    return Past(
        _STATES.get(str(body.get("state")), "waiting"), _time(body.get("started_at")) or _time(body.get("queued_at")),
        _time(body.get("finished_at")), str(body.get("error", "")), runs.get(job.id),
        asked_of(body.get("message")).get("dry_run") is True, bool(body.get("manual_execution")),
    )  # fmt: skip


def _time(text: Any) -> datetime | None:
    return parse(text) if isinstance(text, str) and text > "0002" else None
