"""Everything that waits in a home, done."""

import asyncio
from dataclasses import replace

from cozy.app.worker import Worker
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.rooms.jobs import service as jobs


async def settled(house, home) -> None:
    """Everything that waits is done."""
    worker = Worker(poll_s=0.01)
    async with worker.running(replace(house, wake=worker.wake)):
        worker.wake(home)
        for _ in range(6_000):
            leased = await house.read(home, SYSTEM, jobs.next_due)
            if leased > iso(house.clock()):
                return
            await asyncio.sleep(0.01)
    raise AssertionError("jobs still wait")
