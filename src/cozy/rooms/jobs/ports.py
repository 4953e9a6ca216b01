"""What jobs asks of the rooms above: the workers, which do what apps and triggers ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from msgspec import Struct

from cozy.kernel.work import Work

from .model import Options, pause


class WorkerType(Struct, frozen=True, kw_only=True):
    """A kind of work, plugged by the room that can do it.

    run: `(work, task)` in one transaction with the end of its job, or async `(house, home, task)`. It may be given a task
    again, when its process died over it: what an async one does in the home should be the same the second time.
    None: nobody on this host does it, and its jobs say `absent`.
    """

    name: str
    run: Callable[..., Any] | None = None
    absent: str = ""
    leaves: Callable[[Work, Any], bool] | None = (
        None  # whether what a trigger asks for by itself is better left
    )
    check: Callable[[Work, Any], None] | None = (
        None  # whether the caller has a right to what a message asks for; raises a Problem
    )
    is_reserved: bool = False  # only the program itself asks for it
    by_client: bool = False  # a device of the owner does it, and tells how it went
    timeout_s: int = 60  # of one try
    most_timeout_s: int = 600  # that an app may ask for
    most_tries: int = 3
    first_pause: timedelta = pause(1)  # between tries, four times as long each time
    at_once: int = 4  # of all homes, in one process
    at_once_here: int = 2  # of one home
    most_per_hour: int = 0  # in one home; 0: no limit
    most_per_hour_each: int = 0  # for one app

    def tries(self, options: Options) -> int:
        """How often a job is tried."""
        return min(options.max_exec_count, 5) or self.most_tries

    def limit_s(self, options: Options) -> int:
        """How long one try may take, in seconds."""
        return min(options.timeout, self.most_timeout_s) or self.timeout_s

    def pause(self, failures: int) -> timedelta:
        """How long to wait after so many failures."""
        return self.first_pause * 4 ** min(failures - 1, 6)
