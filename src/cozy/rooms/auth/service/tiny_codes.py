"""Codes of six digits, which somebody could try to guess: wrong ones are counted, and too many open nothing for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from weakref import WeakValueDictionary

from cozy.kernel.caller import NOBODY, Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Permission

from ..errors import BadToken
from ..model import Visitor
from . import limits, tokens

_DIGITS = 6
_turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # by home


def is_one(token: str) -> bool:
    """Whether a token is such a code."""
    code = token.removesuffix(".")
    return len(code) == _DIGITS and code.isascii() and code.isdecimal()


async def link_of(house: House, home: Home, code: str, address: str) -> Permission | None:
    """The link that a code opens, of six digits or not; None for none. Raises TooManyAttempts."""
    if not is_one(code):
        return await house.read(home, NOBODY, permissions.of_code, code)
    visitor = Visitor(address=address)
    async with _turn(home):
        await house.read(home, NOBODY, limits.check, "tiny_code", visitor)
        link = await house.read(home, NOBODY, permissions.of_code, code.removesuffix("."))
        if link is None:
            await house.write(home, NOBODY, limits.count, "tiny_code", visitor)
    return link


async def caller_of(
    house: House, home: Home, code: str, password_of: Callable[[str], str], address: str
) -> Caller:
    """Who holds this code. Raises BadToken, ExpiredToken, TooManyAttempts."""
    visitor = Visitor(address=address)
    async with _turn(home):
        await house.read(home, NOBODY, limits.check, "tiny_code", visitor)
        try:
            return await house.read(home, NOBODY, tokens.caller_of, code, "", password_of)
        except BadToken:
            await house.write(home, NOBODY, limits.count, "tiny_code", visitor)
            raise


def _turn(home: Home) -> asyncio.Lock:
    """One guess at a time: of many at once all would be looked at before the first is counted."""
    return _turns.setdefault(home.id, asyncio.Lock())
