"""A shared calendar: what takes place in it soon, as far as it is for others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cozy.kernel.caller import SYSTEM
from cozy.kernel.work import Work
from cozy.rooms.calendars import service as calendars
from cozy.rooms.calendars.model import Occurrence

from .opening import Opened

AHEAD = timedelta(days=90)
MOST = 200  # occurrences


def soon(work: Work, opened: Opened) -> list[Occurrence]:
    """What is on and what comes, private events left out; of confidential ones only when they are: they have no label."""
    inside = replace(work, caller=SYSTEM)
    found = calendars.occurrences.between(inside, work.now, work.now + AHEAD, [opened.thing.id])
    return [_shown(each) for each in found if _secrecy(each) != "private"][:MOST]


def _shown(found: Occurrence) -> Occurrence:
    if _secrecy(found) != "confidential":
        return found
    return Occurrence(
        calendar=found.calendar, doctype=found.doctype, id="", rev="", uid="", start=found.start, end=found.end,
        is_all_day=found.is_all_day,
    )  # fmt: skip


def _secrecy(found: Occurrence) -> str:
    return str(found.body.get("visibility", "")).lower()
