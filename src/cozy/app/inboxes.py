"""The inboxes of live folders, looked at while the program runs."""

from __future__ import annotations

from asyncio import to_thread
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import structlog

from cozy.app.house import home_of
from cozy.kernel.caller import SYSTEM
from cozy.kernel.house import House
from cozy.kernel.problem import Problem
from cozy.kernel.repeating import repeated
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Listing
from cozy.rooms.live_folder import jobs as live_folder_jobs
from cozy.rooms.live_folder import service as live_folder

log = structlog.get_logger()
EVERY_S = 3.0


def watched(house: House, every_s: float = EVERY_S) -> AbstractAsyncContextManager[None]:
    """Have taken in what comes into them while the block runs. A home without a live folder costs nothing."""
    return repeated(lambda: look(house), every_s, "inboxes cannot be looked at")


async def look(house: House) -> None:
    """Let a job wait in each home that has something in its inbox. What is wrong with one holds up no other."""
    for listing in await house.read_host(homes.with_live_folder):
        try:
            await _look(house, listing)
        except Problem:
            pass  # such as of a home that is on its way to another host
        except Exception:
            log.exception("an inbox cannot be looked at", home=listing.id)


async def _look(house: House, listing: Listing) -> None:
    place, now = Path(listing.hosted.live_folder), house.clock().timestamp()
    if listing.state == "active" and await to_thread(live_folder.waits, place, now):
        await house.write(home_of(house.settings, listing), SYSTEM, live_folder_jobs.await_inbox)
