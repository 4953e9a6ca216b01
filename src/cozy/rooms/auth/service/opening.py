"""Moving in: a new home, made whole before anybody can reach it."""

from __future__ import annotations

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import new_id
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Listing, Profile


async def open_home(house: House, domain: str, profile: Profile, origin: str, quota: int | None = None) -> Listing:
    """Make a home and put it on the host's list. A crash on the way leaves an unlisted folder and no half home.

    origin: the address that people will type. Raises BadDomain, BadProfile, DomainTaken.
    """
    clean = homes.clean_domain(domain)
    homes.clean_profile(profile)
    home = Home(new_id(), clean, origin, quota=quota)
    await house.storage.add(home.id)
    try:
        public_key = await house.write(home, SYSTEM, homes.furnish, profile)
        return await house.write_host(homes.enlist, home.id, clean, quota, public_key)
    except BaseException:
        await house.blobs.drop(home.id)
        await house.storage.drop(home.id)
        raise
