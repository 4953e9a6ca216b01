"""Tasks: lists of them, written down in one line, done, changed, thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.collections.model import Collection
from cozy.rooms.collections.service import binned, shelves
from cozy.rooms.documents import service as documents
from cozy.ui import N_
from cozy.web.call import Call
from cozy.web.pages import done

from ..model import DEFAULT, KIND
from ..service import events, tasks
from .colors import nearest
from .dates import read_day, read_time
from .door import TASKS, failed, page, question, routes, text, today, way_back, words, zone
from .form import NOTE_LIMIT, TITLE_LIMIT, moment
from .reading import text as member
from .reading import title
from .todo import Todo, grouped

LIST, TASK = f"{TASKS}/list/{{list_id}}", f"{TASKS}/task/{{task_id}}"
DONE_SHOWN = 50


@routes.on("GET", TASKS, OWNER)
async def all_tasks(call: Call) -> Response:
    """What is to be done, in all lists. 200."""
    return await call.scan(_tasks, call, "")


@routes.on("GET", LIST, OWNER)
async def one_list(call: Call, list_id: str) -> Response:
    """What is to be done in one list. 200; 404."""
    return await call.scan(_tasks, call, list_id)


def lists(work: Work) -> list[Collection]:
    """The calendars that hold tasks."""
    return [each for each in shelves.all_(work, KIND) if "VTODO" in each.components]


def _tasks(
    work: Work, call: Call, list_id: str, status: int = 200, title: str = "", due: str = "", error: str = ""
) -> Response:
    known = {each.id: each for each in lists(work)}
    shown = shelves.one(work, KIND, list_id).name if list_id else words(work).gettext(N_("Tasks"))
    wanted = [list_id] if list_id else None
    return page(
        work, call, "tasks.html", status, room="tasks", heading=shown, list=list_id, here=_url(list_id), seq=documents.last_seq(work),
        lists=[{"id": each.id, "name": each.name} for each in known.values()], title=title, due=due,
        errors={"title": error} if error else {},
        groups=grouped([_todo(work, each, known) for each in tasks.open_(work, wanted)], today(work)),
        finished=[_todo(work, each, known) for each in tasks.done(work, wanted, DONE_SHOWN)],
    )  # fmt: skip


def _url(list_id: str) -> str:
    return f"{TASKS}/list/{quote(list_id, safe='')}" if list_id else TASKS


def _todo(work: Work, task: tasks.Task, known: Mapping[str, Collection]) -> Todo:
    shelf, body = known.get(task.calendar), task.body
    due, at = _due(work, task.limit)
    priority = body.get("priority")
    return Todo(
        id=task.id, title=title(body, words(work)), due=due, at=at, is_done=task.is_done, repeats=task.is_recurring,
        color=nearest(shelf.color if shelf else ""), list_name=shelf.name if shelf else "", note=member(body, "description"),
        priority=priority if isinstance(priority, int) else 0,
    )  # fmt: skip


def due_of(work: Work, task: tasks.Task) -> date | None:
    """The day that a task is for, if there is one."""
    return _due(work, task.limit)[0]


def _due(work: Work, said: str) -> tuple[date | None, time | None]:
    """The day, and the time of it if there is one, on the owner's clock."""
    if not said:
        return None, None
    at = datetime.fromisoformat(said)
    if len(said) == len("2026-11-27"):
        return at.date(), None
    local = at.astimezone(zone(work)) if at.tzinfo else at
    return local.date(), local.time().replace(second=0, microsecond=0)


@routes.on("POST", f"{TASKS}/new", OWNER)
def write_down(work: Work, call: Call, form: FormData) -> Response:
    """A new task. 303 to its list, with a way to undo it; 422 the page again."""
    said, list_id = words(work), text(form, "list")
    values = _values(form)
    if not values["title"]:
        return _tasks(
            work, call, list_id, 422, "", values["due"], said.gettext(N_("Say what is to be done."))
        )
    try:
        with work.attempt():
            made = tasks.make(work, _settled(_members(work, values, {})), list_id or _first(work))
    except Problem as problem:
        return failed(work, call, way_back(call, form, TASKS), problem)
    return done(
        call, way_back(call, form, TASKS), said.gettext("Written down."), undo=f"{_task_url(made.id)}/delete"
    )


def _first(work: Work) -> str:
    return next((each.id for each in lists(work) if not each.is_read_only), DEFAULT)


def _task_url(task_id: str) -> str:
    return f"{TASKS}/task/{quote(task_id, safe='')}"


@routes.on("GET", TASK, OWNER)
def task(work: Work, call: Call, task_id: str) -> Response:
    """One task, to read and to change. 200; 404."""
    found = tasks.one(work, task_id)
    due, at = _due(work, found.limit)
    priority = found.body.get("priority")
    values = {
        "title": found.label, "due": f"{due}" if due else "", "at": f"{at:%H:%M}" if at else "", "list": found.calendar,
        "priority": _nearest_priority(priority if isinstance(priority, int) else 0), "note": member(found.body, "description"),
    }  # fmt: skip
    return _task(work, call, None, 200, found, values, {})


def _nearest_priority(number: int) -> str:
    """Of the words that the form has for it (RFC 5545 §3.8.1.9: 1 to 4 are high, 5 in the middle, 6 to 9 low)."""
    return "" if not number else "1" if number < 5 else "5" if number == 5 else "9"


@routes.on("POST", TASK, OWNER)
def change(work: Work, call: Call, task_id: str, form: FormData) -> Response:
    """Change a task. 303; 404; 422 the question again."""
    found, values, said = tasks.one(work, task_id), _values(form), words(work)
    if not values["title"]:
        return _task(
            work, call, form, 422, found, values, {"title": said.gettext(N_("Say what is to be done."))}
        )
    try:
        with work.attempt():
            tasks.change(work, task_id, _members(work, values, found.body), rev=found.rev)
            if values["list"] and values["list"] != found.calendar:
                events.relocate(work, task_id, values["list"], doctype="io.cozy.todos")
    except Problem as problem:
        return failed(work, call, way_back(call, form, TASKS), problem)
    return done(call, way_back(call, form, TASKS), said.gettext("Saved."))


def _task(
    work: Work, call: Call, form: FormData | None, status: int, found: tasks.Task, values: dict[str, str], errors: dict[str, str]
) -> Response:  # fmt: skip
    known = [
        (each.id, each.name) for each in lists(work) if not each.is_read_only or each.id == found.calendar
    ]
    back = way_back(call, form, TASKS)
    return question(
        work, call, "task.html", form, status, room="tasks", id=quote(found.id, safe=""), values=values, errors=errors, lists=known,
        may_change=not found.is_read_only, back=TASKS if back.startswith(f"{TASKS}/task/") else back,
    )  # fmt: skip


def _values(form: FormData) -> dict[str, str]:
    return {
        "title": text(form, "title", TITLE_LIMIT), "due": text(form, "due"), "at": text(form, "at"), "list": text(form, "list"),
        "priority": text(form, "priority"), "note": str(form.get("note", ""))[:NOTE_LIMIT].replace("\r\n", "\n").strip(),
    }  # fmt: skip


def _members(work: Work, values: Mapping[str, str], was: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields mean, as members; a day that is none counts as no day."""
    day, at, here = read_day(values["due"], date.min), read_time(values["at"]), zone(work)
    has_day = day != date.min
    limit = moment(datetime.combine(day, at or time()), here, is_all_day=at is None) if has_day else None
    timed = has_day and at is not None
    members: dict[str, Any] = {
        "label": values["title"], "limitDate": limit, "allDay": True if has_day and at is None else None,
        "timezone": here.key if timed else None, "description": values["note"] or None,
    }  # fmt: skip
    if values["priority"] != _nearest_priority(was.get("priority") or 0):
        members["priority"] = int(values["priority"]) if values["priority"] in {"1", "5", "9"} else None
    return members


def _settled(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


@routes.on("POST", f"{TASK}/done", OWNER)
def finish(work: Work, call: Call, task_id: str, form: FormData) -> Response:
    """It is done. 303, with a way to undo it; 404."""
    found = tasks.one(work, task_id)
    tasks.finish(work, task_id)
    said = words(work).gettext("Done: %(name)s", name=title(found.body, words(work)))
    undo = f"{_task_url(task_id)}/undone" + (f"?key={quote(found.key, safe='')}" if found.key else "")
    return done(call, way_back(call, form, TASKS), said, undo=undo)


@routes.on("POST", f"{TASK}/undone", OWNER)
def unfinish(work: Work, call: Call, task_id: str, form: FormData) -> Response:
    """It is not done after all; key: which time of one that comes back. 303; 404."""
    tasks.finish(work, task_id, is_done=False, key=call.query("key"))
    return done(call, way_back(call, form, TASKS), words(work).gettext("Back among what is to be done."))


@routes.on("POST", f"{TASK}/delete", OWNER)
def delete(work: Work, call: Call, task_id: str, form: FormData) -> Response:
    """Throw a task away. 303, with a way to undo it; 404."""
    back = way_back(call, form, TASKS)
    try:
        with work.attempt():
            tasks.remove(work, task_id)
    except Problem as problem:
        return failed(work, call, back, problem)
    undo = f"{TASKS}/undelete/{quote(task_id, safe='')}"
    here = TASKS if back.startswith(f"{TASKS}/task/") else back
    return done(call, here, words(work).gettext("Deleted."), undo=undo)


@routes.on("POST", f"{TASKS}/undelete/{{task_id}}", OWNER)
def undelete(work: Work, call: Call, task_id: str, form: FormData) -> Response:
    """Undo it: put a task back. 303."""
    try:
        with work.attempt():
            binned.restore(
                work, next((each.id for each in binned.all_(work, KIND) if each.item == task_id), "")
            )
    except Problem as problem:
        return failed(work, call, way_back(call, form, TASKS), problem)
    return done(
        call, way_back(call, form, TASKS), words(work).ngettext("Put back.", "%(num)s items put back.", 1)
    )
