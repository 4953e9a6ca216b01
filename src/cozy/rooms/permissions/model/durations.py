"""Durations as cozy-stack's `ttl` spells them: Go's (`1h30m`), after years, months, weeks and days (`1Y2M3W4D`)."""

from __future__ import annotations

import re
from datetime import timedelta

from ..errors import BadDuration

_BIG = re.compile(r"(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?")
_SMALL = re.compile(r"(\d{0,12}(?:\.\d{0,12})?)(ns|us|µs|μs|ms|s|m|h)")
_DAYS = (365, 30, 7, 1)
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
LONGEST = timedelta(days=100 * 365)


def duration(text: str) -> timedelta:
    """How long `1D`, `30m`, `4Y3M2D1h30m15s` are. Raises BadDuration."""
    big = _BIG.match(text)
    if big is None or not text:
        raise BadDuration(parameter="ttl")
    days = sum(int(number) * length for number, length in zip(big.groups(), _DAYS, strict=True) if number)
    return _bounded(days * 86_400 + _small(text[big.end() :]))


def _small(text: str) -> float:
    if text in {"", "0"}:
        return 0.0
    seconds, at = 0.0, 0
    while at < len(text):
        part = _SMALL.match(text, at)
        if part is None or part[1] in {"", "."}:
            raise BadDuration(parameter="ttl")
        seconds += float(part[1]) * _SECONDS[part[2]]
        at = part.end()
    return seconds


def _bounded(seconds: float) -> timedelta:
    return LONGEST if seconds >= LONGEST.total_seconds() else timedelta(seconds=seconds)
