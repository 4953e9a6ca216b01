"""Time: always UTC, always given, never read inside a room."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from zoneinfo import available_timezones

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds, `2026-07-18T14:02:00.123456Z`: sorts as text in order of time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse(text: str) -> datetime:
    """Read an RFC 3339 date; without an offset it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def dated(text: str) -> datetime | None:
    """A date as mail and HTTP spell it (RFC 5322 §3.3, RFC 9110 §5.6.7), in UTC; None for what is none, or before or after all years."""
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return None


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones, read from the system once: that takes longer than making a home."""
    return frozenset(available_timezones())
