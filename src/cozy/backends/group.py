"""Group commit: the writes of one database queue up, and a thread commits all that wait together."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from cozy.kernel.db import Db, nothing
from cozy.kernel.problem import Unavailable

T = TypeVar("T")
Outcome = tuple[Any, BaseException | None]
Committed = Callable[[], None]
_BATCH = 512  # most writes in one commit


class _Write(NamedTuple):
    fn: Callable[[Db], Any]
    done: asyncio.Future[Any]
    committed: Committed


class GroupCommit:
    """A queue of writes. `commit` runs a batch of them in order, in one transaction, and says how each went."""

    def __init__(
        self, threads: ThreadPoolExecutor, commit: Callable[[list[Callable[[Db], Any]]], list[Outcome]]
    ) -> None:
        self._threads = threads
        self._commit = commit
        self._waiting: deque[_Write] = deque()
        self._lock = threading.Lock()
        self._draining = False

    async def write(self, fn: Callable[[Db], T], committed: Committed = nothing) -> T:
        """Join the queue; answered after the commit. Cancelled before its turn, the write is left out."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        with self._lock:
            self._waiting.append(_Write(fn, done, committed))
            start = not self._draining
            self._draining = True
        if start:
            self._start(loop)
        return await done

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            loop.run_in_executor(self._threads, self._drain, loop)
        except RuntimeError as error:  # the threads are shut down
            with self._lock:
                self._waiting.clear()
                self._draining = False
            raise Unavailable("This server is closing.") from error

    def _drain(self, loop: asyncio.AbstractEventLoop) -> None:
        while batch := self._next_batch():
            outcomes = self._commit([write.fn for write in batch])
            try:
                loop.call_soon_threadsafe(_settle, batch, outcomes)
            except RuntimeError:  # the loop is closed: nobody waits for an answer any more
                return

    def _next_batch(self) -> list[_Write]:
        with self._lock:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _BATCH))]
                if batch := [write for write in batch if not write.done.cancelled()]:
                    return batch
            self._draining = False
            return []

    @property
    def busy(self) -> bool:
        """Whether writes wait or run."""
        return self._draining


def _settle(batch: list[_Write], outcomes: list[Outcome]) -> None:
    for write, (result, error) in zip(batch, outcomes, strict=True):
        if error is None:
            write.committed()
        if write.done.cancelled():
            continue
        if error is None:
            write.done.set_result(result)
        else:
            write.done.set_exception(error)
