"""Headers of WebDAV: Depth, Overwrite, Timeout, Lock-Token (RFC 4918 §10), Prefer, and times of files that clients send."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from .problems import BadHeader

Depth = int | None  # None: infinity
_TIMEOUT = re.compile(r"\s*Second-(\d{1,12})\s*", re.IGNORECASE)
_CODED = re.compile(r"\s*<([^<>\s]+)>\s*")


def depth(text: str, *, otherwise: Depth = None) -> Depth:
    """How deep: 0, 1, None for infinity. otherwise: where nothing is said. Raises BadHeader."""
    said = text.partition(",")[0].strip().lower()  # Windows adds `,noroot`
    if not said:
        return otherwise
    if said == "infinity":
        return None
    if said in {"0", "1"}:
        return int(said)
    raise BadHeader(parameter="Depth")


def overwrites(text: str) -> bool:
    """Whether what is at the destination may go (§10.6). Raises BadHeader."""
    said = text.strip().upper()
    if said not in {"", "T", "F"}:
        raise BadHeader(parameter="Overwrite")
    return said != "F"


def timeout_s(text: str, *, otherwise: int, most: int) -> int:
    """The first wish that can be met (§10.7), in seconds."""
    for wish in text.split(","):
        if wish.strip().lower() == "infinite":
            return most
        if found := _TIMEOUT.fullmatch(wish):
            return max(1, min(int(found[1]), most))
    return otherwise


def lock_token(text: str) -> str:
    """The token between its brackets (§10.5). Raises BadHeader."""
    found = _CODED.fullmatch(text)
    if found is None:
        raise BadHeader(parameter="Lock-Token")
    return found[1]


def is_minimal(prefer: str, brief: str) -> bool:
    """Whether nothing shall be told of what there is not: `Prefer: return=minimal` (RFC 8144), and `Brief: t` before it."""
    wishes = [wish.partition(";")[0].replace(" ", "").replace('"', "").lower() for wish in prefer.split(",")]
    return "return=minimal" in wishes or brief.strip().lower() == "t"


def unix_time(text: str) -> datetime | None:
    """A moment in seconds since 1970, as `X-OC-Mtime` spells it; None for none or nonsense."""
    try:
        return datetime.fromtimestamp(float(text), UTC) if text else None
    except (ValueError, OverflowError, OSError):
        return None
