"""Whoever comes by where a home was."""

from __future__ import annotations

import asyncio
from time import monotonic

import msgspec

from cozy.kernel.house import House
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.errors import NoHome
from cozy.rooms.neighbours.model import Moved

from .. import store

PATIENCE_S = 15.0
_PAUSE_S = 0.05


async def gone_to(house: House, domain: str) -> str:
    """The address of the home that was at this one, https://alice.example.net, once it lives there; "" when that takes too long,
    it is here after all, or it keeps this address, which leads to another host soon.
    """
    until = monotonic() + PATIENCE_S
    while (departure := await house.read_host(store.departure_from, domain)) is not None:
        if departure.state == "arrived":
            break
        if monotonic() > until:
            return ""
        await asyncio.sleep(_PAUSE_S)
    try:
        record = await house.read_host(homes.gone_from, domain)
    except NoHome:
        return ""
    moved = msgspec.json.decode(record, type=Moved)
    return "" if moved.is_in_place else moved.address
