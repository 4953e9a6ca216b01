"""Tasks as a list shows them: what is late first, then by day, then what has no day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

from msgspec import Struct

from cozy.ui import N_

WEEK = timedelta(days=7)


class Todo(Struct, frozen=True, kw_only=True):
    """A task. due: in the owner's time zone; at: the time of that day, if it has one."""

    id: str
    title: str
    due: date | None = None
    at: time | None = None
    is_done: bool = False
    color: str = "teal"
    list_name: str = ""
    note: str = ""
    priority: int = 0  # RFC 5545 §3.8.1.9: 1 is the most urgent, 9 the least; 0 for none
    repeats: bool = False


class Group(Struct, frozen=True):
    """Tasks under one heading, which is a msgid."""

    key: str
    heading: str
    todos: list[Todo]


def grouped(todos: Sequence[Todo], today: date) -> list[Group]:
    """What is still to do, sorted; headings without anything are left out."""
    headings = {
        "late": N_("Late"),
        "today": N_("Today"),
        "week": N_("In the next days"),
        "later": N_("Later"),
        "someday": N_("Without a date"),
    }
    held: dict[str, list[Todo]] = {key: [] for key in headings}
    for todo in sorted(todos, key=_order):
        held[_group(todo, today)].append(todo)
    return [Group(key, headings[key], listed) for key, listed in held.items() if listed]


def _order(todo: Todo) -> tuple[date, time, int, str]:
    return (todo.due or date.max, todo.at or time.max, todo.priority or 10, todo.title.casefold())


def _group(todo: Todo, today: date) -> str:
    if todo.due is None:
        return "someday"
    if todo.due < today:
        return "late"
    if todo.due == today:
        return "today"
    return "week" if todo.due < today + WEEK else "later"
