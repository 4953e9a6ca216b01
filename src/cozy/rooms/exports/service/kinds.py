"""The kinds of exports: what gathers the lines of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from cozy.kernel.home import Home
from cozy.kernel.house import House

from ..model import OPEN_FOLDER, Export
from . import taking
from .spool import Spool
from .writing import Close

# Writes the lines of everything in a home, as it is at one moment; returns what adds those that tell of all others.
Gather = Callable[[House, Home, Spool, Export], Awaitable[Close]]


async def _open_folder(house: House, home: Home, spool: Spool, export: Export) -> Close:
    return (await taking.open_in(spool, house, home)).close


KINDS: Mapping[str, Gather] = {OPEN_FOLDER: _open_folder}
