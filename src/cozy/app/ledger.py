"""The ledger, written while the program runs: every second, one write for each home that others used in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from cozy.kernel.house import House
from cozy.rooms.permissions import service as permissions

EVERY_S = 1.0


@asynccontextmanager
async def writing(house: House, every_s: float = EVERY_S) -> AsyncIterator[None]:
    """Write while the block runs, and once more at its end."""
    stopped = asyncio.Event()
    task = asyncio.create_task(_write(house, stopped, every_s))
    try:
        yield
    finally:
        stopped.set()
        await task
        await permissions.ledger.flush(house)


async def _write(house: House, stopped: asyncio.Event, every_s: float) -> None:
    while not stopped.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(every_s):
                await stopped.wait()
        await permissions.ledger.flush(house)
