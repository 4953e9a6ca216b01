"""Events: made, looked at, changed, moved, deleted, answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, get_args
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.collections.service import binned
from cozy.rooms.homes import service as homes
from cozy.ui import N_
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.pages import done

from ..model import DEFAULT, EVENTS, KIND, Occurrence, Scope
from ..service import events, undoing
from .dates import read_day, read_time, weekday_names
from .door import CALENDAR, failed, now, page, question, routes, say, text, today, way_back, words, zone
from .form import (
    KEEP,
    BadFields,
    Details,
    Values,
    checked,
    choices,
    localized,
    members,
    proposed,
    read,
    reminder_choices,
    repeat_of,
    shifted,
    times_of,
    zones,
)  # fmt: skip
from .reading import address, answer_of, inviter, is_organizer, one, people, shown, title, writable
from .reading import text as member
from .repetition import rule_of
from .telling import repeats, told
from .views import address as view_address

EVENT = f"{CALENDAR}/event/{{event_id}}"
SCOPES: tuple[Scope, ...] = get_args(Scope)
_LONGEST_MIN = 14 * 24 * 60  # of what is dragged longer
_REPEATING = ("repeat", "every", "unit", "days", "ends", "until", "count")


# A new one -------------------------------------------------------------------------------------------------------


@routes.on("GET", f"{CALENDAR}/new", OWNER)
def ask_for_event(work: Work, call: Call) -> Response:
    """What, and when? day, time: what is proposed. 200."""
    return _quick(work, call, None, 200, _proposed(work, call), {})


@routes.on("POST", f"{CALENDAR}/new", OWNER)
def make(work: Work, call: Call, form: FormData) -> Response:
    """Make an event by the short form. 303; 422 the question again."""
    return _made(work, call, form, _quick)


@routes.on("POST", f"{CALENDAR}/new/details", OWNER)
def go_on(work: Work, call: Call, form: FormData) -> Response:
    """The long form, with what the short one holds. 200."""
    return _long(work, call, form, 200, _whole(work, read(form)), {})


@routes.on("GET", f"{CALENDAR}/new/details", OWNER)
def ask_for_details(work: Work, call: Call) -> Response:
    """The long form. 200."""
    return _long(work, call, None, 200, _proposed(work, call), {})


@routes.on("POST", f"{CALENDAR}/new/whole", OWNER)
def make_whole(work: Work, call: Call, form: FormData) -> Response:
    """Make an event by the long form. 303; 422 the form again."""
    return _made(work, call, form, _long)


def _proposed(work: Work, call: Call) -> Values:
    day = read_day(call.query("day"), today(work))
    return proposed(
        day, read_time(call.query("time")), now(work), _first_calendar(work), homes.profile(work).tz
    )


def _first_calendar(work: Work) -> str:
    return next((id_ for id_, _ in writable(work)), DEFAULT)


def _whole(work: Work, values: Values) -> Values:
    """With what a short form does not ask."""
    return replace(
        values, tz=values.tz or homes.profile(work).tz, calendar=values.calendar or _first_calendar(work)
    )


def _said(work: Work, errors: Mapping[str, str]) -> dict[str, str]:
    return {name: words(work).gettext(error) for name, error in errors.items()}


Again = Callable[[Work, Call, FormData | None, int, Values, dict[str, str]], Response]


def _made(work: Work, call: Call, form: FormData, again: Again) -> Response:
    """A new event. again: shows the form once more, with what is wrong."""
    values = _whole(work, read(form))
    try:
        details = checked(values)
    except BadFields as bad:
        return again(work, call, form, 422, values, _said(work, bad.errors))
    body = {name: value for name, value in members(details).items() if value is not None}
    if details.guests:
        body |= _invited(work, details.guests, {})
    try:
        with work.attempt():
            made = events.make(work, body, details.calendar)
    except Problem as problem:
        return failed(work, call, way_back(call, form), problem)
    undo = f"{CALENDAR}/event/{quote(made.id, safe='')}/delete"
    return done(
        call, _showing(call, form, details), words(work).gettext("Added to your calendar."), undo=undo
    )


def _showing(call: Call, form: FormData, details: Details) -> str:
    """Where the reader came from, if that is a page of time; else the day of the event."""
    back = way_back(call, form)
    at_time = back == CALENDAR or any(
        back.startswith(f"{CALENDAR}/{view}") for view in ("month/", "week/", "day/", "agenda/")
    )
    return back if at_time else view_address("month", details.start.date())


def _quick(
    work: Work, call: Call, form: FormData | None, status: int, values: Values, errors: dict[str, str]
) -> Response:
    return question(
        work, call, "new.html", form, status, values=values, errors=errors, calendars=writable(work)
    )


def _long(
    work: Work, call: Call, form: FormData | None, status: int, values: Values, errors: dict[str, str],
    event: Occurrence | None = None,
) -> Response:  # fmt: skip
    said, tz = words(work), homes.profile(work).tz
    monday = date(2026, 11, 23)
    week = weekday_names([monday + timedelta(days=n) for n in range(7)], said.locale)
    kept = repeats(work, event) if event and values.repeat == KEEP else ""
    url = f"{address(event.id)}/edit" if event else f"{CALENDAR}/new/whole"
    return page(
        work, call, "edit.html", status, values=values, errors=errors, event=event, at=event.key if event else "", url=url,
        back=way_back(call, form), calendars=writable(work), repeats=choices(said, kept), repeats_now=bool(event and event.is_recurring),
        organizer=inviter(event.body, homes.profile(work).email) if event else "", sends_mail=call.house.mailer.configured,
        week=[(str(n), *names) for n, names in enumerate(week)], zones=zones(values.tz), home_tz=tz, reminders=reminder_choices(said),
    )  # fmt: skip


# One that is there ------------------------------------------------------------------------------------------------


@routes.on("GET", EVENT, OWNER)
def event(work: Work, call: Call, event_id: str) -> Response:
    """An event; at: which occurrence. 200; 404."""
    found = one(work, event_id, call.query("at"))
    back = way_back(call)
    if back.startswith(address(event_id)):
        back = view_address("day", found.start.date())
    return question(work, call, "event.html", told=told(work, found), back=back)


@routes.on("GET", f"{EVENT}/edit", OWNER)
def ask_for_changes(work: Work, call: Call, event_id: str) -> Response:
    """The form of an event. 200; 404."""
    found = one(work, event_id, call.query("at"))
    return _long(work, call, None, 200, values_of(work, found), {}, found)


@routes.on("POST", f"{EVENT}/edit", OWNER)
def change(work: Work, call: Call, event_id: str, form: FormData) -> Response:
    """Change an event, this occurrence, it and all after it, or all. 303; 404; 422 the form again."""
    found = one(work, event_id, text(form, "at"))
    values = read(form)
    try:
        details = checked(values)
    except BadFields as bad:
        return _long(work, call, form, 422, values, _said(work, bad.errors), found)
    body = {**members(details), **_invited(work, details.guests, found.body)}
    if repeats_alike(values, values_of(work, found)):
        body.pop(
            "rrule", None
        )  # the rule follows the event, to another day of the week or to what is left of it
    try:
        with work.attempt():
            was = undoing.remember(work, event_id)
            changed = events.change(
                work, event_id, body, key=found.key, scope=_scope(values.scope, found), rev=found.rev
            )
            if details.calendar and details.calendar != changed.collection:
                events.relocate(work, changed.id, details.calendar)
            undo = _undo(work, event_id, was, changed.id)
    except Problem as problem:
        return failed(work, call, way_back(call, form), problem)
    return done(call, _showing(call, form, details), words(work).gettext("Saved."), undo=undo)


def _undo(work: Work, event_id: str, was: str, changed: str = "") -> str:
    """Where to undo a change. was: what is kept of before; changed: the id of what holds the occurrence now."""
    asked = {"was": was, "rev": events.item_of(work, EVENTS, event_id).entry.rev}
    if changed and changed != event_id:
        asked |= {"more": changed, "more_rev": events.item_of(work, EVENTS, changed).entry.rev}
    return f"{address(event_id)}/undo?{urlencode(asked)}"


@routes.on("POST", f"{EVENT}/undo", OWNER)
def undo(work: Work, call: Call, event_id: str, form: FormData) -> Response:
    """Undo a change: the event is what it was. 303."""
    try:
        with work.attempt():
            undoing.undo(
                work, call.query("was"), call.query("rev"), (call.query("more"), call.query("more_rev"))
            )
    except Problem as problem:
        return failed(work, call, way_back(call, form), problem)
    return done(call, way_back(call, form), words(work).gettext("It is as it was."))


def repeats_alike(one: Values, other: Values) -> bool:
    """Whether two forms say the same of how it repeats."""
    return all(getattr(one, field) == getattr(other, field) for field in _REPEATING)


def values_of(work: Work, found: Occurrence) -> Values:
    """What the fields hold for an event that is there."""
    body, home = found.body, homes.profile(work).tz
    tz = member(body, "timezone")
    tz = tz if not found.is_all_day and tz in dict(zones(tz or home)) and tz else home
    here = ZoneInfo(tz)
    start, end = (localized(at, zone(work) if found.is_all_day else here) for at in (found.start, found.end))
    rule = rule_of(body, here) if found.is_recurring else None
    often = repeat_of(rule, start) if rule or not found.is_recurring else {"repeat": KEEP}
    reminders = body.get("reminders")
    fields: dict[str, Any] = {
        **times_of(start, end, is_all_day=found.is_all_day), **often,
        "title": member(body, "label"), "calendar": found.calendar, "tz": tz, "place": member(body, "location"),
        "note": member(body, "description"), "guests": "\n".join(member(each, "email") for each in people(body)),
        "reminders": tuple(str(each) for each in reminders) if isinstance(reminders, list) else (),
    }  # fmt: skip
    return Values(**fields)


def _invited(work: Work, guests: tuple[str, ...], was: Mapping[str, Any]) -> dict[str, Any]:
    """Who is invited, each with what is known of them already; the owner invites where nobody did."""
    if not guests:
        return {"attendees": None, "organizer": None} if people(was) else {}
    known = {member(each, "email").lower(): each for each in people(was)}
    attendees = [
        dict(known.get(guest.lower(), {"email": guest, "status": "NEEDS-ACTION"})) for guest in guests
    ]
    profile = homes.profile(work)
    organizer = was.get("organizer") or {"email": profile.email, "name": profile.public_name}
    return {"attendees": attendees, "organizer": organizer}


def _scope(said: str, found: Occurrence) -> Scope:
    if not found.is_recurring:
        return "all"
    return next((each for each in SCOPES if each == said), "this")


# Moving -----------------------------------------------------------------------------------------------------------


@routes.on("GET", f"{EVENT}/move", OWNER)
def ask_when(work: Work, call: Call, event_id: str) -> Response:
    """When shall it be? day, time, length in minutes: what is proposed. 200; 404."""
    found = one(work, event_id, call.query("at"))
    start = localized(found.start, zone(work))
    day, at = call.query("day") or f"{start:%Y-%m-%d}", call.query("time") or f"{start:%H:%M}"
    return _when(work, call, None, 200, found, day, at, {}, call.query("length"))


@routes.on("POST", f"{EVENT}/move", OWNER)
def move(work: Work, call: Call, event_id: str, form: FormData) -> Response:
    """Let it begin on another day or at another time; it stays as long, unless a length is said. 303; 404; 422 the question again."""
    found = one(work, event_id, text(form, "at"))
    day, at = read_day(text(form, "day"), date.min), read_time(text(form, "time"))
    if day == date.min or (at is None and not found.is_all_day):
        name = "day" if day == date.min else "time"
        errors = _said(work, {name: N_("Give a day.") if name == "day" else N_("Give a time such as 14:30.")})
        said = text(form, "day"), text(form, "time")
        return _when(work, call, form, 422, found, *said, errors, text(form, "length"))
    here = zone(work)
    start, end = shifted(
        localized(found.start, here), localized(found.end, here), day, None if found.is_all_day else at
    )
    if (length := _length(text(form, "length"))) and not found.is_all_day:
        end = start + length
    scope = _scope(text(form, "scope"), found)
    try:
        with work.attempt():
            was = undoing.remember(work, event_id)
            moved = events.move(
                work,
                event_id,
                start.replace(tzinfo=here),
                end=end.replace(tzinfo=here),
                key=found.key,
                scope=scope,
            )
            undo = _undo(work, event_id, was, moved.id)
    except Problem as problem:
        return failed(work, call, way_back(call, form), problem)
    return done(call, way_back(call, form), words(work).gettext("Moved."), undo=undo)


def _when(
    work: Work, call: Call, form: FormData | None, status: int, found: Occurrence, day: str, at: str, errors: dict[str, str],
    length: str = "",
) -> Response:  # fmt: skip
    said = words(work)
    return question(
        work, call, "move.html", form, status, url=address(found.id), at=found.key, title=title(found.body, said),
        when=say(work).when(shown(found, None, said, "")), day=day, time=at, length=_length(length), is_all_day=found.is_all_day,
        repeats=found.is_recurring, errors=errors, organizer=inviter(found.body, homes.profile(work).email),
    )  # fmt: skip


def _length(said: str) -> timedelta | None:
    """Of so many minutes, two weeks at the most; None for what is no such number."""
    minutes = int(said) if said.isascii() and said.isdecimal() and len(said) < 6 else 0
    return timedelta(minutes=minutes) if 0 < minutes <= _LONGEST_MIN else None


# Deleting and answering -------------------------------------------------------------------------------------------


@routes.on("GET", f"{EVENT}/delete", OWNER)
def ask_what_to_delete(work: Work, call: Call, event_id: str) -> Response:
    """Which occurrences shall go? 200; 404."""
    found, said = one(work, event_id, call.query("at")), words(work)
    return question(
        work, call, "delete.html", url=address(event_id), at=found.key, title=title(found.body, said),
        when=say(work).when(shown(found, None, said, "")), repeats=found.is_recurring, concerned=_concerned(work, found),
        sends_mail=call.house.mailer.configured,
    )  # fmt: skip


def _concerned(work: Work, found: Occurrence) -> str:
    """Whom it matters to that an event goes: `guests`, the `organizer` whom the owner told that they come, or "" for nobody."""
    me = homes.profile(work).email
    if is_organizer(found.body, me):
        return "guests" if people(found.body) else ""
    return "organizer" if answer_of(found.body, me) in {"ACCEPTED", "TENTATIVE"} else ""


@routes.on("POST", f"{EVENT}/delete", OWNER)
def delete(work: Work, call: Call, event_id: str, form: FormData) -> Response:
    """Delete an event, or some of its occurrences. 303, with a way to undo it; 404."""
    found = one(work, event_id, text(form, "at"))
    scope = _scope(text(form, "scope"), found)
    undo = f"{CALENDAR}/undelete/{quote(event_id, safe='')}"
    try:
        with work.attempt():
            was = undoing.remember(work, event_id)
            if events.remove(work, event_id, key=found.key, scope=scope):
                undo = _undo(work, event_id, was)
    except Problem as problem:
        return failed(work, call, way_back(call, form), problem)
    back = way_back(call, form)
    if back.startswith(address(event_id)):
        back = view_address("day", found.start.date())
    return done(call, back, words(work).gettext("Deleted."), undo=undo)


@routes.on("POST", f"{CALENDAR}/undelete/{{event_id}}", OWNER)
def undelete(work: Work, call: Call, event_id: str, form: FormData) -> Response:
    """Undo it: put an event back. 303."""
    try:
        with work.attempt():
            binned.restore(
                work, next((each.id for each in binned.all_(work, KIND) if each.item == event_id), "")
            )
    except Problem as problem:
        return failed(work, call, way_back(call), problem)
    return done(call, way_back(call), words(work).ngettext("Put back.", "%(num)s items put back.", 1))


@routes.on("POST", f"{EVENT}/answer", OWNER)
def answer(work: Work, call: Call, event_id: str, form: FormData) -> Response:
    """Say whether the owner comes: ACCEPTED, TENTATIVE, DECLINED. 303; 404."""
    found, said = one(work, event_id, text(form, "at")), text(form, "answer")
    back = way_back(call, form)
    if said not in {"ACCEPTED", "TENTATIVE", "DECLINED"} or not answer_of(
        found.body, homes.profile(work).email
    ):
        return see_other(back)
    try:
        with work.attempt():
            events.answer(work, event_id, said, key=text(form, "at"))
    except Problem as problem:
        return failed(work, call, back, problem)
    if not call.house.mailer.configured:
        noted = N_("Your answer is noted. This home sends no mail: tell them yourself.")
        return done(call, back, words(work).gettext(noted))
    return done(call, back, words(work).gettext("Your answer is on its way."))
