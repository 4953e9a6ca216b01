"""What a trigger waits for has come."""

from __future__ import annotations

from typing import Any

from cozy.kernel.work import Event


class TriggerDue(Event, frozen=True):
    """The time of a trigger has come."""

    trigger_id: str


class JobEnded(Event, frozen=True):
    """A job of a connector is over, and what became of it."""

    job_id: str
    worker: str
    state: str  # done, errored
    error: str
    message: Any


class BurstOver(Event, frozen=True):
    """The time in which a trigger gathers what happens has passed since the first of it."""

    trigger_id: str
    payloads: tuple[str, ...] = ()  # what webhooks brought meanwhile, JSON
    is_manual: bool = False
