"""From when to when a series is, so that an index can say where to look (RFC 4791 §9.9)."""

from __future__ import annotations

from datetime import UTC, timedelta

from . import moments
from .series import DAY_S, FAR, Series, Times, end_of, length_s, seconds, shift_of

_WIDEST_S = 15 * 3600  # zones are at most 14 hours ahead of UTC


def bounds(series: Series) -> tuple[int, int | None]:
    """The first and the last second of it, wherever one is: days and times without a zone count from the first zone
    where they are to the last. None: it never ends.
    """
    lows: list[int] = []
    highs: list[int] = []
    is_open = series.is_open
    for times in series.all_times():
        low, high = _reach(times)
        is_open = is_open or high is None
        lows.append(low)
        highs.append(low if high is None else high)
    if series.main is not None and series.main.start is not None and (series.rules or series.added):
        start, zone = series.main.start, series.main.start.zone_in(UTC)
        longest = max(highs) - min(lows) if not is_open else 0
        for added in series.added:
            at = moments.seconds_of(added.local, zone)
            lows.append(at)
            highs.append(
                max(at + longest, added.end.at(UTC) if added.end else at, at + seconds(added.length))
            )
        shift = max(
            (abs(_whole(shift_of(each, start))) for each in series.overrides if each.is_future), default=0
        )
        after = length_s(series.main) + longest + shift + DAY_S
        highs += [
            moments.seconds_of(rule.until, zone) + after for rule in series.rules if rule.until is not None
        ]
        lows[0] -= shift
    wide = _WIDEST_S if series.is_floating else 0
    return min(lows) - wide, None if is_open else max(highs) + wide


def _whole(delta: timedelta) -> int:
    return delta.days * DAY_S + delta.seconds


def _reach(times: Times) -> tuple[int, int | None]:
    """From when to when it can be found (RFC 4791 §9.9); days and times without a zone as if they were UTC."""
    if times.component == "VTODO":
        return _todo_reach(times)
    if times.start is None:
        return (0, 0) if times.end is None else (times.end.at(UTC), times.end.at(UTC))
    start = times.start.at(UTC)
    return start, max(start, end_of(times, times.start.local, start, UTC))


def _todo_reach(times: Times) -> tuple[int, int | None]:
    known = [each.at(UTC) for each in (times.start, times.end) if each is not None]
    if not known:
        known = [each.at(UTC) for each in (times.completed, times.created) if each is not None]
        if times.completed is None:
            return (known[0] if known else -FAR), None
    if times.start is not None and times.end is None:
        known.append(end_of(times, times.start.local, known[0], UTC))
    return min(known), max(known)
