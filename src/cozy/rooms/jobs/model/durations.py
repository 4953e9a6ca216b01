"""Durations as the Go language writes them (time.ParseDuration), and the longer ones of purges."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ns": 1e-9}
_PART = re.compile(r"([0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})(h|ms|us|µs|μs|ns|m|s)")
_LONG = re.compile(r"([0-9]{1,4})([hDWMY])")
_LONG_UNITS = {
    "h": timedelta(hours=1), "D": timedelta(days=1), "W": timedelta(weeks=1), "M": timedelta(days=30),
    "Y": timedelta(days=365),
}  # fmt: skip
_MOST = timedelta(days=36_500)


def duration(text: str) -> timedelta:
    """`1h30m`, `1.5h`, `300ms`, `-2s`, `0`. Raises ValueError."""
    sign, rest = (-1, text[1:]) if text[:1] == "-" else (1, text.removeprefix("+"))
    if rest == "0":
        return timedelta()
    at, seconds = 0, 0.0
    while at < len(rest):
        part = _PART.match(rest, at)
        if part is None:
            raise ValueError(f"no duration: {text}")
        seconds += float(part[1]) * _UNITS_S[part[2]]
        at = part.end()
    if not rest or seconds > _MOST.total_seconds():
        raise ValueError(f"no duration: {text}")
    return sign * timedelta(seconds=seconds)


def long_duration(text: str) -> timedelta:
    """`3W`, `2M` (30 days each), `10D`, `1Y`. Raises ValueError."""
    found = _LONG.fullmatch(text)
    if found is None:
        raise ValueError(f"no duration: {text}")
    return int(found[1]) * _LONG_UNITS[found[2]]
