"""Moves under way go on by themselves while the program runs."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, suppress
from time import monotonic

import structlog

from cozy.kernel.carrying import CarriedAlready
from cozy.kernel.house import House
from cozy.kernel.problem import Problem
from cozy.kernel.repeating import repeated

from ..errors import GivenUp, NoDeparture, TargetRefuses
from ..model import Departure
from . import leaving

log = structlog.get_logger()
POLL_S = 2.0
_REFUSED_S = 60.0  # until a host is asked again that said no


def going_on(house: House) -> AbstractAsyncContextManager[None]:
    """Carry homes away while the block runs."""
    refused: dict[str, float] = {}  # by home: until when its host is not asked again
    return repeated(lambda: _look(house, refused), POLL_S, "homes that move cannot be carried on")


async def _look(house: House, refused: dict[str, float]) -> None:
    for departure in await house.read_host(leaving.under_way):
        if refused.get(departure.home_id, 0.0) > monotonic() and not departure.given_up:
            continue
        if await _carry(house, departure):
            refused[departure.home_id] = monotonic() + _REFUSED_S


async def _carry(house: House, departure: Departure) -> bool:
    """Carry a home as far as it goes; why it went no further is kept with it. Whether the other host refuses it."""
    home_id = departure.home_id
    if home_id not in await house.storage.homes():  # it was destroyed meanwhile
        await house.write_host(leaving.forget, home_id)
        return False
    try:
        await leaving.carry_on(house, home_id)
    except (CarriedAlready, GivenUp, NoDeparture):
        return False
    except Exception as error:
        said = error.detail if isinstance(error, Problem) else type(error).__name__
        if said != departure.said:
            log.warning(
                "a home was not carried on", home=home_id, said=said, exc_info=not isinstance(error, Problem)
            )
        with suppress(NoDeparture):
            await house.write_host(leaving.change, home_id, said=said)
        return isinstance(error, TargetRefuses)
    return False
