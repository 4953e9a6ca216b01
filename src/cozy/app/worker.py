"""The worker: what happens by itself, beside the requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cozy.kernel.home import Home
from cozy.kernel.house import House


class Worker:
    """Runs the jobs of homes that have some."""

    def __init__(self) -> None:
        self._due: asyncio.Queue[Home] = asyncio.Queue()

    def wake(self, home: Home) -> None:
        """A home has something to do."""
        self._due.put_nowait(home)

    @asynccontextmanager
    async def running(self, house: House) -> AsyncIterator[None]:
        """Work while the block runs."""
        yield
