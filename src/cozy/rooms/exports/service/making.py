"""Making an export that can be fetched: asked for, made by a job, ready, over."""

from __future__ import annotations

import shutil
from pathlib import Path
from time import monotonic

import structlog

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import new_id
from cozy.kernel.problem import Full, OutOfSpace, Problem
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.jobs import service as jobs
from cozy.rooms.notifications import service as notifications
from cozy.rooms.notifications.model import Notice
from cozy.rooms.permissions import service as permissions

from .. import store
from ..errors import AlreadyMaking, Broken, NoExport, NoRoom
from ..events import ExportDue, ExportOver
from ..model import EXPORTS, KEPT, SHOWN, Export
from . import freezing, keeping
from .choosing import CHOICES
from .keeping import Kept
from .kinds import KINDS, part_size
from .spool import Spool

log = structlog.get_logger()
WORKER = "export"
NOTICE = "export_ready"
_TOLD_S = 1.0  # between two looks at how far it is
_EACH = 900  # bytes that are made for a document beside what it holds: lines of lists and pages
_SPARE = 64 * 1024 * 1024


async def check_room(house: House, home: Home) -> None:
    """Whether the disk has room for what is made for an export: not for the files, which are not copied. Raises NoRoom."""
    count, size = await house.scan(home, SYSTEM, store.weight)
    needed = 2 * (2 * size + count * _EACH) + _SPARE  # while it is made, it is there twice
    free = shutil.disk_usage(house.settings.data).free
    if needed > free:
        raise NoRoom(needed=needed, free=free)


def begin(work: Work, asked: Export) -> Kept:
    """Ask for an export: of the moment when the job begins. Raises AlreadyMaking, NobodyIn, NotAllowed."""
    permissions.guard(work, "POST", EXPORTS, None, None)
    _end_abandoned(work)
    if any(not each.body.is_over for each in keeping.listed(work)):
        raise AlreadyMaking
    made = keeping.create(work, asked)
    jobs.running.push(work, jobs.running.Asked(worker=WORKER, message={"export": made.id}, is_manual=True))
    return made


async def end_abandoned(house: House, home: Home) -> None:
    """Let what is being prepared have failed where nobody is at it any more: its job was called off, or given up."""
    if await house.write(home, SYSTEM, _end_abandoned):
        await files.holding.free_held(house, home)


def _end_abandoned(work: Work) -> int:
    left = [each for each in keeping.listed(work) if not each.body.is_over]
    if not left or jobs.running.is_any(work, WORKER):
        return 0
    for each in left:
        _failed(work, each.id, each.body.run, Broken.title())
    return len(left)


async def make(house: House, home: Home, id_: str) -> None:
    """Make what was asked for; after a crash from the beginning, and then it is of that moment. Raises NoExport when it was removed."""
    run = new_id()
    found = await house.write(home, SYSTEM, _begun, id_, run)
    if found.body.is_over:
        return
    try:
        frozen = await _frozen(house, home, found, run)
        await house.write(home, SYSTEM, _ready, id_, run, frozen)
    except NoExport:
        raise
    except Exception as error:
        if house.leaving.is_set():
            raise
        await house.write(home, SYSTEM, _failed, id_, run, _why(id_, error))
        await files.holding.free_held(house, home)


async def _frozen(house: House, home: Home, found: Kept, run: str) -> freezing.Frozen:
    told = monotonic()

    async def tell(done: int) -> None:
        nonlocal told
        if monotonic() - told > _TOLD_S:
            await house.write(home, SYSTEM, _progress, found.id, run, done, spool.count)
            told = monotonic()

    before = await _before(house, home, found)
    with Spool(Path(house.settings.data), CHOICES[found.body.what]) as spool:
        close = await KINDS[found.body.kind](house, home, spool, found.body)
        size = part_size(found.body, spool.size)
        return await freezing.freeze(house, home, spool, close, f"Cozy {home.domain}", tell, before, size)


async def _before(house: House, home: Home, found: Kept) -> dict[str, str]:
    """What the last one held, where only the rest is wanted. Where its sums are gone, that is nothing."""
    last = await house.read(home, SYSTEM, keeping.last, found.body) if found.body.is_since else None
    return await freezing.held_before(house, home, last.sums) if last else {}


def _why(id_: str, error: Exception) -> str:
    """An error in words; one that nobody expected is logged whole, and shown bare."""
    if isinstance(error, Full | OutOfSpace):
        return NoRoom.title()
    if isinstance(error, Problem):
        return error.detail
    log.error("an export failed", id=id_, exc_info=error)
    return Broken.title()


def _begun(work: Work, id_: str, run: str) -> Kept:
    def beginning(body: Export) -> None:
        if not body.is_over:
            body.run, body.done, body.planned, body.since = run, 0, 0, last.made_at if last else ""

    body = keeping.fetch(work, id_).body
    last = keeping.last(work, body) if body.is_since else None
    return keeping.change(work, id_, beginning)


def _mine(body: Export, run: str) -> None:
    """Raises NoExport when somebody else makes it by now."""
    if body.run != run:
        raise NoExport


def _progress(work: Work, id_: str, run: str, done: int, planned: int) -> None:
    def going(body: Export) -> None:
        _mine(body, run)
        body.done, body.planned = done, planned

    keeping.change(work, id_, going)


def _ready(work: Work, id_: str, run: str, frozen: freezing.Frozen) -> None:
    over = work.now + KEPT

    def ready(body: Export) -> None:
        _mine(body, run)
        body.state, body.made_at, body.expires_at = "ready", iso(work.now), iso(over)
        body.sha256, body.list_at, body.parts = frozen.content.sha256, frozen.list_at, frozen.parts
        body.files = body.done = body.planned = sum(part.lines for part in frozen.parts)
        body.size = sum(part.size for part in frozen.parts)
        body.left, body.left_in_all = frozen.left_out[:SHOWN], len(frozen.left_out)

    made = keeping.change(work, id_, ready)
    files.holding.keep(work, frozen.content)
    keeping.remember(work, made, frozen.sums)
    work.plan(ExportDue(id_), over)
    work.publish(ExportOver(id_))
    notifications.notify(
        work,
        Notice(kind=NOTICE, about=id_, values={"until": made.body.expires_at}, link=f"/my/leave/{id_}"),
    )


def _failed(work: Work, id_: str, run: str, why: str) -> None:
    def failing(body: Export) -> None:
        _mine(body, run)
        body.state, body.why = "failed", why

    keeping.change(work, id_, failing)
    keeping.let_go(work, id_)
    work.publish(ExportOver(id_))
