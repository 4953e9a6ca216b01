"""Turning a live folder on and off."""

from __future__ import annotations

import shutil
from asyncio import to_thread
from pathlib import Path

from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes

from .. import store
from ..errors import IsOff, NotEmpty, OnAlready, WithinOurs
from ..model import FILES, INBOX, Shown, Status
from . import disk


async def place_of(house: House, home: Home) -> str:
    """Where the live folder of a home is on this machine; "" when it has none."""
    return (await house.read_host(homes.at, home.domain)).hosted.live_folder


async def turn_on(house: House, home: Home, path: Path) -> None:
    """Show a home in a folder of this machine; what is in the home comes there by and by.

    Raises OnAlready, WithinOurs, NotEmpty, OSError.
    """
    base = path.absolute()
    before = await place_of(house, home)
    if before and Path(before) != base:
        raise OnAlready(path=before)
    _check(base.resolve(), Path(house.settings.data).resolve())
    await to_thread(_lay_out, base, home.id)
    async with disk.alone(base):
        if not before:  # what another host showed, whose database this was
            await house.write(home, SYSTEM, store.forget_all)
        await _note(house, home, str(base))  # first, so that nobody forgets again what is shown from now on
        await house.write(home, SYSTEM, _begin, await to_thread(disk.root, base))


def _check(base: Path, data: Path) -> None:
    if base == data or data in base.parents or base in data.parents:
        raise WithinOurs(path=str(base))


def _lay_out(base: Path, home_id: str) -> None:
    """Make the folder, and let it be known whose it is."""
    mark = disk.ours(base) / "home"
    is_ours = mark.is_file() and mark.read_text() == home_id
    if base.is_dir() and not is_ours and any(base.iterdir()):
        raise NotEmpty(path=str(base))
    base.mkdir(mode=0o700, parents=True, exist_ok=True)  # who else may look at it is for the host to say
    (base / INBOX).mkdir(exist_ok=True)
    disk.ours(base).mkdir(mode=0o700, exist_ok=True)
    mark.write_text(home_id)


def _begin(work: Work, inode: int) -> None:
    store.place(work, Shown(files.ROOT, "", FILES, inode))
    store.mark_all(work, documents.last_seq(work))


async def _note(house: House, home: Home, place: str) -> None:
    """Let the host's list say where the live folder is."""
    await house.write_host(_list, home.domain, place)
    house.relisted[home.domain] += 1


def _list(work: Work, domain: str, place: str) -> None:
    hosted = homes.held(work, domain).hosted
    homes.change(work, domain, hosted=replace(hosted, live_folder=place))


async def turn_off(house: House, home: Home) -> str:
    """Show a home no more, and take away what was shown; says where. What others put there stays. Raises IsOff, NotHere."""
    place = await place_of(house, home)
    if not place:
        raise IsOff
    base = Path(place)
    if disk.ours(base).is_dir():
        async with disk.alone(base):
            await house.write(home, SYSTEM, store.forget_all)
            await to_thread(_take_away, base)
            await _note(house, home, "")
    else:
        await house.write(home, SYSTEM, store.forget_all)
        await _note(house, home, "")
    return place


def _take_away(base: Path) -> None:
    if disk.inode(base / FILES):
        disk.clear(base, base / FILES)
    shutil.rmtree(disk.ours(base))
    for folder in (base / INBOX, base):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


async def status(house: House, home: Home) -> Status | None:
    """How the live folder of a home is; None when it has none."""
    place = await place_of(house, home)
    return await house.read(home, SYSTEM, store.status, place) if place else None
