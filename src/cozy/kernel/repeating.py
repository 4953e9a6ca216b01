"""What a program does by itself, again and again, while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog

log = structlog.get_logger()


@asynccontextmanager
async def repeated(do: Callable[[], Awaitable[object]], every_s: float, trouble: str) -> AsyncIterator[None]:
    """Do it again and again while the block runs, with a pause between. trouble: what is logged when it fails, which ends nothing."""
    task = asyncio.create_task(_repeat(do, every_s, trouble))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _repeat(do: Callable[[], Awaitable[object]], every_s: float, trouble: str) -> None:
    while True:
        try:
            await do()
        except Exception:
            log.exception(trouble)
        await asyncio.sleep(every_s)
