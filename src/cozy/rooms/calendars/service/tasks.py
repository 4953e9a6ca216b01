"""Tasks: what is to be done, until when, and what is done. A list of tasks is a calendar that holds them.

Of a task that comes back, the first time that is not done yet is the one to do: doing it brings the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cozy.kernel.work import Work
from cozy.rooms.collections.errors import BadText
from cozy.rooms.collections.model import Entry
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document
from cozy.rooms.permissions import service as permissions

from .. import store
from ..model import DEFAULT, TODOS, changing, members, timing, unfolding
from ..model.rules import Budget, TooMuchWork
from ..model.texts import Planned
from . import events
from .kind import KIND_OF_CALENDARS
from .occurrences import STEPS, key_of
from .places import chosen

LIMIT = 5_000  # of one answer
_AT_ONCE = 250
_OVER = frozenset({"COMPLETED", "CANCELLED"})


class Task(Struct, frozen=True, kw_only=True):
    """A task. key: which time of one that comes back; limit: as members spell times, "" for none."""

    calendar: str
    id: str
    rev: str
    key: str = ""
    is_done: bool = False
    is_recurring: bool = False
    is_read_only: bool = False
    body: Mapping[str, Any] = {}

    @property
    def label(self) -> str:
        """How it is called."""
        return str(self.body.get("label") or "")

    @property
    def limit(self) -> str:
        """When it is to be done by."""
        return str(self.body.get("limitDate") or "")


def open_(work: Work, calendars: Sequence[str] | None = None) -> list[Task]:
    """What is still to be done, in these lists, in all where none is named; by the time that there is for it."""
    found = [task for task in _all(work, calendars, is_open=True) if not task.is_done]
    return sorted(
        found, key=lambda task: (task.limit or "~", task.body.get("priority") or 10, task.label.casefold())
    )


def done(work: Work, calendars: Sequence[str] | None = None, limit: int = 200) -> list[Task]:
    """What is done, the latest first."""
    found = [task for task in _all(work, calendars, is_open=False) if task.is_done]
    found.sort(key=lambda task: str(task.body.get("completionDate") or ""), reverse=True)
    return found[:limit]


def one(work: Work, id_: str) -> Task:
    """A task, or the time of it that is to be done next. Raises NoDocument, NobodyIn, NotAllowed."""
    document = documents.fetch(work, TODOS, id_)
    permissions.guard(work, "GET", TODOS, {id_}, document.body)
    shelves = chosen(work, None)
    calendar = str(document.body.get("collection") or DEFAULT)
    shelf = shelves.get(calendar)
    return _task(work, document, calendar, is_recurring="rrule" in document.body or "rdates" in document.body,
                 is_read_only=shelf is not None and shelf.is_read_only)  # fmt: skip


def make(work: Work, body: Mapping[str, Any], calendar: str = DEFAULT) -> Entry:
    """A new task. Raises BadEvent, NoCollection, ReadOnly, WrongComponent, NotAllowed."""
    return events.make(work, {"done": False, **body}, calendar, component="VTODO")


def change(work: Work, id_: str, body: Mapping[str, Any], *, rev: str = "") -> Entry:
    """Change a task, every time of it. Raises BadEvent, NoDocument, NotExpected, ReadOnly, NotAllowed."""
    task = one(work, id_)
    return events.change(work, id_, body, key=task.key, scope="all", rev=rev, doctype=TODOS)


def finish(work: Work, id_: str, *, is_done: bool = True, key: str = "", rev: str = "") -> Entry:
    """Note that a task is done, or is not after all; of one that comes back the time of `key`, or the next one.

    Raises as `change` does.
    """
    body: dict[str, Any] = {"done": is_done, "completionDate": _told(work.now) if is_done else None}
    if is_done:
        body["percent"] = None
    task = one(work, id_)
    if not task.is_recurring:
        return events.change(work, id_, body, rev=rev, doctype=TODOS)
    return events.change(work, id_, body, key=key or task.key, scope="this", rev=rev, doctype=TODOS)


def _told(now: datetime) -> str:
    return now.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def remove(work: Work, id_: str, *, rev: str = "") -> None:
    """Put a task into the bin. Raises NoDocument, NotExpected, ReadOnly, NotAllowed."""
    events.remove(work, id_, rev=rev, doctype=TODOS)


def _all(work: Work, calendars: Sequence[str] | None, *, is_open: bool) -> Iterator[Task]:
    permissions.guard(work, "GET", TODOS, None, None)
    shelves = chosen(work, calendars, "VTODO")
    held = store.tasks(work, list(shelves), is_open, LIMIT)
    for start in range(0, len(held), _AT_ONCE):
        part = held[start : start + _AT_ONCE]
        found = documents.fetch_many(work, TODOS, [id_ for id_, _ in part])
        for id_, calendar in part:
            if (document := found.get(id_)) is not None:
                is_recurring = "rrule" in document.body or "rdates" in document.body
                yield _task(work, document, calendar, is_recurring, shelves[calendar].is_read_only)


def _task(work: Work, document: Document, calendar: str, is_recurring: bool, is_read_only: bool) -> Task:
    task = Task(
        calendar=calendar, id=document.id, rev=document.rev, is_done=document.body.get("done") is True, body=document.body,
        is_recurring=is_recurring, is_read_only=is_read_only,
    )  # fmt: skip
    return _next(work, document, task) if is_recurring and not task.is_done else task


def _next(work: Work, document: Document, task: Task) -> Task:
    """The time that is to be done next of a task that comes back; it is done where there is none."""
    try:
        item: Planned = KIND_OF_CALENDARS.read(work, TODOS, document.id, document.body).parsed
        key = _first_open(item)
    except (BadText, TooMuchWork):
        return task
    if key is None:
        return replace(task, is_done=True)
    component = changing.occurrence(item, key)
    own = members.of_component(component, timing.times_of(component, item.zones))
    body = {
        **document.body,
        **{name: own.get(name) for name in ("start", "limitDate", "label", "description", "done")},
    }
    return replace(task, key=key_of(item.series, key), body=body)


def _first_open(item: Planned) -> datetime | None:
    plan = item.series
    over = {
        each.key for each in plan.overrides if each.times.status in _OVER or each.times.completed is not None
    }
    found = (each.key for each in unfolding.instances(plan, None, None, UTC, Budget(STEPS)))
    earliest: datetime | None = None
    for key in found:
        if key not in over:
            earliest = key
            break
    still = [each.key for each in plan.overrides if each.key not in over]
    return min([*still, *([earliest] if earliest else [])], default=None)
