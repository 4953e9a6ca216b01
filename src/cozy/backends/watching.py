"""The bus beside SQLite: what other processes, such as the command line, write is seen on the files of a home."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from cozy.backends.bus import LocalBus
from cozy.kernel.bus import Change, Listener, Since

_EVERY_S = 0.25
_A_SECOND = 10_000  # homes looked at in a second, at the most: four hundredths of a core
_AT_ONCE = 100  # homes looked at before others get their turn on the event loop
_TICK_NS = 50_000_000  # writes this close may leave the same time on a file

Stamp = tuple[int, ...]


class WatchingBus:
    """A LocalBus, and a look every now and then at the homes that somebody listens to. The others cost nothing."""

    def __init__(self, root: Path, since: Since) -> None:
        self._root = root
        self._local = LocalBus(since)
        self._seen: dict[str, Stamp] = {}
        self._watch: asyncio.Task[None] | None = None

    def tell(self, home_id: str, changes: Sequence[Change]) -> None:
        """Tell every listener in this process: no other one has any."""
        self._local.tell(home_id, changes)

    async def hear(self, home_id: str, listener: Listener) -> Callable[[], None]:
        """Add a listener; returns what removes it."""
        self._seen.setdefault(home_id, self._stamp(home_id))
        end = await self._local.hear(home_id, listener)
        if self._watch is None:
            self._watch = asyncio.ensure_future(self._watching())
        return end

    async def close(self) -> None:
        """Stop looking."""
        if self._watch is not None:
            self._watch.cancel()
        await self._local.close()

    async def _watching(self) -> None:
        """As long as anybody listens."""
        while homes := self._local.homes():
            self._seen = {home_id: self._seen[home_id] for home_id in homes if home_id in self._seen}
            for start in range(0, len(homes), _AT_ONCE):
                part = homes[start : start + _AT_ONCE]
                await asyncio.sleep(max(_EVERY_S * len(part) / len(homes), len(part) / _A_SECOND))
                for home_id in part:
                    self._look(home_id)
        self._watch = None

    def _look(self, home_id: str) -> None:
        stamp = self._stamp(home_id)
        if stamp != self._seen.get(home_id):
            self._seen[home_id] = stamp
            self._local.look(home_id)

    def _stamp(self, home_id: str) -> Stamp:
        """Differs once anybody has written. That of files that were written just now does not stay the same."""
        now = time.time_ns()
        stamp: list[int] = []
        for name in ("home.db", "home.db-wal"):
            try:
                found = (self._root / "homes" / home_id / name).stat()
            except OSError:
                stamp.append(0)
                continue
            is_fresh = now - found.st_mtime_ns < _TICK_NS
            stamp += (found.st_ino, found.st_size, found.st_mtime_ns, now if is_fresh else 0)
        return tuple(stamp)
