"""The end of a home."""

from __future__ import annotations

from cozy.kernel.house import House

from ..model import Listing
from . import listing


async def destroy(house: House, domain: str) -> Listing:
    """Destroy a home with all that is in it, for good; it answers no more. Raises NoHome.

    A crash on the way leaves a folder that no list names.
    """
    gone = await house.write_host(listing.delist, domain)
    house.relisted[gone.domain] += 1
    await house.blobs.drop(gone.id)
    await house.drawings.drop(gone.id)
    await house.storage.drop(gone.id)
    return gone
