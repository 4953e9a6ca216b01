"""Job, what a room does by itself when an event has happened."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal

from msgspec import Struct

from .work import Event

# 0: soon; 1: there may be thousands of it, and what is told or done for somebody goes first; 2: everything else goes first.
Patience = Literal[0, 1, 2]


class DayPassed(Event, frozen=True):
    """A home is a day older. Never published: each home has its own hour, and its reactions are the daily chores."""


class Job(Struct, frozen=True):
    """A reaction to an event. It may run twice or late; its docstring says why that is harmless.

    run: `(work, event)` in one transaction with its own removal, or async `(house, home, event)`. What returns a time
    waits until then, and is run again.
    """

    name: str  # room.verb_noun, stored with what waits
    run: Callable[..., Any]
    event: type[Event]
    retries: int  # how often it is tried again before it is given up
    patience: Patience = 0

    @property
    def is_async(self) -> bool:
        """Whether it opens its own transactions."""
        return inspect.iscoroutinefunction(self.run)


def job(name: str, *, retries: int = 5, patience: Patience = 0) -> Callable[[Callable[..., Any]], Job]:
    """Make a function a job. The annotation of its last parameter says which event it reacts to."""

    def make(run: Callable[..., Any]) -> Job:
        *_, event = inspect.signature(run, eval_str=True).parameters.values()
        return Job(name, run, event.annotation, retries, patience)

    return make
