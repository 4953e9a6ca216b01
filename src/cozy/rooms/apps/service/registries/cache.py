"""Answers of registries, kept for a while and asked for again by their tags (RFC 9111 §4.3)."""

from __future__ import annotations

from time import monotonic
from weakref import WeakKeyDictionary

import structlog
from msgspec import Struct

from cozy.kernel.outside import Outside
from cozy.kernel.problem import Elsewhere

log = structlog.get_logger()
_MOST = 512  # answers
_LARGE = 8 * 1024 * 1024  # bytes of one that is still kept
_WITHIN_S = 15.0
_LIMIT = 32 * 1024 * 1024  # bytes of a list of all apps, manifests and all


class Answer(Struct, frozen=True):
    """What a registry said. etag: "" when it gave none."""

    status: int
    media_type: str
    body: bytes
    etag: str
    until: float  # on the monotonic clock


class Cache:
    """The answers of one house's registries."""

    def __init__(self) -> None:
        self._kept: dict[str, Answer] = {}

    async def get(self, outside: Outside, url: str, for_s: float) -> Answer:
        """An answer that is at most `for_s` old; an older one when the registry cannot be reached. Raises Elsewhere."""
        known = self._kept.get(url)
        if known is not None and known.until > monotonic():
            return known
        try:
            fresh = await self._asked(outside, url, for_s, known)
        except Elsewhere:
            if known is None:
                raise
            log.warning("registry is away", url=url)
            return known
        self._keep(url, fresh)
        return fresh

    async def _asked(self, outside: Outside, url: str, for_s: float, known: Answer | None) -> Answer:
        headers = {"if-none-match": known.etag} if known and known.etag else {}
        reply = await outside.fetch("GET", url, headers=headers, limit=_LIMIT, timeout_s=_WITHIN_S)
        until = monotonic() + for_s
        if reply.status == 304 and known is not None:
            return Answer(known.status, known.media_type, known.body, known.etag, until)
        media_type = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Answer(reply.status, media_type, reply.body, reply.headers.get("etag", ""), until)

    def _keep(self, url: str, answer: Answer) -> None:
        if answer.status not in {200, 404} or len(answer.body) > _LARGE:
            return
        if len(self._kept) >= _MOST and url not in self._kept:
            del self._kept[next(iter(self._kept))]
        self._kept[url] = answer


_CACHES: WeakKeyDictionary[Outside, Cache] = WeakKeyDictionary()


def of(outside: Outside) -> Cache:
    """What is kept for a house."""
    return _CACHES.setdefault(outside, Cache())
