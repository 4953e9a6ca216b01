"""Waiting, and the rules of when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zlib import crc32

from msgspec import Struct

LEASE = timedelta(seconds=30)  # who died is known to be dead after so long; who works on renews it
NEVER = "9999-12-31T23:59:59.999999Z"  # when a job that was given up is due
NORMAL, URGENT = 0, 1  # urgent: somebody asked for it and waits
PRIORITIES = (URGENT, NORMAL, -1, -2)  # below: as patient as a job is (`kernel/jobs.py`)
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=6)
_DAY = timedelta(days=1)


class Waiting(Struct, frozen=True):
    """A job that waits, or that somebody has leased. Those of apps have a worker, and a document of the same id."""

    id: str
    name: str
    argument: str  # JSON: the event; of a job of an app what came with it
    due_at: str
    tries: int  # how often it was leased
    last_error: str | None
    worker: str = ""
    priority: int = NORMAL
    failures: int = 0  # the leases that ended with an error; of others the process died

    @property
    def deaths(self) -> int:
        """How often a process died over it."""
        return self.tries - 1 - self.failures


def pause(tries: int) -> timedelta:
    """How long to wait after a failure: four times as long each time."""
    return min(_FIRST_PAUSE * 4 ** min(tries - 1, 10), _LONGEST_PAUSE)


def next_hour(home_id: str, now: datetime) -> datetime:
    """When a home next does its chores: every home has its own second of the day, so that they spread."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + timedelta(seconds=crc32(home_id.encode()) % 86_400)
    return at if at > now else at + _DAY
