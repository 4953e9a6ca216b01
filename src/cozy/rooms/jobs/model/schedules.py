"""Schedule: when a trigger is due, read from its type and arguments (cozy-stack docs/jobs.md)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal, get_args

from msgspec import Struct

from cozy.kernel.clock import parse

from .cron import cron
from .durations import duration
from .periodic import Frequency, periodic

Type = Literal[
    "@at", "@in", "@every", "@cron", "@hourly", "@daily", "@weekly", "@monthly", "@event", "@webhook", "@client"
]  # fmt: skip
TYPES: tuple[str, ...] = get_args(Type)
_SHORTEST = timedelta(seconds=1)
_PERIODIC: dict[str, Frequency] = {
    "@hourly": "hourly", "@daily": "daily", "@weekly": "weekly", "@monthly": "monthly",
}  # fmt: skip


class Schedule(Struct, frozen=True):
    """When a trigger is due. next: the first time after a moment, None when there is none. is_once: it goes once it was due."""

    next: Callable[[datetime], datetime | None]
    is_once: bool = False


def schedule(type_: str, arguments: str, seed: str, since: datetime) -> Schedule | None:
    """When a trigger is due; None for types that no clock drives. Raises ValueError.

    seed: what the trigger is known by; since: when it was made.
    """
    if type_ == "@at":
        at = parse(arguments)
        return Schedule(lambda _: at, is_once=True)
    if type_ == "@in":
        later = since + max(duration(arguments), timedelta())
        return Schedule(lambda _: later, is_once=True)
    if type_ == "@every" or (type_ == "@cron" and arguments.startswith("@every ")):
        step = max(duration(arguments.removeprefix("@every ")), _SHORTEST)
        return Schedule(lambda now: since + step * (max(now - since, timedelta()) // step + 1))
    if type_ == "@cron":
        return Schedule(cron(arguments).next)
    if type_ in _PERIODIC:
        when = periodic(_PERIODIC[type_], arguments)
        return Schedule(lambda now: when.next(now, seed))
    return None
