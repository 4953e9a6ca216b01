"""Memory, what a connector has brought before: so that nothing comes twice, nor comes back when the owner threw it away."""

from __future__ import annotations

import hashlib

from .keeping import Keeper

_OFTEN = 50  # things remembered between two times that it is written down


class Memory:
    """Sources and their versions, in a few documents of the home that are read when they are needed."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._held: dict[str, dict[str, list[str]]] = {}
        self._changed: set[str] = set()
        self._news = 0

    def version(self, source: str) -> str | None:
        """The version of something that was brought, None when it never was."""
        known = self._of(source)
        return known[0] if known else None

    def file(self, source: str) -> str:
        """The file that it became, "" for none."""
        known = self._of(source)
        return known[1] if known else ""

    def note(self, source: str, version: str, file_id: str = "") -> None:
        """It was brought."""
        shard, key = _place(source)
        self._shard(shard)[key] = [version, file_id]
        self._changed.add(shard)
        self._news += 1
        if self._news >= _OFTEN:
            self.write()

    def write(self) -> None:
        """Write down what is new."""
        for shard in sorted(self._changed):
            self._keeper.keep_memory(shard, self._held[shard])
        self._changed.clear()
        self._news = 0

    def _of(self, source: str) -> list[str] | None:
        shard, key = _place(source)
        return self._shard(shard).get(key)

    def _shard(self, shard: str) -> dict[str, list[str]]:
        if shard not in self._held:
            self._held[shard] = self._keeper.memory(shard)
        return self._held[shard]


def _place(source: str) -> tuple[str, str]:
    """One of 64 documents, and the name in it."""
    digest = hashlib.sha256(source.encode()).hexdigest()
    return f"{int(digest[:2], 16) // 4:02x}", digest[2:26]
