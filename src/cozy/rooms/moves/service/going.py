"""Moves under way go on by themselves while the program runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from cozy.kernel.carrying import CarriedAlready
from cozy.kernel.house import House
from cozy.kernel.problem import Problem

from ..errors import GivenUp, NoDeparture
from . import leaving

log = structlog.get_logger()
POLL_S = 2.0


@asynccontextmanager
async def going_on(house: House) -> AsyncIterator[None]:
    """Carry homes away while the block runs."""
    looking = asyncio.create_task(_look(house))
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def _look(house: House) -> None:
    while True:
        try:
            for departure in await house.read_host(leaving.under_way):
                await _carry(house, departure.home_id)
        except Exception:
            log.exception("homes that move cannot be carried on")
        await asyncio.sleep(POLL_S)


async def _carry(house: House, home_id: str) -> None:
    """Carry a home as far as it goes; why it went no further is kept with it."""
    with suppress(CarriedAlready, GivenUp, NoDeparture):
        try:
            await leaving.carry_on(house, home_id)
        except (CarriedAlready, GivenUp, NoDeparture):
            raise
        except Exception as error:
            said = error.detail if isinstance(error, Problem) else type(error).__name__
            log.warning(
                "a home could not be carried on", home=home_id, exc_info=not isinstance(error, Problem)
            )
            await house.write_host(leaving.change, home_id, said=said)
