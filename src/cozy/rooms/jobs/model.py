"""Waiting, and the rules of when; the names of what apps see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zlib import crc32

from msgspec import Struct

TRIGGERS, JOBS, STATES = "io.cozy.triggers", "io.cozy.jobs", "io.cozy.triggers.state"

LEASE = timedelta(minutes=5)
NEVER = "9999-12-31T23:59:59.999999Z"  # when a job that was given up is due
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=6)
_DAY = timedelta(days=1)


class Waiting(Struct, frozen=True):
    """A job that waits, or that somebody has leased."""

    id: str
    name: str
    argument: str  # the event, as JSON
    due_at: str
    tries: int
    last_error: str | None


def pause(tries: int) -> timedelta:
    """How long to wait after a failure: four times as long each time."""
    return min(_FIRST_PAUSE * 4 ** min(tries - 1, 10), _LONGEST_PAUSE)


def next_hour(home_id: str, now: datetime) -> datetime:
    """When a home next does its chores: every home has its own second of the day, so that they spread."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + timedelta(seconds=crc32(home_id.encode()) % 86_400)
    return at if at > now else at + _DAY
