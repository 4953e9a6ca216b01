"""What all pages of this room share: their table of routes, the reader's words and time zone, the way back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy import ui
from cozy.kernel.problem import Problem
from cozy.kernel.routes import Routes
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.web import pages
from cozy.web.answers import see_other
from cozy.web.call import Call

from .say import Say

routes = Routes(pages=True)

CALENDAR, TASKS = "/my/calendar", "/my/tasks"


def words(work: Work) -> ui.Words:
    """The owner's language."""
    return ui.words(homes.profile(work).locale)


def zone(work: Work) -> ZoneInfo:
    """Where the owner lives, as clocks go."""
    return ZoneInfo(homes.profile(work).tz)


def now(work: Work) -> datetime:
    """The time on the owner's clock."""
    return work.now.astimezone(zone(work))


def today(work: Work) -> date:
    """The day on the owner's calendar."""
    return now(work).date()


def say(work: Work) -> Say:
    """Words for times."""
    return Say(words(work), now(work))


def page(work: Work, call: Call, template: str, status: int = 200, **context: Any) -> Response:
    """A page of this room; browsers may keep it for when there is no network."""
    known = {"room": "calendars", "say": say(work), "today": today(work)}
    shown = pages.page(work, call, f"calendars/{template}", status, **{**known, **context})
    if status == 200:
        shown.headers["x-keep-offline"] = "1"
    return shown


def question(
    work: Work, call: Call, template: str, form: FormData | None = None, status: int = 200, **context: Any
) -> Response:
    """A page that asks something; it knows where to go back to."""
    known = {"room": "calendars", "say": say(work), "today": today(work), "back": way_back(call, form)}
    return pages.page(work, call, f"calendars/{template}", status, **{**known, **context})


def way_back(call: Call, form: FormData | None = None, default: str = CALENDAR) -> str:
    """The page that the reader came from, as the form or the browser says; only ever one of this room's."""
    said = str(form.get("back", "")) if form is not None else ""
    if not said:
        said = pages.came_from(call.header("referer"))
    ours = any(said == top or said.startswith((f"{top}/", f"{top}?")) for top in (CALENDAR, TASKS, "/my"))
    return said if ours and "\\" not in said and not any(c < "!" for c in said) else default


def failed(work: Work, call: Call, url: str, problem: Problem) -> Response:
    """Go there, and say there what could not be done."""
    pages.flash(call, words(work).gettext(problem.detail), kind="failed")
    return see_other(url)


def text(form: FormData, name: str, limit: int = 1000) -> str:
    """What a field holds, without the blanks around it."""
    return str(form.get(name, "")).strip()[:limit]
