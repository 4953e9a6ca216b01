"""Lanes: while several homes ask at once, each has so many of its requests at work, and the others wait behind those.

A worker answers in the order of asking. Without lanes, who asks a home with a hundred connections makes every other home wait for a
hundred requests; with them, for as many as a lane lets in at once. A home that nobody else asks beside has no lane to wait in.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from starlette.types import Message, Receive

from cozy.kernel.problem import Unavailable

ALONE_AFTER_S = 1.0  # without a request for another home
HELD_S = 0.5  # who has not answered by then waits for something else than this process: a disk, another server, a change
LINE = 1_000  # most that wait in one lane
_SMALL = (
    64 * 1024
)  # bytes of a body that is waited for before its request takes a place: as much as uvicorn holds anyway


class Crowded(Unavailable):
    """Too much is asked of this home at once: try again in a moment."""


@dataclass(slots=True)
class _Lane:
    at_work: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)


class Lanes:
    """The lanes of all homes in this process. at_once: how many of a home's requests are at work together; 0: as many as come."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._lanes: dict[str, _Lane] = {}
        self._latest = ""
        self._crowded_until = 0.0

    async def enter(self, home_id: str) -> Callable[[], None]:
        """Wait for a place, in the order of asking. Returns what gives it up, which happens by itself after a while. Raises Crowded."""
        if not self._at_once:
            return _nothing
        if home_id != self._latest:
            self._latest, self._crowded_until = home_id, monotonic() + ALONE_AFTER_S
        lane = self._lanes.setdefault(home_id, _Lane())
        if not lane.waiting and self._is_free(lane):
            lane.at_work += 1
        else:
            await self._wait(home_id, lane)
        return self._held(home_id, lane)

    async def _wait(self, home_id: str, lane: _Lane) -> None:
        if len(lane.waiting) >= LINE:
            raise Crowded(retry_after_s=1)
        place = asyncio.get_running_loop().create_future()
        lane.waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._free(home_id, lane)
            raise

    def _held(self, home_id: str, lane: _Lane) -> Callable[[], None]:
        is_over = False

        def leave() -> None:
            nonlocal is_over
            if is_over:
                return
            is_over = True
            timer.cancel()
            loop.call_soon(self._free, home_id, lane)

        loop = asyncio.get_running_loop()
        timer = loop.call_later(HELD_S, leave)
        return leave

    def _free(self, home_id: str, lane: _Lane) -> None:
        """A round of the loop later than the answer: a request that waits for nothing is done within one, and others shall come in between."""
        lane.at_work -= 1
        self._let_in(lane)
        if not lane.at_work and not lane.waiting:
            self._lanes.pop(home_id, None)

    def _let_in(self, lane: _Lane) -> None:
        while lane.waiting and self._is_free(lane):
            place = lane.waiting.popleft()
            if not place.done():
                lane.at_work += 1
                place.set_result(None)

    def _is_free(self, lane: _Lane) -> bool:
        return lane.at_work < self._at_once or monotonic() >= self._crowded_until


class Turn:
    """One request in its lane: from when it is all here until its answer begins. What comes and goes slowly holds no place."""

    def __init__(self, lanes: Lanes, receive: Receive) -> None:
        self._lanes = lanes
        self._receive = receive
        self._home_id: str | None = None  # where a place is to be taken once the body is here
        self._first: Message | None = None
        self.end: Callable[[], None] = _nothing

    async def begin(self, home_id: str, headers: Callable[[str, str], str]) -> None:
        """Take a place; where a large body is on its way, once the last of it is here. Raises Crowded."""
        if not headers("transfer-encoding", "") and headers("content-length", "0") == "0":
            self.end = await self._lanes.enter(home_id)
            return
        self._home_id = home_id
        if _is_small(headers):
            self._first = await self.receive()

    async def receive(self) -> Message:
        """What comes next of the request."""
        if self._first is not None:
            first, self._first = self._first, None
            return first
        message = await self._receive()
        if self._home_id is not None and not message.get("more_body"):
            home_id, self._home_id = self._home_id, None
            self.end = await self._lanes.enter(home_id)
        return message


def _is_small(headers: Callable[[str, str], str]) -> bool:
    """Whether it comes along with its head. Who wants to hear first whether they may send it is answered first (RFC 9110 §10.1.1)."""
    length = headers("content-length", "")
    return not headers("expect", "") and length.isdecimal() and int(length) <= _SMALL


def _nothing() -> None:
    """Where no place was taken."""
