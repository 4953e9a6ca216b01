"""Versions of apps that no home of this host uses any more."""

from __future__ import annotations

from asyncio import to_thread

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from .daily import KINDS
from .installed import installed

_LEAST_AGE_S = 86_400  # what was taken since then may be named by an installation that is still to end
_PAGE = 100


async def sweep_versions(house: House, home: Home) -> int:
    """Remove the versions that no home has installed; returns how many.

    Every home has to be asked, so one does it for all: the first of the host's list.
    """
    first = await house.read_host(homes.listed, "", 1)
    if not first or first[0].id != home.id:
        return 0
    unused = await _unused(house)
    return sum([await to_thread(house.shelf.drop, key, _LEAST_AGE_S) for key in sorted(unused)])


async def _unused(house: House) -> set[str]:
    keys, after = set(await to_thread(lambda: list(house.shelf.keys()))), ""
    while keys and (page := await house.read_host(homes.listed, after, _PAGE)):
        for listing in page:
            keys -= await house.read(Home(listing.id, listing.domain, ""), SYSTEM, _used)
        after = page[-1].domain
    return keys


def _used(work: Work) -> set[str]:
    return {app.pack for kind in KINDS for app in installed(work, kind)}
