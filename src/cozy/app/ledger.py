"""The ledger, written while the program runs: every second, one write for each home that others used in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from cozy.kernel.house import House
from cozy.rooms.permissions import service as permissions

EVERY_S = 1.0


def writing(house: House, every_s: float = EVERY_S) -> AbstractAsyncContextManager[None]:
    """Write while the block runs, and once more at its end."""
    return regularly(lambda: permissions.ledger.flush(house), every_s)


@asynccontextmanager
async def regularly(flush: Callable[[], Awaitable[None]], every_s: float) -> AsyncIterator[None]:
    """Do it again and again while the block runs, and once more at its end."""
    stopped = asyncio.Event()
    task = asyncio.create_task(_repeat(flush, stopped, every_s))
    try:
        yield
    finally:
        stopped.set()
        await task
        await flush()


async def _repeat(flush: Callable[[], Awaitable[None]], stopped: asyncio.Event, every_s: float) -> None:
    while not stopped.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(every_s):
                await stopped.wait()
        await flush()
