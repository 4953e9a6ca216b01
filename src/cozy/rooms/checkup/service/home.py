"""One home: its database, its documents, its files and its contents, at one moment."""

from __future__ import annotations

from cozy.kernel.blobs import Blobs
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.jobs import service as jobs

from .. import store
from ..model import Finding, Report, Tick
from . import contents, documents, files, items, scrubbing


async def check(house: House, home: Home, report: Report, tick: Tick, *, scrub: bool = False) -> None:
    """Report what is wrong in a home; scrub: read its contents back too. What cannot be read is a finding as well."""
    doubtful: list[Finding] = []
    try:
        for damage in await house.storage.home(home.id).damages():
            report(Finding("database-damaged", home.id, {"error": damage}))
        await house.scan(home, SYSTEM, _check, house.blobs, report, tick, doubtful.append)
        for finding in doubtful:
            if await house.read(home, SYSTEM, contents.still, finding):
                report(finding)
        if scrub:
            await scrubbing.scrub(house, home, report, tick)
    except Exception as error:
        report(Finding("database-unreadable", home.id, {"error": f"{type(error).__name__}: {error}"}))


def _check(work: Work, blobs: Blobs, report: Report, tick: Tick, doubt: Report) -> None:
    if work.db.engine == "sqlite":
        for table in store.foreign(work):
            report(Finding("foreign-rows", table))
    documents.check(work, report, tick)
    files.check(work, report)
    items.check(work, report)
    contents.check(work, blobs, report, tick, doubt)
    for (id_,) in store.shown_wrongly(work):
        report(Finding("live-folder-wrong", id_))
    for job in jobs.given_up(work):
        report(Finding("job-given-up", job.id, {"job": job.name}))


async def count(house: House, home: Home, *, scrub: bool = False) -> int | None:
    """How many things a check will look at; None when that cannot be read."""
    try:
        documents_here, contents_here = await house.scan(home, SYSTEM, store.count)
    except Exception:
        return None
    return documents_here + contents_here * (2 if scrub else 1)
