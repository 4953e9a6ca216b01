"""Moves under way go on by themselves while the program runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
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
AT_ONCE = 4  # homes that are copied at a time by this process, beside those that are closed already
_REFUSED_S = 60.0  # until a host is asked again that said no


@asynccontextmanager
async def going_on(house: House) -> AsyncIterator[None]:
    """Carry homes away while the block runs, several at once: a host that is slow to take one holds no other up, least of all one
    that is closed until it lives elsewhere.
    """
    carrying: dict[str, asyncio.Task[None]] = {}
    refused: dict[str, float] = {}  # by home: until when its host is not asked again
    try:
        async with repeated(
            lambda: _look(house, carrying, refused), POLL_S, "homes that move cannot be carried on"
        ):
            yield
    finally:
        for task in carrying.values():
            task.cancel()
        await asyncio.gather(*carrying.values(), return_exceptions=True)


async def _look(house: House, carrying: dict[str, asyncio.Task[None]], refused: dict[str, float]) -> None:
    for departure in await house.read_host(leaving.under_way):
        home_id, is_open = departure.home_id, departure.state == "copying" and not departure.given_up
        has_to_wait = refused.get(home_id, 0.0) > monotonic() and not departure.given_up
        if home_id not in carrying and not has_to_wait and (len(carrying) < AT_ONCE or not is_open):
            carrying[home_id] = asyncio.create_task(_carry_one(house, departure, carrying, refused))


async def _carry_one(
    house: House, departure: Departure, carrying: dict[str, asyncio.Task[None]], refused: dict[str, float]
) -> None:
    try:
        if await _carry(house, departure):
            refused[departure.home_id] = monotonic() + _REFUSED_S
    except Exception:
        log.exception("a home cannot be carried on", home=departure.home_id)
    finally:
        del carrying[departure.home_id]


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
