"""A home, taken along as an open folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House

from ..errors import AnotherHome, NotAnExport, NotEmpty
from ..model import FORMAT, MANIFEST, SUMS, Done
from . import closing, writing
from .notes import write_notes
from .open_folder import Gathered, gather
from .spool import Spool

NOTHING: Mapping[str, str] = {}


class Opened(msgspec.Struct, frozen=True):
    """An export that is ready to be written."""

    house: House
    home: Home
    spool: Spool
    found: Gathered

    async def close(self) -> None:
        """Add what tells of everything before it."""
        closing.close(self.spool, self.home.domain, self.found)


class _Manifest(msgspec.Struct):
    format: str
    home: str


@asynccontextmanager
async def taken(house: House, home: Home) -> AsyncIterator[Opened]:
    """Everything in a home, as it is at this moment."""
    with Spool() as spool:
        yield await open_in(spool, house, home)


async def open_in(spool: Spool, house: House, home: Home) -> Opened:
    """The same, in a spool of somebody's own."""
    found = await house.scan(home, SYSTEM, gather, spool)
    await write_notes(house, home, spool, found.notes)
    return Opened(house, home, spool, found)


async def folder(opened: Opened, target: Path) -> Done:
    """Write it into a folder: an empty one, or one that an earlier export of this home is brought up to date in.

    Raises AnotherHome, NotEmpty, OSError.
    """
    before = held(target, opened.home.domain)
    target.mkdir(parents=True, exist_ok=True)
    return await writing.to_folder(opened.house, opened.home, opened.spool, target, before, opened.close)


def tar(opened: Opened, top: str, before: Mapping[str, str] = NOTHING) -> AsyncIterator[bytes]:
    """It all as a stream of tar, without what an earlier export holds already. Raises Torn."""
    return writing.to_tar(opened.house, opened.home, opened.spool, top, before, opened.close)


def held(target: Path, domain: str) -> dict[str, str]:
    """The sums of the export that a folder holds, none for an empty one. Raises AnotherHome, NotEmpty."""
    if not target.exists() or not any(target.iterdir()):
        return {}
    try:
        manifest = msgspec.json.decode((target / MANIFEST).read_bytes(), type=_Manifest)
        sums = (target / SUMS).read_bytes()
    except (OSError, msgspec.MsgspecError) as error:
        if all(each.name in _BEGUN for each in target.iterdir()):
            return {}
        raise NotEmpty(path=str(target)) from error
    if manifest.format != FORMAT:
        raise NotAnExport(path=str(target))
    if manifest.home != domain:
        raise AnotherHome(path=str(target), home=manifest.home)
    return closing.summed(sums)


# What an export that was interrupted before its manifest left behind: it is written again.
_BEGUN = frozenset(
    {
        "Bin",
        "Calendars",
        "Contacts",
        "Data",
        "Files",
        "Notes",
        "Pages",
        "Versions",
        "index.html",
        "read_me.py",
    }
)
