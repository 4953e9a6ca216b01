"""A feed that is held until something changes (CouchDB, `feed=longpoll`)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from cozy.kernel.bus import Change
from cozy.kernel.problem import Problem
from cozy.web.call import Call

from ..model import Asked, Feed
from .parameters import number

MOST_S = 60.0  # CouchDB's default too; whoever asks again shows again that they may
LEAVE = {"io.cozy.permissions", "io.cozy.sessions", "io.cozy.oauth.clients"}  # what leave to ask hangs on

Look = Callable[[Asked], Awaitable[Feed]]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, and after how long to show that one still does; None: never."""

    timeout_s: float
    heartbeat_s: float | None


def patience(call: Call) -> Patience:
    """What `timeout` and `heartbeat` say, in milliseconds; a heartbeat replaces the timeout. Raises Malformed."""
    timeout = number(call, "timeout")
    beat = MOST_S if call.query("heartbeat") == "true" else _seconds(number(call, "heartbeat"))
    if beat or timeout is None:
        return Patience(MOST_S, beat)
    return Patience(min(timeout / 1000, MOST_S), None)


def _seconds(milliseconds: int | None) -> float | None:
    return max(milliseconds / 1000, 0.01) if milliseconds else None


class Watch:
    """What was heard since somebody began to wait."""

    def __init__(self, doctype: str) -> None:
        self._doctype = doctype
        self._stirred = asyncio.Event()
        self.is_over = False  # whoever waits may have lost leave to

    def hear(self, changes: Sequence[Change]) -> None:
        """Called by the bus. Whether a change is one that was asked for is for the next look to say."""
        told = {change.doctype for change in changes}
        self.is_over = self.is_over or not told.isdisjoint(LEAVE)
        if self.is_over or self._doctype in told:
            self._stirred.set()

    async def stirred(self, leaving: asyncio.Event, within_s: float) -> bool:
        """Wait for what may matter, or the end of the house. Whether there was any before the time was over."""
        waiting = [asyncio.ensure_future(event.wait()) for event in (self._stirred, leaving)]
        try:
            done, _ = await asyncio.wait(waiting, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()
        self.is_over = self.is_over or leaving.is_set()
        self._stirred.clear()
        return bool(done)


async def held(
    call: Call, doctype: str, asked: Asked, nothing: Feed, patience: Patience, look: Look
) -> AsyncIterator[Feed | None]:
    """None at each beat, then what changed since `nothing` did. No transaction is open meanwhile.

    It ends with nothing as well when leave may have ended, so that who asks again is asked who they are.
    """
    watch = Watch(doctype)
    end = await call.house.bus.hear(call.home.id, watch.hear)
    clock = asyncio.get_running_loop().time
    beat_s = patience.heartbeat_s or MOST_S
    until, beat = clock() + patience.timeout_s, clock() + beat_s
    try:
        found = await look(replace(asked, since=nothing.last_seq))
        while not found.changes and not watch.is_over and clock() < until:
            if await watch.stirred(call.house.leaving, min(until, beat) - clock()):
                found = nothing if watch.is_over else await look(replace(asked, since=found.last_seq))
            elif patience.heartbeat_s and clock() >= beat:
                beat = clock() + beat_s
                yield None
        yield found
    except Problem:
        yield nothing
    finally:
        end()
