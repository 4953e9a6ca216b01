"""Task, what a worker is given to do, and the names of the documents around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

TRIGGERS, JOBS, STATES = "io.cozy.triggers", "io.cozy.jobs", "io.cozy.triggers.state"
SUPPORT = "io.cozy.support"


class Options(Struct, frozen=True, omit_defaults=True):
    """How a job of an app is run, where it asks for something else than its worker does."""

    max_exec_count: int = 0  # how often it is tried at the most; 0: as the worker says
    timeout: int = 0  # seconds of one try; 0: as the worker says


class Task(Struct, frozen=True):
    """A job of an app, as its worker gets it. It may come twice: the first time its process died, perhaps at the very end."""

    id: str
    worker: str
    message: Any
    event: Mapping[str, Any] | None = None  # `{verb, doc, old}` of the change that caused it
    payload: Any = None  # what a webhook brought
    trigger_id: str = ""
    by: str = ""  # slug of the app or connector that asked for it; "" for people and programs
    is_manual: bool = False
