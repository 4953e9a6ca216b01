"""Meeting another home: who is at an address, before anything is exchanged with it."""

from __future__ import annotations

import secrets
from contextlib import suppress

import msgspec

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House

from ..errors import BadMove, HasMoved, NoAnswer, OtherKey
from ..model import WELL_KNOWN, Introduction, Moved, Told, address_of
from . import knowing

SURE_FOR_S = 600.0
_LIMIT = 16 * 1024  # bytes of an introduction
_TIMEOUT_S = 15.0
_REMEMBERED = 50_000
_sure: dict[tuple[str, str], float] = {}  # by home and address: until when nothing is asked again


async def sure(house: House, home: Home, address: str) -> None:
    """Make sure that the home at this address is the one that is known there; one that is not known yet is met.

    Raises OtherKey, HasMoved, NoAnswer, and what `Outside.fetch` does.
    """
    here, now = address_of(address), house.clock().timestamp()
    if _sure.get((home.id, here), 0.0) > now:
        return
    told = await _told(house, here)
    if isinstance(told, Moved):
        await _follow(house, home, told)
    key = told.public_key if isinstance(told, Introduction) else ""
    met = await house.read(home, SYSTEM, knowing.known, here)
    if met is None or met.is_refused or met.public_key != key:
        met = await house.write(home, SYSTEM, knowing.meet, here, key)
    if met.is_refused:
        raise OtherKey(address=here)
    if len(_sure) > _REMEMBERED:
        _sure.clear()
    _sure[home.id, here] = now + SURE_FOR_S


async def sure_of_move(house: House, home: Home, before: str, address: str) -> None:
    """Make sure that a home which says that it is at a new address by now is there, where it is known by its key.

    Raises BadMove when another one is, or none, NoAnswer, and what `Outside.fetch` does.
    """
    met = await house.read(home, SYSTEM, knowing.known, before)
    if met is None or not met.public_key or address_of(address) == met.address:
        return
    told = await _told(house, address_of(address))
    if not isinstance(told, Introduction) or told.public_key != met.public_key:
        raise BadMove(address=address)


async def _follow(house: House, home: Home, record: Moved) -> None:
    """Raises HasMoved when it is true. One that is not is as good as no introduction."""
    with suppress(BadMove):
        await house.read(home, SYSTEM, knowing.check, record)
        await sure_of_move(house, home, record.before, record.address)
        await house.write(home, SYSTEM, knowing.follow, record)
        raise HasMoved(address=record.address)


async def _told(house: House, address: str) -> Introduction | Moved | None:
    """What stands at the well-known address; None where nothing does that a home of ours says. Raises NoAnswer."""
    challenge = secrets.token_urlsafe(24)
    reply = await house.outside.fetch(
        "GET", f"{address}{WELL_KNOWN}?challenge={challenge}", headers={"accept": "application/json"},
        limit=_LIMIT, timeout_s=_TIMEOUT_S, redirects=0,
    )  # fmt: skip
    if reply.status == 429 or reply.status >= 500:
        raise NoAnswer(address=address, status=reply.status)
    try:
        told = msgspec.json.decode(reply.body, type=Told) if reply.status == 200 else Told()
    except (msgspec.DecodeError, RecursionError):
        return None
    if told.moved is not None:
        return told.moved
    said = Introduction(told.address, told.public_key, told.challenge, told.signature)
    return said if said.is_true(address, challenge) else None


def forget(home: Home | None = None, address: str = "") -> None:
    """Ask again who is at an address before the next exchange; without any, at every one."""
    if home is None:
        _sure.clear()
    else:
        _sure.pop((home.id, address_of(address)), None)
