"""A backup: the open folder of everything, brought to a place, where only what changed since the last one is sent.

`manifest-sha256.txt` there says what is there. Before anything is changed it is cut down to what stays as it is, and it grows
while files are sent: whenever a backup breaks off, the next one goes on from what it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from time import monotonic

import msgspec
import structlog

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import new_id
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.files import service as files

from ..errors import AnotherHome, Broken, NoPlace
from ..model import EVERY, MANIFEST, OPEN_FOLDER, SUMS, Export, Line, Place
from . import closing, freezing, places, writing
from .kinds import KINDS
from .places import KeptPlace, Shelf
from .spool import Spool

log = structlog.get_logger()
_TOLD_S = 2.0  # between two looks at how far it is
_NOTED_S = 60.0  # between two notes at the place of what is there by now
_AGAIN = timedelta(hours=6)  # after a failure
_TURN_S = 3600.0  # then it goes on after those of other homes that wait
_NEXT_TURN = timedelta(minutes=1)  # in which they come first


class _Manifest(msgspec.Struct):
    home: str


async def back_up(house: House, home: Home, id_: str) -> None:
    """Bring everything to a place. What goes wrong is noted there, and tried again later. Raises NoPlace when it was removed."""
    run = new_id()
    found = await house.write(home, SYSTEM, _begun, id_, run)
    try:
        place = await house.read(home, SYSTEM, places.opened, house, found.body)
        left = await _sent(house, home, found, place, run)
        if left is None:
            await house.write(home, SYSTEM, _paused, id_, run)
        else:
            await house.write(home, SYSTEM, _made, id_, run, left)
    except Exception as error:
        if house.leaving.is_set():
            raise
        await house.write(home, SYSTEM, _failed, id_, run, _why(id_, error))
    await files.holding.free_held(house, home)


async def _sent(house: House, home: Home, found: KeptPlace, place: Shelf, run: str) -> int | None:
    """Send what is not there yet; returns how many files could not be taken along, None when its turn was over before."""
    before = await _before(home, place)
    with Spool(Path(house.settings.data)) as spool:
        close = await KINDS[OPEN_FOLDER](house, home, spool, Export())
        here = {line.path: line.sha256 for line in spool.lines() if line.sha256}
        sending = _Sending(house, home, found.id, run, place, spool, _same(before, here))
        if sending.there != before:
            await sending.note()
        number = 0
        async for lines, number in freezing.sure(house, home, spool, before):
            for line in lines:
                await sending.send(line, number)
            if lines and not lines[-1].is_folder and sending.is_turn_over:
                await sending.note()
                return None
        await close()
        for line in spool.lines(number):
            if line.path != SUMS:
                await sending.send(line, number)
        for path in before.keys() - {line.path for line in spool.lines()}:
            await place.delete(path)
        (sums,) = (line for line in spool.lines(number) if line.path == SUMS)
        await place.put(SUMS, sums.size, writing.pieces(house, home, spool, sums))
        return len(spool.left_out)


async def _before(home: Home, place: Shelf) -> dict[str, str]:
    """The sums of what is there. Raises AnotherHome."""
    manifest = await place.read(MANIFEST)
    if manifest is not None:
        try:
            domain = msgspec.json.decode(manifest, type=_Manifest).home
        except msgspec.MsgspecError as error:
            raise AnotherHome from error
        if domain != home.domain:
            raise AnotherHome(home=domain)
    return closing.summed(await place.read(SUMS) or b"")


def _same(before: Mapping[str, str], here: Mapping[str, str]) -> dict[str, str]:
    return {path: sha256 for path, sha256 in before.items() if here.get(path) == sha256}


class _Sending:
    """What is brought to a place, and what is there by now."""

    def __init__(
        self, house: House, home: Home, id_: str, run: str, place: Shelf, spool: Spool, there: dict[str, str]
    ) -> None:
        self._house, self._home, self._id, self._run = house, home, id_, run
        self._place, self._spool, self.there = place, spool, there
        self._began = self._told = self._noted = monotonic()

    @property
    def is_turn_over(self) -> bool:
        """Whether others that wait should come first."""
        return monotonic() - self._began > _TURN_S

    async def send(self, line: Line, number: int) -> None:
        """Bring a file or a folder there."""
        if line.is_folder:
            await self._place.folder(line.path)
        else:
            await self._place.put(
                line.path, line.size, writing.pieces(self._house, self._home, self._spool, line)
            )
            self.there[line.path] = line.sha256
        await self._tell(number)

    async def _tell(self, number: int) -> None:
        if monotonic() - self._told > _TOLD_S:
            await self._house.write(
                self._home, SYSTEM, _progress, self._id, self._run, number, self._spool.count
            )
            self._told = monotonic()
        if monotonic() - self._noted > _NOTED_S:
            await self.note()
            self._noted = monotonic()

    async def note(self) -> None:
        """Say there what is there by now."""
        text = _lines(self.there.items())
        await self._place.put(SUMS, len(text), text)


def _lines(sums: Iterable[tuple[str, str]]) -> bytes:
    return "".join(closing.summed_line(sha256, path) for path, sha256 in sums).encode()


def _why(id_: str, error: Exception) -> str:
    """An error in words; one that nobody expected is logged whole, and shown bare."""
    if isinstance(error, Problem):
        return error.detail
    log.error("a backup failed", id=id_, exc_info=error)
    return Broken.title()


def _begun(work: Work, id_: str, run: str) -> KeptPlace:
    def beginning(body: Place) -> None:
        body.state, body.run, body.why, body.done, body.planned = "running", run, "", 0, 0

    files.holding.hold(work, places.holder(id_))
    return places.change(work, id_, beginning)


def _mine(body: Place, run: str) -> None:
    """Raises NoPlace when somebody else is at it by now."""
    if body.run != run:
        raise NoPlace


def _progress(work: Work, id_: str, run: str, done: int, planned: int) -> None:
    def going(body: Place) -> None:
        _mine(body, run)
        body.done, body.planned = done, planned

    places.change(work, id_, going)


def _made(work: Work, id_: str, run: str, left: int) -> None:
    def made(body: Place) -> None:
        _mine(body, run)
        body.state, body.made_at, body.left_in_all = "done", iso(work.now), left
        body.due_at = places.plan(work, id_, EVERY[body.every])

    places.change(work, id_, made)
    files.holding.let_go(work, places.holder(id_))


def _paused(work: Work, id_: str, run: str) -> None:
    def pausing(body: Place) -> None:
        _mine(body, run)
        body.state = "waiting"
        body.due_at = places.plan(work, id_, _NEXT_TURN)

    places.change(work, id_, pausing)
    files.holding.let_go(work, places.holder(id_))


def _failed(work: Work, id_: str, run: str, why: str) -> None:
    def failing(body: Place) -> None:
        _mine(body, run)
        body.state, body.why = "failed", why
        body.due_at = places.plan(work, id_, _AGAIN)

    places.change(work, id_, failing)
    files.holding.let_go(work, places.holder(id_))
