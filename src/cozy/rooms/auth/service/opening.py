"""Moving in: a new home, made whole before anybody can reach it."""

from __future__ import annotations

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import NOTHING_AGREED, Home, Hosted
from cozy.kernel.house import House
from cozy.kernel.ids import new_id
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Listing, Profile

from . import passphrase


async def open_home(
    house: House,
    domain: str,
    profile: Profile,
    origin: str,
    quota: int | None = None,
    *,
    key: str = "",
    hosted: Hosted = NOTHING_AGREED,
    is_first: bool = False,
) -> Listing:
    """Make a home and put it on the host's list. A crash on the way leaves an unlisted folder and no half home.

    origin: the address that people will type; key: of the passphrase, "" for none yet; hosted: what it agreed on
    with its host; is_first: only when there is no other home. Raises BadDomain, BadProfile, DomainTaken, NotFirst, BadKey.
    """
    clean = homes.clean_domain(domain)
    homes.clean_profile(profile)
    sealed = await passphrase.seal(key) if key else ""
    home = Home(new_id(), clean, origin, quota=quota, hosted=hosted)
    await house.storage.add(home.id)
    try:
        public_key = await house.write(home, SYSTEM, _furnish, profile, sealed)
        return await house.write_host(
            homes.enlist, home.id, clean, quota, public_key, hosted=hosted, is_first=is_first
        )
    except BaseException:
        await house.blobs.drop(home.id)
        await house.drawings.drop(home.id)
        await house.storage.drop(home.id)
        raise


def _furnish(work: Work, profile: Profile, sealed: str) -> str:
    public_key = homes.furnish(work, profile)
    if sealed:
        passphrase.keep(work, sealed)
    return public_key
