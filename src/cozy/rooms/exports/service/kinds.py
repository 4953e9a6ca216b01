"""The kinds of exports: what gathers the lines of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from cozy.kernel.home import Home
from cozy.kernel.house import House

from ..model import COZY_ARCHIVE, OPEN_FOLDER, PART, Export
from . import cozy_archive, taking
from .spool import Spool
from .writing import Close

# Writes the lines of everything in a home, as it is at one moment; returns what adds those that tell of all others.
Gather = Callable[[House, Home, Spool, Export], Awaitable[Close]]


async def _open_folder(house: House, home: Home, spool: Spool, export: Export) -> Close:
    opened = await taking.open_in(spool, house, home)
    if export.what != "everything":
        opened.found.counts.clear()  # the documents themselves are in whole exports alone
    return opened.close


KINDS: Mapping[str, Gather] = {OPEN_FOLDER: _open_folder, COZY_ARCHIVE: cozy_archive.gather_in}


def part_size(export: Export, size: int) -> int:
    """How large parts are about to be, of an export of this size."""
    return cozy_archive.part_size(size, export.part_size) if export.kind == COZY_ARCHIVE else PART
