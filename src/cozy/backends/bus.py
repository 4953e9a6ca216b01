"""The bus inside one process. What other processes wrote it reads from the home, once somebody says that they did."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence

import structlog

from cozy.kernel.bus import Change, Listener, Since

log = structlog.get_logger()


class LocalBus:
    """Who listens, by home. A home that nobody listens to costs one look-up a change.

    patience_s: how long to wait for changes that are missing in between, before they are read from the home.
    """

    def __init__(self, since: Since, patience_s: float = 0.0) -> None:
        self._since = since
        self._patience_s = patience_s
        self._lines: dict[str, Line] = {}

    def tell(self, home_id: str, changes: Sequence[Change]) -> None:
        """Tell every listener of a home."""
        line = self._lines.get(home_id)
        if line is not None:
            line.tell(changes)

    async def hear(self, home_id: str, listener: Listener) -> Callable[[], None]:
        """Add a listener; returns what removes it."""
        line = self._lines.get(home_id)
        if line is None:
            line = self._lines[home_id] = Line(home_id, self._since, self._patience_s)
        end = self._joined(line, listener)
        try:
            await asyncio.shield(line.begun)
        except BaseException:
            end()
            raise
        return end

    def _joined(self, line: Line, listener: Listener) -> Callable[[], None]:
        key = object()
        line.listeners[key] = listener

        def end() -> None:
            line.listeners.pop(key, None)
            if not line.listeners and self._lines.get(line.home_id) is line:
                del self._lines[line.home_id]
                line.close()

        return end

    def look(self, home_id: str) -> None:
        """Another process wrote, or may have written, in a home."""
        line = self._lines.get(home_id)
        if line is not None:
            line.look()

    def is_heard(self, home_id: str) -> bool:
        """Whether somebody listens to a home."""
        return home_id in self._lines

    def homes(self) -> list[str]:
        """The homes that somebody listens to."""
        return list(self._lines)

    async def close(self) -> None:
        """Stop listening."""
        for line in self._lines.values():
            line.close()
        self._lines.clear()


class Line:
    """What the listeners of one home are told, in the order of seq, each change once.

    What comes in order goes out at once. Where something is missing, what came too early waits until it is here, or
    until the patience is over and it has been read from the home.
    """

    def __init__(self, home_id: str, since: Since, patience_s: float) -> None:
        self.home_id = home_id
        self.listeners: dict[object, Listener] = {}
        self._since = since
        self._patience_s = patience_s
        self._told = 0  # seq of the last change that went out
        self._early: dict[int, Change] = {}
        self._is_to_look = False
        self._reading: asyncio.Task[None] | None = None
        self.begun = asyncio.ensure_future(self._begin())

    async def _begin(self) -> None:
        self._told, _ = await self._since(self.home_id, None)
        self._early = {seq: change for seq, change in self._early.items() if seq > self._told}
        self._send_what_follows()

    def tell(self, changes: Sequence[Change]) -> None:
        """Pass on what was committed, here or elsewhere."""
        if aside := [change for change in changes if not change.seq]:
            self._send(aside)
        self._early.update((change.seq, change) for change in changes if change.seq > self._told)
        if self.begun.done():
            self._send_what_follows()

    def look(self) -> None:
        """Read from the home what is new."""
        self._is_to_look = True
        if self.begun.done():
            self._read()

    def close(self) -> None:
        """Nobody listens any more."""
        self.begun.cancel()
        if self._reading is not None:
            self._reading.cancel()

    def _send_what_follows(self) -> None:
        following = list(self._in_order())
        if following:
            self._send(following)
        if self._early or self._is_to_look:
            self._read()

    def _in_order(self) -> Iterator[Change]:
        while change := self._early.pop(self._told + 1, None):
            self._told = change.seq
            yield change

    def _read(self) -> None:
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._catch_up())

    async def _catch_up(self) -> None:
        """Until nothing waits. When a home cannot be read, what waits goes out as it is."""
        try:
            while self._early or self._is_to_look:
                await self._read_on()
        except Exception:
            log.exception("the changes of a home could not be read", home=self.home_id)
            self._settle(max(self._early, default=self._told), [])
        finally:
            self._reading = None

    async def _read_on(self) -> None:
        """Who asked us to look is answered even when no document changed."""
        if not self._is_to_look:
            await asyncio.sleep(self._patience_s)
        is_asked, self._is_to_look = self._is_to_look, False
        if not is_asked and not self._early:
            return
        is_news, is_more = False, True
        while is_more:
            reached, found = await self._since(self.home_id, self._told)
            is_news |= self._settle(reached, found)
            is_more = bool(found)
        if is_asked and not is_news:
            self._send([])

    def _settle(self, reached: int, found: Sequence[Change]) -> bool:
        """Send what was read, as those who wrote it told it where they did; says whether there was anything."""
        known = {change.seq: change for change in found}
        known.update({seq: change for seq, change in self._early.items() if seq <= reached})
        self._early = {seq: change for seq, change in self._early.items() if seq > reached}
        due = [known[seq] for seq in sorted(known) if seq > self._told]
        self._told = max(self._told, reached)
        due.extend(self._in_order())
        if due:
            self._send(due)
        return bool(due)

    def _send(self, changes: Sequence[Change]) -> None:
        """Call every listener; what goes wrong in one keeps nothing from the others."""
        for listener in list(self.listeners.values()):
            try:
                listener(changes)
            except Exception:
                log.exception("a listener failed", home=self.home_id)
