"""The host: its list of homes, and the databases that are here."""

from __future__ import annotations

from cozy.kernel.house import House
from cozy.rooms.homes import service as homes

from ..model import Finding, Report

_PAGE = 500


async def check_host(house: House, report: Report) -> None:
    """Report what is wrong with the list of homes. A home that is being made at this moment is not listed yet."""
    for damage in await house.storage.host.damages():
        report(Finding("database-damaged", "host", {"error": damage}))
    here = set(await house.storage.homes())
    after = ""
    while page := await house.read_host(homes.listed, after, _PAGE):
        for listing in page:
            if listing.id not in here:
                report(Finding("database-missing", listing.id, {"domain": listing.domain}))
            here.discard(listing.id)
        after = page[-1].domain
    for home_id in sorted(here):
        report(Finding("database-unlisted", home_id))
