"""Looking through what was dropped, and taking it in: slice by slice, so that it can be stopped and killed at any time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from time import monotonic

import structlog

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import new_id
from cozy.kernel.problem import Full, OutOfSpace, Problem
from cozy.kernel.work import Work
from cozy.rooms.contacts import service as contacts
from cozy.rooms.homes import service as homes

from .. import store
from ..errors import Broken, NothingToImport
from ..model import Copy, File, Import, Item, Left, LeftThere, NotUnderstood, Part, Photo, reasons
from . import contents, elsewhere, finding, listing
from .finding import NewImport
from .recognising import Recognised, recognise, tables, told
from .sizes import size_of
from .sources import handles, tree
from .taking import Took, take, twins
from .taking.batches import SHOWN, kind_of, leave, plain
from .taking.outcomes import key_of
from .trees import Whole

_MOST = 64  # items of one transaction
_BYTES = 16 * 1024 * 1024  # of contents, of one transaction
_SLICE_S = 0.5  # how long a thread looks through items before it says how far it is
Tell = Callable[[Import], None]
log = structlog.get_logger()


def nobody(body: Import) -> None:
    """Where nobody wants to hear of progress."""


async def look(house: House, home: Home, import_id: str, tell: Tell = nobody) -> NewImport:
    """Find out what there is and what would become of it: the plan. What is wrong with it ends as `failed`. Raises NoImport."""
    found = await house.read(home, SYSTEM, finding.fetch, import_id)
    if found.body.state != "looking":
        return found
    try:
        async with tree(await handles(house, home, found.body.sources)) as whole:
            plan = await _planned(house, home, found, whole, tell)
    except Exception as error:
        return await house.write(home, SYSTEM, _failed, import_id, _why(import_id, error))
    return await house.write(home, SYSTEM, _plan, import_id, plan)


def _why(import_id: str, error: Exception) -> str:
    """An error in words; one that nobody expected is logged whole, and shown bare."""
    if isinstance(error, Problem):
        return error.detail
    log.error("an import failed", id=import_id, exc_info=error)
    return Broken.title()


async def _planned(house: House, home: Home, found: NewImport, whole: Whole, tell: Tell) -> Import:
    plan = Import(
        left=[Left(plain(each.name), each.why) for each in whole.refused[:SHOWN]],
        left_in_all=len(whole.refused),
    )
    parts = await asyncio.to_thread(recognise, whole)
    if not parts and not whole.refused:
        raise NothingToImport
    moves_from = await elsewhere.moves_from(house, home, found.body.sources)
    for each in (told(part, found.body.columns, moves_from) for part in parts):
        part = Part(each.format.name, each.format.title, tables=tables(each))
        plan.parts.append(part)
        items = _Items(each)
        while batch := await asyncio.to_thread(items.slice, 1000, _SLICE_S):
            _count(plan, part, batch, each.tree)
            keys = [key_of(part.format, item.source) for item in batch]
            part.known += len(await house.read(home, SYSTEM, store.taken, keys))
            tell(plan)
            if monotonic() - items.told > _SLICE_S:
                items.told = monotonic()
                await house.write(home, SYSTEM, _progress, found.id, plan)
    return plan


def _count(plan: Import, part: Part, batch: list[Item], tree: Whole) -> None:
    for kind, number in Counter(map(kind_of, batch)).items():
        part.planned[kind] = part.planned.get(kind, 0) + number
    part.bytes += sum(size_of(item, tree) for item in batch)
    for item in batch:
        if isinstance(item, NotUnderstood | LeftThere):
            _leave_in_plan(plan, item.name, item.why)


def _leave_in_plan(plan: Import, name: str, why: str) -> None:
    plan.left_in_all += 1
    if len(plan.left) < SHOWN:
        plan.left.append(Left(plain(name), why))


class _Items:
    """The items of a part, some at a time, each some in whatever thread."""

    def __init__(self, part: Recognised, position: int = 0) -> None:
        self._part = part
        self._items = islice(_all(part), position, None)
        self.told = monotonic()

    def slice(self, most: int, seconds: float, size: int = 1 << 62) -> list[Item]:
        """The next items: so many, of so many bytes, or as many as there are in that time; none at the end."""
        found: list[Item] = []
        until = monotonic() + seconds
        for item in self._items:
            found.append(item)
            size -= size_of(item, self._part.tree)
            if len(found) >= most or size <= 0 or monotonic() > until:
                break
        return found


def _all(part: Recognised) -> Iterator[Item]:
    """The items of a part. Where its format stumbles, the file that it was at and all that it had not come to are kept as they are."""
    seen: set[str] = set()
    last = ""
    try:
        for item in part.format.items(part.tree, part.match):
            seen.add(item.name)
            last = "" if isinstance(item, File | Photo) and item.content == item.name else item.name
            yield item
    except Exception as error:
        log.error("a format stumbled", format=part.format.name, exc_info=error)
        why = error.detail if isinstance(error, Problem) else reasons.REST
        for entry in part.tree.entries:
            if entry.name == last or entry.name not in seen:
                yield NotUnderstood(name=entry.name, why=why)


async def run(house: House, home: Home, import_id: str, job: str = "", tell: Tell = nobody) -> NewImport:
    """Take in what the plan says, from where it was left, until it is done or somebody pauses it.

    job: who does it; whoever begins later takes it over. Without space it pauses by itself. Raises NoImport.
    """
    job = job or new_id()
    found = await house.write(home, SYSTEM, _begun, import_id, job)
    if found.body.state != "running":
        return found
    try:
        async with tree(await handles(house, home, found.body.sources)) as whole:
            if not await _take_all(house, home, found, whole, job, tell):
                return await house.read(home, SYSTEM, finding.fetch, import_id)
    except (Full, OutOfSpace) as problem:
        return await house.write(home, SYSTEM, _paused, import_id, problem.detail)
    except Exception as error:
        if house.leaving.is_set():
            raise
        return await house.write(home, SYSTEM, _failed, import_id, _why(import_id, error))
    await listing.write(house, home, import_id)
    return await house.write(home, SYSTEM, _done, import_id)


async def _take_all(house: House, home: Home, found: NewImport, whole: Whole, job: str, tell: Tell) -> bool:
    """Whether all was taken in; not when somebody paused it."""
    moves_from = await elsewhere.moves_from(house, home, found.body.sources)
    parts = [told(part, found.body.columns, moves_from) for part in await asyncio.to_thread(recognise, whole)]
    await house.write(home, SYSTEM, _agree, found.id, parts, whole)
    locale = await house.read(home, SYSTEM, _locale)
    for number, each in enumerate(parts):
        position = (await house.read(home, SYSTEM, finding.fetch, found.id)).body.parts[number].position
        items = await asyncio.to_thread(_Items, each, position)
        took = Took(each.format.name)
        while batch := await asyncio.to_thread(items.slice, _MOST, _SLICE_S, _BYTES):
            if not took.cards and any(type(item).__name__ == "Contact" for item in batch):
                took.cards = await house.scan(home, SYSTEM, _without_uid)
            for doctype in {item.doctype for item in batch if isinstance(item, Copy)} - took.alike.keys():
                if twins.can_be_alike(doctype):
                    took.alike[doctype] = await house.scan(home, SYSTEM, twins.all_here, doctype)
            ready = await contents.made_ready(house, home, each.tree, each.format.name, batch, locale)
            if not await house.write(home, SYSTEM, take, found.id, job, number, ready, took, home.quota):
                return False
            tell((await house.read(home, SYSTEM, finding.fetch, found.id)).body)
    return True


def _without_uid(work: Work) -> dict[str, str]:
    return contacts.moving.contents(work, [contacts.moving.Piece(1, "")])


def _locale(work: Work) -> str:
    return homes.profile(work).locale


def _agree(work: Work, import_id: str, parts: list[Recognised], whole: Whole) -> None:
    """The plan is of these very parts; where a newer program understands more, it begins anew, which adds nothing twice."""

    def agreeing(body: Import) -> None:
        if [each.format for each in body.parts] != [each.format.name for each in parts]:
            body.parts = [Part(each.format.name, each.format.title) for each in parts]
        if not any(part.position for part in body.parts):
            store.forget_left(work, import_id)
            body.left, body.left_in_all = [], 0
            for refusal in whole.refused:
                leave(work, import_id, body, refusal.name, refusal.why)

    finding.change(work, import_id, agreeing)


def _plan(work: Work, import_id: str, plan: Import) -> NewImport:
    def planned(body: Import) -> None:
        body.state = "running" if body.by_itself else "planned"
        body.parts, body.left, body.left_in_all = plan.parts, plan.left, plan.left_in_all

    return finding.change(work, import_id, planned)


def _progress(work: Work, import_id: str, plan: Import) -> NewImport:
    def going(body: Import) -> None:
        body.parts = plan.parts

    return finding.change(work, import_id, going)


def _begun(work: Work, import_id: str, job: str) -> NewImport:
    def beginning(body: Import) -> None:
        body.job, body.started_at = job, body.started_at or iso(work.now)

    found = finding.fetch(work, import_id)
    return finding.change(work, import_id, beginning) if found.body.state == "running" else found


def _paused(work: Work, import_id: str, why: str) -> NewImport:
    def pausing(body: Import) -> None:
        body.state, body.why = "paused", why

    return finding.change(work, import_id, pausing)


def _failed(work: Work, import_id: str, why: str) -> NewImport:
    def failing(body: Import) -> None:
        body.state, body.why, body.finished_at = "failed", why, iso(work.now)

    return finding.change(work, import_id, failing)


def _done(work: Work, import_id: str) -> NewImport:
    def ending(body: Import) -> None:
        body.state, body.why, body.finished_at = "done", "", iso(work.now)

    return finding.change(work, import_id, ending)
