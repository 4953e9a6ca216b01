"""The end of a home."""

from __future__ import annotations

from cozy.kernel.house import House

from ..model import Listing
from ..ports import Farewell
from . import listing


async def destroy(house: House, domain: str) -> Listing:
    """Destroy a home with all that is in it, for good; it answers no more. Raises NoHome, and what a `Farewell` does.

    A crash on the way leaves a folder that no list names.
    """
    await take_leave(house, (await house.read_host(listing.at, domain)).id)
    gone = await house.write_host(listing.delist, domain)
    house.relisted[gone.domain] += 1
    await house.blobs.drop(gone.id)
    await house.drawings.drop(gone.id)
    await house.storage.drop(gone.id)
    return gone


async def take_leave(house: House, home_id: str) -> None:
    """End what goes on elsewhere because of a home, before it goes for good. Raises what a `Farewell` does."""
    for each in house.ports.get(Farewell, []):
        await each(house, home_id)
