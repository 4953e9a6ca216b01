"""The scripts of a Twitter/X archive: `window.YTD.tweets.part0 = [ … ]`, JSON behind an assignment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..reading.jsons import Readable, UnfitJson, elements

__all__ = ["UnfitJson", "entries"]


def entries(stream: Readable) -> Iterator[dict[str, Any]]:
    """The objects of a script, without the one name that wraps each (`tweet`, `like`, `dmConversation`…). Raises UnfitJson."""
    for one in elements(_Behind(stream)):
        if isinstance(one, dict):
            inner = next(iter(one.values()), None) if len(one) == 1 else one
            yield inner if isinstance(inner, dict) else one


class _Behind:
    """A stream from behind its first `=`."""

    def __init__(self, stream: Readable) -> None:
        self.stream = stream
        self.begun = False

    def read(self, size: int = -1) -> bytes:
        found = self.stream.read(size)
        if not self.begun:
            self.begun = True
            head, equals, rest = found.partition(b"=")
            found = rest if equals and b"[" not in head else found
        return found
