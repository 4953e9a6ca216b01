"""Calendars themselves: which there are, which are shown, made, renamed, coloured, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import parse, time_zones
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.collections.model import KEPT_DAYS, Collection
from cozy.rooms.collections.service import items, shelves
from cozy.rooms.homes import service as homes
from cozy.ui.words import N_, NN_
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.pages import done

from ..model import DEFAULT as ALWAYS_THERE
from ..model import KIND
from ..service import public, subscriptions
from .colors import COLORS, DEFAULT, nearest
from .door import CALENDAR, TASKS, failed, page, question, routes, text, way_back, words
from .reading import toggle
from .who import seen

CALENDARS = f"{CALENDAR}/calendars"
NAME_LIMIT = 100
_COUNTED = {
    "VEVENT": NN_("%(num)s event", "%(num)s events"),
    "VTODO": NN_("%(num)s task", "%(num)s tasks"),
    "VJOURNAL": NN_("%(num)s dated note", "%(num)s dated notes"),
}


@routes.on("GET", CALENDARS, OWNER)
def calendars(work: Work, call: Call) -> Response:
    """All calendars and lists of tasks. 200."""
    said = [
        {"id": each.id, "name": each.name, "color": nearest(each.color), "about": _about(work, each)}
        for each in shelves.all_(work, KIND)
    ]
    return page(work, call, "calendars.html", calendars=said)


def _about(work: Work, calendar: Collection) -> str:
    said, held = words(work), _held(work, calendar) or words(work).gettext(N_("empty"))
    follows = said.gettext(N_("follows an address"))
    return f"{held} · {follows}" if calendar.source else held


def _held(work: Work, calendar: Collection) -> str:
    """What is in a calendar: "3 events, 1 task"; "" where nothing is."""
    said, numbers = words(work), items.counts(work, KIND, calendar.id)
    return ", ".join(
        said.ngettext(*counted, numbers[component])
        for component, counted in _COUNTED.items()
        if component in numbers
    )


@routes.on("POST", f"{CALENDAR}/show", OWNER)
def show(work: Work, call: Call, form: FormData) -> Response:
    """Show a calendar that is hidden, or hide one that is shown. 303 back."""
    toggle(work, text(form, "toggle"))
    return see_other(way_back(call, form))


@routes.on("POST", f"{CALENDAR}/zone", OWNER)
def set_zone(work: Work, call: Call, form: FormData) -> Response:
    """Count time as where the owner's device is. 303 back."""
    tz = text(form, "tz")
    if tz not in time_zones():
        return see_other(way_back(call, form))
    homes.change_profile(work, replace(homes.profile(work), tz=tz))
    said = words(work).gettext(
        "Times are now those of %(zone)s. You can change it in your profile.", zone=tz.replace("_", " ")
    )
    return done(call, way_back(call, form), said)


@routes.on("GET", f"{CALENDARS}/new", OWNER)
def ask_for_calendar(work: Work, call: Call) -> Response:
    """What shall it be called? 200."""
    return _form(work, call, None, 200, "", DEFAULT, "")


@routes.on("POST", f"{CALENDARS}/new", OWNER)
def make_calendar(work: Work, call: Call, form: FormData) -> Response:
    """Make a calendar. 303; 422 the question again."""
    return _make(work, call, form, ["VEVENT", "VTODO", "VJOURNAL"], N_("Calendar created."), CALENDARS)


@routes.on("GET", f"{TASKS}/lists/new", OWNER)
def ask_for_list(work: Work, call: Call) -> Response:
    """What shall the list of tasks be called? 200."""
    return _form(work, call, None, 200, "", DEFAULT, "", is_list=True)


@routes.on("POST", f"{TASKS}/lists/new", OWNER)
def make_list(work: Work, call: Call, form: FormData) -> Response:
    """Make a list of tasks. 303; 422 the question again."""
    return _make(work, call, form, ["VTODO"], N_("List created."), "")


def _make(work: Work, call: Call, form: FormData, components: list[str], said: str, url: str) -> Response:
    members = _members(form)
    is_list = components == ["VTODO"]
    if not members["name"]:
        error = words(work).gettext(N_("Give it a name."))
        return _form(work, call, form, 422, "", text(form, "color"), error, is_list=is_list)
    made = shelves.create(work, KIND, {**members, "components": components})
    return done(call, url or f"{TASKS}/list/{made.id}", words(work).gettext(said))


def _form(
    work: Work, call: Call, form: FormData | None, status: int, name: str, color: str, error: str, *, is_list: bool = False
) -> Response:  # fmt: skip
    return question(
        work,
        call,
        "new_calendar.html",
        form,
        status,
        name=name,
        color=color,
        colors=COLORS,
        error=error,
        is_list=is_list,
    )


def _members(form: FormData) -> dict[str, Any]:
    color = text(form, "color")
    return {"name": text(form, "name", NAME_LIMIT), "color": COLORS.get(color, COLORS[DEFAULT])[0]}


@routes.on("GET", f"{CALENDARS}/{{calendar_id}}", OWNER)
def calendar(work: Work, call: Call, calendar_id: str) -> Response:
    """One calendar: name, colour, link, ways out. 200; 404."""
    found = shelves.one(work, KIND, calendar_id)
    return _calendar(work, call, found, 200, found.name, nearest(found.color), "")


@routes.on("POST", f"{CALENDARS}/{{calendar_id}}", OWNER)
def change_calendar(work: Work, call: Call, calendar_id: str, form: FormData) -> Response:
    """Give it another name or colour. 303; 404; 422."""
    found, members = shelves.one(work, KIND, calendar_id), _members(form)
    if not members["name"]:
        error = words(work).gettext(N_("Give it a name."))
        return _calendar(work, call, found, 422, "", text(form, "color"), error)
    if nearest(found.color) == text(form, "color"):
        del members["color"]  # as a device chose it, which may be a shade of ours
    shelves.change(work, KIND, calendar_id, members)
    return done(call, f"{CALENDARS}/{calendar_id}", words(work).gettext("Saved."))


def _calendar(
    work: Work, call: Call, found: Collection, status: int, name: str, color: str, error: str
) -> Response:
    followed = subscriptions.one(work, found.id)
    more: Mapping[str, Any] = {
        "seen": seen(work, [found.id]), "link": public.address(work, found.id), "looked": parse(followed.looked_at) if followed and followed.looked_at else None,
        "trouble": words(work).gettext(followed.error) if followed else "", "every": followed.every if followed else "day",
    }  # fmt: skip
    return page(
        work, call, "collection.html", status, calendar=found, name=name, color=color, colors=COLORS, error=error,
        held=_held(work, found), may_delete=found.id != ALWAYS_THERE, is_list="VEVENT" not in found.components, **more,
    )  # fmt: skip


@routes.on("GET", f"{CALENDARS}/{{calendar_id}}/delete", OWNER)
def ask_to_delete(work: Work, call: Call, calendar_id: str) -> Response:
    """Shall it go, with what is in it? 200; 404."""
    found = shelves.one(work, KIND, calendar_id)
    return question(
        work, call, "delete_calendar.html", calendar=found, held=_held(work, found), days=KEPT_DAYS,
        is_public=bool(public.address(work, calendar_id)), is_copy=subscriptions.one(work, calendar_id) is not None,
    )  # fmt: skip


@routes.on("POST", f"{CALENDARS}/{{calendar_id}}/delete", OWNER)
def delete_calendar(work: Work, call: Call, calendar_id: str, form: FormData) -> Response:
    """Delete a calendar. 303; 404."""
    try:
        with work.attempt():
            shelves.delete(work, KIND, calendar_id)
    except Problem as problem:
        return failed(work, call, f"{CALENDARS}/{calendar_id}", problem)
    return done(call, CALENDARS, words(work).gettext("Calendar deleted."))
